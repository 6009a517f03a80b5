//! Which pages may read the admin API's answers: those in the web origins of the client that a token was issued to.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use cloakroom_model::client::Client;
use cloakroom_oidc::origin;
use cloakroom_web::App;

use crate::error::{AdminError, Result};

/// The caller's client stands for the page that asks.
#[derive(Clone, Copy, Debug)]
struct Allowed;

/// Answers browsers that ask before they call, and lets the pages of the caller's client read the answer.
///
/// Which client will call is not known before it does, so every origin may ask.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let is_ours = ["/admin/", "/resources/"]
        .iter()
        .any(|start| request.path().starts_with(start));
    let asks = request.headers().get(ORIGIN).cloned().filter(|_| is_ours);
    let Some(asks) = asks else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        return Ok(request.into_response(preflight(asks)));
    }
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if answer.request().extensions().get::<Allowed>().is_some() {
        allow(answer.headers_mut(), asks);
        let exposed = HeaderValue::from_static("Location, ETag");
        answer
            .headers_mut()
            .insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    Ok(answer)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.insert(VARY, HeaderValue::from_static("Origin"));
}

fn preflight(origin: HeaderValue) -> HttpResponse {
    const HEADERS: &str = "Origin, Accept, X-Requested-With, Access-Control-Request-Method, \
        Access-Control-Request-Headers, DPoP, Content-Type, Authorization, If-Match";
    let mut answer = HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "DELETE, POST, GET, PUT"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "3600"))
        .finish();
    allow(answer.headers_mut(), origin);
    answer
}

/// Refuses a page that is neither our own nor one of the client's.
pub(crate) fn check(request: &HttpRequest, app: &App, client: &Client) -> Result<()> {
    let Some(asks) = request.headers().get(ORIGIN) else {
        return Ok(());
    };
    let asks = asks.to_str().unwrap_or_default();
    let rest = app.base_url.strip_prefix(asks);
    let is_own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_own {
        return Ok(());
    }
    if !origin::is_allowed(client, asks) {
        return Err(AdminError::error(403, "Invalid origin"));
    }
    allow_public(request);
    Ok(())
}

/// What anybody may know, the pages of others may read as well.
pub(crate) fn allow_public(request: &HttpRequest) {
    request.extensions_mut().insert(Allowed);
}
