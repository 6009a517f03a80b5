//! The admin API: Keycloak's paths, bodies and texts over the model's questions.

mod access;
mod api;
mod audit;
pub mod cors;
pub mod directories;
mod error;
pub mod etag;
pub mod inside;
pub mod jobs;
mod keystore;
mod listed;
mod making;
pub mod multipart;
mod names;
mod protection;
mod registration;
pub mod routes;
pub mod seat;
pub mod sent;
pub mod transfer;
pub mod workflows;

pub use cloakroom_federation::directory::vendor;
pub use cloakroom_federation::preset;
