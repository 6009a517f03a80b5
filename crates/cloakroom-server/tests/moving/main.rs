//! Realms on their way in and out: the real binary, Keycloak's files, and people who sign in afterwards.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

mod api;
mod compare;
mod hostile;
mod keycloak;
mod placeholders;
mod round_trip;
mod server;
mod tutorial;
mod versions;
