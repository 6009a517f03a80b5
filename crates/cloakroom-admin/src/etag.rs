//! `ETag` on what is shown, `If-Match` on what changes it: nobody overwrites what they have not seen.
//!
//! The tag is a digest of the representation, so it covers whatever the object is made of. Clients of
//! Keycloak send no `If-Match`, and notice nothing.

use std::sync::LazyLock;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ETAG, HeaderValue, IF_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _};
use cloakroom_model::Digest;
use cloakroom_web::App;
use tokio::sync::Mutex;

use crate::error::AdminError;

/// Conditional changes go one after the other, so that none slips in after another's comparison.
static CHANGES: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// Tags objects, and holds conditional changes against what stands there now (RFC 9110 §13.1.1).
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.path().starts_with("/admin/realms/") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let is_change = [Method::PUT, Method::DELETE].contains(request.method());
    if is_change && let Some(wanted) = request.headers().get(IF_MATCH).cloned() {
        let _alone = CHANGES.lock().await;
        let app = request.app_data::<Data<App>>().cloned();
        // On several nodes there may be another that compares, and what it changed is not in memory.
        let turn = match app {
            Some(app) => app.take_turn().await.map_err(AdminError::from)?,
            None => None,
        };
        let answer = compare(request, &next, &wanted).await;
        drop(turn);
        return answer;
    }
    let is_shown = request.method() == Method::GET;
    let answer = next.call(request).await?.map_into_boxed_body();
    if is_shown && answer.status() == StatusCode::OK {
        return tag(answer).await;
    }
    Ok(answer)
}

/// Reads the object the way a GET does, then goes on with the change if it is the one that was seen.
async fn compare<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: &Next<B>,
    wanted: &HeaderValue,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = request.method().clone();
    let body = request.take_payload();
    request.head_mut().method = Method::GET;
    let shown = tag(next.call(request).await?.map_into_boxed_body()).await?;
    let current = shown.headers().get(ETAG).cloned();
    let status = shown.status();
    let (request, _) = shown.into_parts();
    let mut request = ServiceRequest::from_parts(request, body);
    request.head_mut().method = method;
    request.match_info_mut().reset();
    let is_same = match current {
        Some(current) => is_listed(wanted, &current),
        // What cannot be shown has no state to compare: the change itself says why.
        None => status != StatusCode::OK || wanted.as_bytes() == b"*",
    };
    if is_same {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let why = "The object has changed since it was read.";
    let answer = AdminError::message(412, why).error_response();
    Ok(request.into_response(answer))
}

/// `*`, or a list of tags with this one in it.
fn is_listed(wanted: &HeaderValue, current: &HeaderValue) -> bool {
    let Ok(wanted) = wanted.to_str() else {
        return false;
    };
    let mut tags = wanted.split(',').map(str::trim);
    tags.any(|tag| tag == "*" || tag.as_bytes() == current.as_bytes())
}

/// Lists have no tag: they are not changed as one.
async fn tag(answer: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body)
        .await
        .map_err(|error| actix_web::error::ErrorInternalServerError(error.to_string()))?;
    let is_object = bytes.first() == Some(&b'{');
    let digest = is_object.then(|| Digest::of(&bytes).to_base64url());
    let mut answer: HttpResponse = head.set_body(BoxBody::new(bytes));
    let tag = digest.and_then(|digest| HeaderValue::from_str(&format!("\"{digest}\"")).ok());
    if let Some(tag) = tag {
        answer.headers_mut().insert(ETAG, tag);
    }
    Ok(ServiceResponse::new(request, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        let current = HeaderValue::from_static("\"a\"");
        for (wanted, is_same) in [
            ("\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("W/\"a\"", false),
            ("", false),
        ] {
            let wanted = HeaderValue::from_static(wanted);
            assert_eq!(is_listed(&wanted, &current), is_same, "{wanted:?}");
        }
    }
}
