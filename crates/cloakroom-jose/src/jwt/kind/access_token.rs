//! Access tokens: those of RFC 9068, and those that Keycloak issues.
use serde_json::Value;

use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::{Claims, Verified};

/// An access token as RFC 9068 has it.
///
/// Everybody who reads one could also make one if it were signed with a shared secret, so none is.
/// How long it lives, its issuer decides.
#[derive(Clone, Copy, Debug)]
pub enum AccessToken {}

impl Kind for AccessToken {
    const TYPES: &'static [&'static str] = &["at+jwt"];
    // RFC 9068 §2.2.
    const REQUIRED: &'static [&'static str] = &["iss", "aud", "sub", "client_id", "iat", "jti"];
}

/// An access token as Keycloak issues it: `typ` is `JWT`, and a claim of the same name says more.
#[derive(Clone, Copy, Debug)]
pub enum KeycloakAccessToken {}

impl Kind for KeycloakAccessToken {
    const TYPES: &'static [&'static str] = &["JWT", "at+jwt"];
    const REQUIRED: &'static [&'static str] = &["iss", "iat", "typ"];

    fn check(claims: &Claims) -> Result<()> {
        match claims.text("typ") {
            Some("Bearer" | "DPoP") => Ok(()),
            _ => Err(JoseError::claim("typ", ClaimFault::Mismatch)),
        }
    }
}

/// What both kinds of access token can be asked.
macro_rules! questions {
    ($kind:ty) => {
        impl Verified<$kind> {
            /// The scopes it was issued with.
            pub fn scopes(&self) -> impl Iterator<Item = &str> {
                let scope = self.claims().text("scope").unwrap_or_default();
                scope.split_ascii_whitespace()
            }

            /// The thumbprint of the key that a DPoP proof must be signed with (RFC 9449 §6.1).
            ///
            /// `None` if the token is not bound to one, and then it is a bearer token.
            pub fn bound_to_key(&self) -> Option<&str> {
                confirmation(self.claims(), "jkt")
            }

            /// The thumbprint of the client's certificate (RFC 8705 §3.1); `None` if not bound.
            pub fn bound_to_certificate(&self) -> Option<&str> {
                confirmation(self.claims(), "x5t#S256")
            }
        }
    };
}

questions!(AccessToken);
questions!(KeycloakAccessToken);

fn confirmation<'a>(claims: &'a Claims, member: &str) -> Option<&'a str> {
    claims.find("cnf")?.get(member).and_then(Value::as_str)
}
