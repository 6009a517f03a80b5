//! Signed messages (RFC 7515): the compact form of tokens, the JSON forms, and detached payloads.
//!
//! A token is always compact, and goes from [`Unverified`] to [`Verified`]. The JSON forms carry
//! several signatures ([`json`]); a payload that travels by other means is in [`detached`].
mod compact;
pub mod detached;
pub mod json;

pub use compact::{DEFAULT_LIMIT, Unverified, Verified};
pub(crate) use compact::{encode_header, sign};
