//! `OAuthError`, the one table from error codes to HTTP statuses, and `Error`, which decides what
//! becomes of the transaction.

use std::borrow::Cow;
use std::fmt;

use cloakroom_model::{Fault, Verdict};

/// What every rule of this crate answers with.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal that the caller is told about (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The code, as the RFCs name it.
    pub code: &'static str,
    /// One sentence for the developer who reads it.
    pub description: Cow<'static, str>,
    /// The HTTP status that it is answered with.
    pub status: u16,
    /// After so many seconds the same request may be answered differently.
    pub retry_after: Option<u64>,
    /// The client did not prove itself; counted against whoever guesses.
    pub is_unproven: bool,
}

impl OAuthError {
    /// A refusal with the status that its code usually has.
    pub fn new(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        let status = match code {
            "invalid_client" | "unauthorized_client" | "invalid_token" => 401,
            "insufficient_scope" => 403,
            "server_error" => 500,
            "temporarily_unavailable" => 503,
            _ => 400,
        };
        Self {
            code,
            description: description.into(),
            status,
            retry_after: None,
            is_unproven: false,
        }
    }

    /// The caller asks too often, or at a bad moment: what it asks for may be had later.
    pub fn try_again(status: u16, seconds: u64) -> Self {
        let description = format!("Try again in {seconds} seconds");
        let mut denied = Self::new("temporarily_unavailable", description).with_status(status);
        denied.retry_after = Some(seconds);
        denied
    }

    /// What would have to be asked does not answer: a directory of people, by its name.
    pub fn away(name: &str) -> Self {
        let description = format!("{name} does not answer. Try again later");
        let mut denied = Self::new("temporarily_unavailable", description).with_status(503);
        denied.retry_after = Some(15);
        denied
    }

    /// The same refusal with another status, where Keycloak's answer has one of its own.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// A parameter is missing, malformed or there twice.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_request", description)
    }

    /// The grant is wrong, over, or somebody else's.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// The client is unknown or did not prove itself.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_client", description)
    }

    /// The client may not do this.
    pub fn unauthorized_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("unauthorized_client", description)
    }

    /// A scope was asked for that the client cannot have.
    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_scope", description)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for OAuthError {}

/// Why a rule gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The protocol says no: the caller is told why, and the transaction commits.
    #[error(transparent)]
    Denied(#[from] OAuthError),
    /// We could not do our part: the caller learns nothing, and the transaction rolls back.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Verdict for Error {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Denied(_) => None,
            Self::Fault(fault) => Some(fault),
        }
    }
}
