//! `AdminError`: Keycloak's three error bodies, and what becomes of the transaction.

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use cloakroom_keycloak::import::ImportError;
use cloakroom_keycloak::read::Unreadable;
use cloakroom_login::hasher::Busy;
use cloakroom_login::profile::Violation;
use cloakroom_model::{Fault, Verdict};
use cloakroom_oidc::dpop;
use cloakroom_web::answer::Silent;
use cloakroom_web::request_id;
use serde_json::{Value, json};

/// What every rule of the admin API answers with.
pub(crate) type Result<T> = std::result::Result<T, AdminError>;

/// Why a call is not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdminError {
    /// The caller is told why; the transaction commits what it has done so far.
    #[error("{status}: {body}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// One of the three bodies.
        body: Value,
    },
    /// A refusal after something was written: nothing of it may stay.
    #[error("undone: {body}")]
    Undone {
        /// The HTTP status.
        status: u16,
        /// One of the three bodies.
        body: Value,
        /// Makes the writer roll back.
        fault: Fault,
    },
    /// Too many passwords wait for their turn; the caller may try again.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// We could not do our part.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AdminError {
    /// `{"error": …}`: who may ask, and what is not there.
    pub(crate) fn error(status: u16, error: impl Into<String>) -> Self {
        let body = json!({"error": error.into()});
        Self::Refused { status, body }
    }

    /// `{"errorMessage": …}`: what was sent does not fit.
    pub(crate) fn message(status: u16, message: impl Into<String>) -> Self {
        let body = json!({"errorMessage": message.into()});
        Self::Refused { status, body }
    }

    /// `{"error": …, "error_description": …}`.
    pub(crate) fn described(status: u16, error: &str, description: impl Into<String>) -> Self {
        let body = json!({"error": error, "error_description": description.into()});
        Self::Refused { status, body }
    }

    /// What the user profile refuses: one complaint by itself, several in a list.
    pub(crate) fn fields(found: &[Violation]) -> Self {
        let show = |one: &Violation| {
            json!({
                "field": one.attribute,
                "errorMessage": one.message,
                "params": one.params,
            })
        };
        let body = match found {
            [one] => show(one),
            all => json!({"errors": all.iter().map(show).collect::<Vec<Value>>()}),
        };
        Self::Refused { status: 400, body }
    }

    /// The realm answers nobody who comes from there without https.
    pub(crate) fn insecure() -> Self {
        Self::described(403, "invalid_request", "HTTPS required")
    }

    /// The token is missing, wrong or over.
    pub(crate) fn unauthorized() -> Self {
        Self::error(401, "HTTP 401 Unauthorized")
    }

    /// The caller may not do this.
    pub(crate) fn forbidden() -> Self {
        Self::error(403, "HTTP 403 Forbidden")
    }

    /// There is nothing here, in the words for things that have none of their own.
    pub(crate) fn not_found() -> Self {
        Self::error(404, "HTTP 404 Not Found")
    }

    /// There is nothing here, and Keycloak says nothing about it.
    pub(crate) fn silent(status: u16) -> Self {
        let body = Value::Null;
        Self::Refused { status, body }
    }

    /// What is stored but cannot be done yet, in the words that Keycloak has for a feature that is off.
    pub(crate) fn not_available(what: &str) -> Self {
        let why = format!("{what} is not available yet.");
        Self::described(501, "not_available", why)
    }

    /// The old switches of fine-grained permissions, which are off.
    pub(crate) fn feature_off() -> Self {
        let why = "For more on this error consult the server log.";
        Self::described(501, "Feature not enabled", why)
    }

    /// What the protocol's rules refuse.
    pub(crate) fn of_protocol(error: cloakroom_oidc::Error) -> Self {
        match error {
            cloakroom_oidc::Error::Fault(fault) => Self::Fault(fault),
            cloakroom_oidc::Error::Denied(denied) => {
                Self::described(denied.status, denied.code, denied.description)
            }
        }
    }

    /// The caller has to prove a key, and has not (RFC 9449 §7.1).
    fn wants_proof(&self) -> bool {
        match self {
            Self::Refused { status: 401, body } => body
                .get("error")
                .is_some_and(|error| error == dpop::REFUSED),
            _ => false,
        }
    }

    /// The same words as `errorMessage`, for calls that refuse in that form.
    pub(crate) fn into_message(self) -> Self {
        match self {
            Self::Refused { status, body } => {
                let text = body.get("error").or_else(|| body.get("errorMessage"));
                let text = text.and_then(Value::as_str).unwrap_or_default();
                Self::message(status, text)
            }
            other => other,
        }
    }

    /// The same refusal, and what was written before it is rolled back.
    pub(crate) fn undoing(self) -> Self {
        match self {
            Self::Refused { status, body } => {
                let fault = Fault::corrupt("the call was refused");
                Self::Undone {
                    status,
                    body,
                    fault,
                }
            }
            other => other,
        }
    }

    /// The same refusal where what was written before it is undone already, so that the writer has nothing to roll back.
    pub(crate) fn already_undone(self) -> Self {
        match self {
            Self::Undone { status, body, .. } => Self::Refused { status, body },
            other => other,
        }
    }

    /// In how many seconds the same call may succeed.
    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Busy(busy) => Some(busy.retry_after_seconds),
            Self::Fault(fault) => fault.is_temporary().then_some(1),
            Self::Refused { .. } | Self::Undone { .. } => None,
        }
    }
}

impl Verdict for AdminError {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Refused { .. } | Self::Busy(_) => None,
            Self::Undone { fault, .. } | Self::Fault(fault) => Some(fault),
        }
    }
}

impl From<Unreadable> for AdminError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Syntax => Self::described(400, "invalid_request", error.to_string()),
            Unreadable::Type => Self::described(400, "unknown_error", error.to_string()),
            Unreadable::Unknown { .. } => Self::error(400, error.to_string()),
            Unreadable::Long { .. } => Self::message(400, error.to_string()),
        }
    }
}

impl From<ImportError> for AdminError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Fault(fault) => Self::Fault(fault),
            ImportError::Taken { why, .. } => Self::message(409, why).undoing(),
            ImportError::Forbidden(_) => Self::forbidden().undoing(),
            other => Self::message(400, other.to_string()).undoing(),
        }
    }
}

impl ResponseError for AdminError {
    fn status_code(&self) -> StatusCode {
        let status = match self {
            Self::Refused { status, .. } | Self::Undone { status, .. } => *status,
            Self::Busy(_) => 503,
            Self::Fault(fault) if fault.is_temporary() => 503,
            Self::Fault(fault) if fault.is_unholdable() => 400,
            Self::Fault(fault) if fault.is_gone() || fault.is_orphan() => 404,
            Self::Fault(fault) if fault.is_taken() => 409,
            Self::Fault(_) => 500,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let body = match self {
            Self::Refused { body, .. } | Self::Undone { body, .. } => body.clone(),
            Self::Busy(busy) => json!({
                "error": "temporarily_unavailable",
                "error_description": busy.to_string(),
            }),
            Self::Fault(fault) if fault.is_unholdable() => json!({
                "error": "invalid_request",
                "error_description": "A text holds a character that cannot be stored",
            }),
            // What another administrator does at the same moment is no fault of ours.
            Self::Fault(fault) if fault.is_gone() => json!({"error": "Realm not found."}),
            Self::Fault(fault) if fault.is_orphan() => json!({"error": "HTTP 404 Not Found"}),
            Self::Fault(fault) if fault.is_taken() => json!({
                "errorMessage": "Duplicate resource error",
            }),
            Self::Fault(fault) => {
                tracing::error!(%fault, "an admin call failed");
                json!({
                    "error": "unknown_error",
                    "error_description": "For more on this error consult the server log.",
                    "request_id": request_id::current(),
                })
            }
        };
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_seconds() {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        if self.wants_proof() {
            let text = format!("{}, error=\"{}\"", dpop::challenge(None), dpop::REFUSED);
            answer.insert_header((WWW_AUTHENTICATE, text));
        }
        if body.is_null() {
            let mut answer = answer.finish();
            answer.extensions_mut().insert(Silent);
            return answer;
        }
        answer.json(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_to_come_back_is_told_when() {
        let retry_after_seconds = 7;
        let cases = [
            (
                Busy {
                    retry_after_seconds,
                }
                .into(),
                503,
                Some("7"),
            ),
            (AdminError::Fault(Fault::busy()), 503, Some("1")),
            (AdminError::Fault(Fault::corrupt("x")), 500, None),
            (AdminError::Fault(Fault::gone()), 404, None),
            (AdminError::not_found(), 404, None),
        ];
        for (error, status, seconds) in cases {
            let answer = error.error_response();

            let told = answer.headers().get(RETRY_AFTER);
            let told = told.map(|told| told.to_str().unwrap());
            assert_eq!((answer.status().as_u16(), told), (status, seconds));
        }
    }
}
