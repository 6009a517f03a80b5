//! What handlers and their paths are written with: actix-web's words, and a table of paths in place of its router.

pub use actix_web::web::*;

pub use crate::paths::{Resource, ServiceConfig, resource};
