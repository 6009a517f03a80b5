//! The rules of signing in: who is proved, who is slowed down, and what comes before a session.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where it fails, in its helpers as well"
)]

#[path = "rules/crowd.rs"]
mod crowd;
#[path = "rules/known_device.rs"]
mod known_device;
#[path = "rules/pace.rs"]
mod pace;
#[path = "rules/proof.rs"]
mod proof;
#[path = "rules/realm.rs"]
mod realm;
#[path = "rules/session.rs"]
mod session;
#[path = "rules/session_limit.rs"]
mod session_limit;
