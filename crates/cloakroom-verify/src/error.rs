//! Why a request is refused, and what its sender is told about it.
use std::fmt;

use cloakroom_jose::JoseError;
use cloakroom_jose::status_list::Status;

/// Why a request is refused.
///
/// It holds no part of a token, so it may be logged. [`VerifyError::status`] and [`VerifyError::code`] are
/// what RFC 6750 §3.1 and RFC 9449 §7.1 answer in each case.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// The request carries no token.
    NoToken,
    /// The request carries a token in a way that nobody should.
    InvalidRequest(&'static str),
    /// The token is malformed, forged, over, or for somebody else.
    InvalidToken(JoseError),
    /// The issuer says that the token counts no more, or what it says of it does not fit.
    Inactive(&'static str),
    /// The issuer's status list says that the token does not count.
    Revoked(Status),
    /// The token is bound to a key or a certificate that the request does not prove, or is not bound.
    Binding(&'static str),
    /// The DPoP proof is not right.
    InvalidProof(JoseError),
    /// The DPoP proof was used before.
    ReplayedProof,
    /// The DPoP proof has to be made again with this nonce (RFC 9449 §9).
    NonceNeeded(String),
    /// The token is good, and does not have one of these scopes.
    InsufficientScope(String),
    /// The token is good, and whoever it is about does not have this role.
    MissingRole(String),
    /// The issuer cannot be asked, so nobody knows whether the token is good.
    Unavailable(&'static str),
}

impl VerifyError {
    /// The status of the answer: 400, 401, 403 or 503.
    pub fn status(&self) -> u16 {
        match self {
            Self::InvalidRequest(_) => 400,
            Self::InsufficientScope(_) | Self::MissingRole(_) => 403,
            Self::Unavailable(_) => 503,
            _ => 401,
        }
    }

    /// The error code of the answer; `None` if there is nothing to be said.
    ///
    /// RFC 6750 §3.1: whoever presents no token learns that one is needed, and no more.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => None,
            Self::InvalidRequest(_) => Some("invalid_request"),
            Self::InvalidToken(_) | Self::Inactive(_) | Self::Revoked(_) | Self::Binding(_) => {
                Some("invalid_token")
            }
            Self::InvalidProof(_) | Self::ReplayedProof => Some("invalid_dpop_proof"),
            Self::NonceNeeded(_) => Some("use_dpop_nonce"),
            Self::InsufficientScope(_) | Self::MissingRole(_) => Some("insufficient_scope"),
            Self::Unavailable(_) => Some("temporarily_unavailable"),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("an access token is needed"),
            Self::InvalidRequest(why) | Self::Inactive(why) | Self::Binding(why) => {
                f.write_str(why)
            }
            Self::InvalidToken(error) => write!(f, "the token is refused: {error}"),
            Self::Revoked(Status::Suspended) => f.write_str("the token is suspended"),
            Self::Revoked(_) => f.write_str("the token is revoked"),
            Self::InvalidProof(error) => write!(f, "the DPoP proof is refused: {error}"),
            Self::ReplayedProof => f.write_str("the DPoP proof was used before"),
            Self::NonceNeeded(_) => f.write_str("the DPoP proof needs the nonce of this server"),
            Self::InsufficientScope(scope) => write!(f, "the scope {scope} is needed"),
            Self::MissingRole(role) => write!(f, "the role {role} is needed"),
            Self::Unavailable(why) => write!(f, "the issuer cannot be asked: {why}"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Why there is no verifier: an address that may not be used, or a system without certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupError(pub(crate) &'static str);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SetupError {}
