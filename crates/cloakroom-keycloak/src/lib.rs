//! Keycloak's JSON shapes, what a new realm holds, and the way between them and the model.

pub mod blueprint;
