//! Kinds of token as types: what each must be, so that none passes for another (RFC 8725 §3.11).
mod access_token;
mod authorization;
mod client_assertion;
mod id_token;
mod introspection;
mod logout_token;
mod refresh_token;

pub use access_token::{AccessToken, KeycloakAccessToken};
pub use authorization::{AuthorizationResponse, RequestObject};
pub use client_assertion::ClientAssertion;
pub use id_token::IdToken;
pub use introspection::IntrospectionResponse;
pub use logout_token::LogoutToken;
pub use refresh_token::RefreshToken;

use crate::alg::Alg;
use crate::error::Result;
use crate::jwt::Claims;

/// The rules of one kind of token.
///
/// A kind is an empty type. [`crate::jwt::Verifier::verify`] takes it as a parameter, and
/// [`crate::jwt::Verified`] carries it on, so that a function that wants an access token cannot be
/// handed an ID token.
pub trait Kind {
    /// The media types in `typ`; the first is the one to write.
    const TYPES: &'static [&'static str];

    /// Whether `typ` may be absent, because the specification is older than the rule.
    const MAY_LACK_TYP: bool = false;

    /// The claims that must be there beside `exp`.
    const REQUIRED: &'static [&'static str];

    /// The claims that must not be there, because they are another kind's.
    const PROHIBITED: &'static [&'static str] = &[];

    /// The greatest age in seconds since `iat`; `None` if `exp` alone ends it.
    const MAX_AGE: Option<i64> = None;

    /// The furthest end in seconds from now; `None` if the issuer decides.
    const MAX_AHEAD: Option<i64> = None;

    /// Whether a shared secret may have signed it.
    const MAY_BE_SYMMETRIC: bool = false;

    /// Whether it must end at all.
    const EXPIRES: bool = true;

    /// What else the claims have to satisfy.
    ///
    /// # Errors
    /// The claim that does not.
    fn check(_claims: &Claims) -> Result<()> {
        Ok(())
    }

    /// Whether the kind may be signed with this algorithm at all; the verifier's list narrows it.
    fn may_use(alg: Alg) -> bool {
        Self::MAY_BE_SYMMETRIC || !alg.is_symmetric()
    }
}
