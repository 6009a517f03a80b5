//! The rules of the protocol, asked as a client would ask: a realm in a real database, no HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it fails, in its helpers as well"
)]

#[path = "rules/authorize.rs"]
mod authorize;
#[path = "rules/client_auth.rs"]
mod client_auth;
#[path = "rules/code.rs"]
mod code;
#[path = "rules/front.rs"]
mod front;
#[path = "rules/logout.rs"]
mod logout;
#[path = "rules/mappers.rs"]
mod mappers;
#[path = "rules/realm.rs"]
mod realm;
#[path = "rules/refresh.rs"]
mod refresh;
#[path = "rules/request_object.rs"]
mod request_object;
