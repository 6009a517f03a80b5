//! Everything a verifier meets: good and bad tokens, good and bad issuers, clients over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]
#![expect(clippy::too_many_lines, reason = "a table has as many lines as rows")]

#[path = "suite/http.rs"]
mod http;
#[path = "suite/introspection.rs"]
mod introspection;
#[path = "suite/issuer.rs"]
mod issuer;
#[path = "suite/keys.rs"]
mod keys;
#[path = "suite/logout.rs"]
mod logout;
#[path = "suite/possession.rs"]
mod possession;
#[path = "suite/stand_in.rs"]
mod stand_in;
#[path = "suite/status.rs"]
mod status;
#[path = "suite/tokens.rs"]
mod tokens;
