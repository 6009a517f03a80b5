//! Claims, and what accepts them (RFC 7519, RFC 8725).
//!
//! [`Verifier`] verifies tokens whose kind is a type of [`kind`]. [`Policy`] is beneath it, for callers
//! with rules of their own. Tokens inside encrypted ones are in [`nested`].
mod claims;
pub mod kind;
pub mod nested;
mod policy;
mod verifier;

pub use claims::Claims;
pub use kind::Kind;
pub use policy::Policy;
pub use verifier::{KeySource, Verified, Verifier};

use crate::error::Result;
use crate::json;
use crate::jwk::set::KeySet;
use crate::jws::{self, Unverified};
use crate::key::VerifyingKey;

/// Verifies a token with the one key of the set that fits, and its claims by the policy.
///
/// `now` is in seconds since 1970.
///
/// # Errors
/// The first thing that was wrong; the claims are looked at after the signature.
pub fn verify(token: &str, keys: &KeySet, policy: &Policy, now: i64) -> Result<Claims> {
    let unverified = Unverified::parse_within(token, policy.size_limit())?;
    verify_parsed(unverified, keys, policy, now)
}

/// Verifies a token that was taken apart before, to find out whose keys to use.
///
/// # Errors
/// As [`verify`].
pub fn verify_parsed(
    token: Unverified<'_>,
    keys: &KeySet,
    policy: &Policy,
    now: i64,
) -> Result<Claims> {
    policy.check_typ(token.header())?;
    accept(token.verify(keys, policy.algs())?, policy, now)
}

/// Verifies a token with a key the caller chose by other means, such as a client's secret.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    token: Unverified<'_>,
    key: &VerifyingKey,
    policy: &Policy,
    now: i64,
) -> Result<Claims> {
    policy.check_typ(token.header())?;
    accept(token.verify_with(key, policy.algs())?, policy, now)
}

/// Verifies with a key that was selected for this header; `typ` has been checked.
pub(crate) fn verify_selected(
    token: Unverified<'_>,
    key: &VerifyingKey,
    policy: &Policy,
    now: i64,
) -> Result<Claims> {
    accept(token.verify_with(key, policy.algs())?, policy, now)
}

fn accept(verified: jws::Verified, policy: &Policy, now: i64) -> Result<Claims> {
    let (header, payload) = verified.into_parts();
    let members = json::parse_object(&payload, payload.len())?;
    let claims = Claims::read(header, members)?;
    policy.check_claims(&claims, now)?;
    Ok(claims)
}
