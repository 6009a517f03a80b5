//! The answer to whoever is refused.
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::error::VerifyError;
use crate::presented::Scheme;
use crate::protection::Protection;

/// When a client may come back while the issuer does not answer, in seconds.
const COME_BACK: &str = "5";

/// Why a request is refused, ready to be answered.
#[derive(Clone, Debug)]
pub struct Refusal {
    error: VerifyError,
    challenges: Vec<String>,
}

impl Refusal {
    pub(super) fn new(protection: &Protection, error: VerifyError, used: Option<Scheme>) -> Self {
        Self {
            challenges: protection.challenges(&error, used),
            error,
        }
    }

    /// The reason, for the log.
    pub fn error(&self) -> &VerifyError {
        &self.error
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::UNAUTHORIZED)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CACHE_CONTROL, "no-store"));
        for challenge in &self.challenges {
            answer.append_header((WWW_AUTHENTICATE, challenge.as_str()));
        }
        match &self.error {
            VerifyError::NonceNeeded(nonce) => {
                answer.insert_header(("dpop-nonce", nonce.as_str()));
            }
            VerifyError::Unavailable(_) => {
                answer.insert_header((RETRY_AFTER, COME_BACK));
            }
            _ => {}
        }
        match self.error.code() {
            Some(code) => answer.json(json!({
                "error": code,
                "error_description": self.error.to_string(),
            })),
            None => answer.finish(),
        }
    }
}
