//! Realms on their way in and out: the real binary, Keycloak's files, and people who sign in afterwards.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

mod api;
mod authorization;
mod compare;
mod corners;
#[expect(
    clippy::expect_used,
    reason = "a test without its database has to stop"
)]
#[path = "../suite/database.rs"]
mod database;
mod every_field;
mod hostile;
mod kept;
mod keycloak;
mod mutated;
mod permissions;
mod placeholders;
mod recovered;
mod round_trip;
mod server;
mod settings;
mod shut;
mod strange;
mod strangers;
mod tutorial;
mod unread;
mod versions;
mod whole;
