//! Refresh tokens, which only their issuer reads.
use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::{Claims, Verified};

/// A refresh token as Keycloak issues it: the claim `typ` says `Refresh` or `Offline`.
#[derive(Clone, Copy, Debug)]
pub enum RefreshToken {}

impl Kind for RefreshToken {
    const TYPES: &'static [&'static str] = &["JWT"];
    const REQUIRED: &'static [&'static str] = &["iss", "iat", "jti", "typ"];
    // The issuer signs for itself.
    const MAY_BE_SYMMETRIC: bool = true;
    // An offline token may have no end.
    const EXPIRES: bool = false;

    fn check(claims: &Claims) -> Result<()> {
        match (claims.text("typ"), claims.expires_at()) {
            (Some("Offline"), _) | (Some("Refresh"), Some(_)) => Ok(()),
            (Some("Refresh"), None) => Err(JoseError::claim("exp", ClaimFault::Missing)),
            _ => Err(JoseError::claim("typ", ClaimFault::Mismatch)),
        }
    }
}

impl Verified<RefreshToken> {
    /// Whether it outlives the session at the browser.
    pub fn is_offline(&self) -> bool {
        self.claims().text("typ") == Some("Offline")
    }
}
