//! A sign-in that goes no further, written down with the code that leads from the page to the reason.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_login::code::ErrorCode;
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::authorize::{PageError, Response};
use cloakroom_web::i18n::Notice;

use super::visit::Visit;

const KIND: &str = "LOGIN_ERROR";

/// What is refused to whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal<'a> {
    /// What the request calls its client; nobody may have checked it.
    pub(crate) client_id: &'a str,
    /// Who was about to sign in, where that is known.
    pub(crate) user: Option<UserId>,
    /// Where the request came from.
    pub(crate) ip: &'a str,
    /// Keycloak's name of the error.
    pub(crate) error: &'a str,
    /// The same in words.
    pub(crate) reason: &'a str,
}

/// Writes it down where the realm keeps that, and gives the code that the person is shown.
pub(crate) fn report(cx: &mut Cx<'_>, refusal: &Refusal<'_>) -> Result<Option<String>, Fault> {
    if !event::is_kept(&cx.realm.settings, KIND) {
        return Ok(None);
    }
    let mut bytes = [0u8; 6];
    cx.rng.fill_bytes(&mut bytes);
    let code = ErrorCode::from_random(bytes).to_string();
    let client_id: String = refusal.client_id.chars().take(255).collect();
    let reason: String = refusal.reason.chars().take(255).collect();
    let event = Event {
        kind: KIND.to_owned(),
        client_id: Some(client_id).filter(|id| !id.is_empty()),
        user: refusal.user.clone(),
        ip: refusal.ip.to_owned(),
        error: Some(refusal.error.to_owned()),
        code: Some(code.clone()),
        details: [("reason".to_owned(), reason)].into(),
        ..Event::default()
    };
    event::report(cx, event, true)?;
    Ok(Some(code))
}

/// Keycloak's name of what a page says, and the same in words.
pub(crate) fn of_page(error: &PageError) -> (&'static str, String) {
    match error {
        PageError::MissingParameter(name) => {
            ("invalid_request", format!("Missing parameter: {name}"))
        }
        PageError::InvalidParameter(name) => {
            ("invalid_request", format!("Invalid parameter: {name}"))
        }
        PageError::InvalidRequest => ("invalid_request", "Invalid request".to_owned()),
        PageError::ClientNotFound => (
            "client_not_found",
            "No client has this client_id".to_owned(),
        ),
        PageError::ClientDisabled => ("client_disabled", "The client is disabled".to_owned()),
        PageError::BearerOnly => (
            "not_allowed",
            "A bearer-only client signs nobody in".to_owned(),
        ),
        PageError::InvalidRedirectUri => {
            let why = "The redirect_uri is not one of the client's";
            ("invalid_redirect_uri", why.to_owned())
        }
    }
}

/// What a client is told instead of an answer: the error, and the same in words.
pub(crate) fn of_response(response: &Response) -> Option<(&str, &str)> {
    let find = |wanted| {
        let mut all = response.parameters.iter();
        all.find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.as_str())
    };
    Some((
        find("error")?,
        find("error_description").unwrap_or_default(),
    ))
}

/// The page that says so, where nothing may be sent to the client.
pub(super) fn page(visit: &Visit, error: &PageError, code: Option<&str>) -> HttpResponse {
    let (status, notice) = match error {
        PageError::MissingParameter(name) => (
            StatusCode::BAD_REQUEST,
            Notice::MissingParameter((*name).into()),
        ),
        PageError::InvalidParameter(name) => (
            StatusCode::BAD_REQUEST,
            Notice::InvalidParameter((*name).into()),
        ),
        PageError::InvalidRequest => (StatusCode::BAD_REQUEST, Notice::InvalidRequest),
        PageError::ClientNotFound => (StatusCode::BAD_REQUEST, Notice::ClientNotFound),
        PageError::ClientDisabled => (StatusCode::BAD_REQUEST, Notice::ClientDisabled),
        PageError::BearerOnly => (StatusCode::FORBIDDEN, Notice::ClientMayNotSignIn),
        PageError::InvalidRedirectUri => (StatusCode::BAD_REQUEST, Notice::InvalidRedirectUri),
    };
    match code {
        Some(code) => visit.error_with_code(status, notice, code),
        None => visit.error(status, notice),
    }
}
