//! The admin console: pages over the admin API, for a browser with or without scripts.
//!
//! It is a client of the API ([`cloakroom_admin::inside`]): every page asks the same addresses that a program would, as
//! the administrator who is signed in, and shows what it gets. It has no rule and no query of its own, but for its
//! session.

mod cookie;
mod csv;
mod desk;
mod feed;
mod flash;
mod frame;
mod nav;
mod page;
mod part;
mod problem;
pub mod routes;
mod sentence;
mod sign_in;
mod words;
