//! What a client says about itself to prove itself (RFC 7523 §3, OpenID Connect Core §9).
use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::Claims;

/// A client's assertion; its issuer and its subject are the client.
///
/// Each may be used once: the reader remembers `jti` until `exp`.
#[derive(Clone, Copy, Debug)]
pub enum ClientAssertion {}

impl Kind for ClientAssertion {
    const TYPES: &'static [&'static str] = &["client-authentication+jwt", "JWT"];
    // RFC 7523 sets no `typ`; that of another kind is refused all the same.
    const MAY_LACK_TYP: bool = true;
    const REQUIRED: &'static [&'static str] = &["iss", "sub", "aud", "jti"];
    // A DPoP proof is none, even without a `typ`.
    const PROHIBITED: &'static [&'static str] = &["htm", "htu"];
    // An hour to remember each `jti`.
    const MAX_AHEAD: Option<i64> = Some(3_600);
    // `client_secret_jwt`.
    const MAY_BE_SYMMETRIC: bool = true;

    fn check(claims: &Claims) -> Result<()> {
        // RFC 7523 §3 items 1 and 2.
        if claims.issuer() != claims.subject() {
            return Err(JoseError::claim("sub", ClaimFault::Mismatch));
        }
        Ok(())
    }
}
