//! The address that leads a browser back to its attempt.

use cloakroom_login::flow::{self, note};
use cloakroom_model::attempt::Attempt;
use cloakroom_oidc::authorize::AuthorizationRequest;
use url::form_urlencoded::Serializer;

use super::request_of;

/// The query that leads a browser back to its attempt.
pub(crate) fn address(attempt: &Attempt, execution: &str, with_code: bool) -> String {
    let request = request_of(attempt).ok();
    let mut query = Serializer::new(String::new());
    if with_code {
        query.append_pair("session_code", flow::text(attempt, note::SESSION_CODE));
    }
    query.append_pair("execution", execution);
    if let Some(request) = &request {
        query.append_pair("client_id", &request.client_id);
    }
    query.append_pair("tab_id", &attempt.tab_id);
    if let Some(request) = &request {
        query.append_pair("client_data", &client_data(request));
    }
    query.finish()
}

/// What a page shows of where it leads to. Nothing reads it back: it is the browser's to change.
fn client_data(request: &AuthorizationRequest) -> String {
    let wanted = request.response_type.name();
    let text = serde_json::json!({ "ru": request.redirect_uri, "rt": wanted }).to_string();
    cloakroom_jose::base64url::encode(text.as_bytes())
}
