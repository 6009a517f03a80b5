//! Device authorization: the device's endpoint, and the pages where somebody types its code.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::flow;
use cloakroom_model::{Cx, Digest, Door, attempt, client, device};
use cloakroom_oidc::{Error, Form, OAuthError, Provider};
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, DevicePage, Field, InfoPage, render};
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::claim::counted;
use super::course;
use super::login;
use super::protocol::{self, Caller};
use super::sign_in;
use super::visit::{AUTH_SESSION, IDENTITY, Visit};

/// The device's endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/auth/device").route(web::post().to(authorize)));
}

/// The pages, on which a person approves a device.
pub(crate) fn configure_pages(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/realms/{realm}/device")
            .route(web::get().to(ask))
            .route(web::post().to(decide)),
    );
    cfg.service(web::resource("/realms/{realm}/device/status").route(web::get().to(status)));
}

async fn authorize(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let form = match protocol::form(&request, &body) {
        Ok(form) => form,
        Err(error) => return protocol::error_answer(&error),
    };
    let claim = match caller.claim(&form).await {
        Ok(claim) => claim,
        Err(error) => return protocol::error_answer(&error),
    };
    let limits = &caller.app.limits;
    if let Some(seconds) = limits.take_device(caller.realm.id.as_str(), &caller.ip, now()) {
        // RFC 6585 §4: too many requests. Each would be a row that lies there for minutes.
        return protocol::error_answer(&OAuthError::try_again(429, seconds).into());
    }
    let (key, client_id) = (claim.key, claim.client_id);
    let provider = Arc::clone(&caller.app.provider);
    let work = move |cx: &mut Cx<'_>| provider.authorize_device(cx, &claim.credentials, &form);
    let done = caller.app.enter(&caller.realm, Door::Write, work).await;
    let answer = match counted(&caller.app, key, done) {
        Ok(codes) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store, must-revalidate, max-age=0"))
            .json(codes),
        Err(error) => protocol::error_answer(&error),
    };
    caller.with_cors(client_id.as_deref(), answer).await
}

/// Asks for the code. An address with the code in it, as a device shows it in a picture, goes on at
/// once: what follows shows who asks, and asks for a yes (RFC 8628 §3.3.1).
async fn ask(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    match visit.query.get("user_code").map(str::to_owned) {
        Some(code) => verify(&visit, &code).await,
        None => page(&visit, "", None),
    }
}

async fn decide(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if visit.is_foreign() {
        return visit.error(StatusCode::FORBIDDEN, Notice::InvalidRequest);
    }
    let Ok(form) = Form::parse(&body) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    verify(&visit, form.get("device_user_code").unwrap_or_default()).await
}

/// Says how it ended. Only the device learns more, so whoever opens this page sees nothing secret.
async fn status(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let notice = match visit.query.get("error") {
        None => Notice::DeviceConnected,
        Some("access_denied") => Notice::DeviceDenied,
        Some(_) => Notice::DeviceCodeInvalid,
    };
    let page = InfoPage {
        layout: visit.layout(None),
        notice,
        back: None,
        sign_in: None,
    };
    render(StatusCode::OK, &page, &visit.security())
}

fn page(visit: &Visit, typed: &str, error: Option<Notice>) -> HttpResponse {
    let shown: String = typed.chars().take(32).collect();
    let page = DevicePage {
        layout: visit.layout(None),
        action: visit.url("device"),
        alert: error.map(Alert::error),
        user_code: Field::new(&shown),
    };
    render(StatusCode::OK, &page, &visit.security())
}

/// Opens an attempt for the device that shows this code.
async fn verify(visit: &Visit, typed: &str) -> HttpResponse {
    let (limits, realm) = (&visit.app.limits, visit.realm.id.as_str());
    if let Some(seconds) = limits.take_user_code(realm, &visit.origin.ip, now()) {
        let mut response = visit.error(StatusCode::TOO_MANY_REQUESTS, Notice::TooManyAttempts);
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
        return response;
    }
    let new_handle = match cloakroom_web::app::random() {
        Ok(mut rng) => cloakroom_model::Secret::random(&mut rng)
            .expose()
            .to_owned(),
        Err(fault) => return visit.fault(&fault),
    };
    let known = visit
        .cookie(AUTH_SESSION)
        .filter(|handle| handle.len() >= 43);
    let is_new = known.is_none();
    let handle = known.unwrap_or(new_handle);
    let browser = Digest::of(handle.as_bytes());
    let (identity, code) = (visit.cookie(IDENTITY), typed.to_owned());
    let (provider, origin) = (Arc::clone(&visit.app.provider), visit.origin.clone());
    let work = move |cx: &mut Cx<'_>| {
        begin(cx, &provider, &code, &browser, identity.as_deref())?
            .map(|attempt| sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin))
            .transpose()
            .map_err(Error::from)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(Some(onward)) => {
            limits.user_code_was_right(realm, &visit.origin.ip);
            let mut response = login::show(visit, onward).await;
            if is_new {
                visit.set_handle(&mut response, &handle);
            }
            response
        }
        Ok(None) => page(visit, typed, Some(Notice::DeviceCodeInvalid)),
        Err(error) => visit.fault(&error),
    }
}

fn begin(
    cx: &mut Cx<'_>,
    provider: &Provider,
    code: &str,
    browser: &Digest,
    identity: Option<&str>,
) -> Result<Option<attempt::Attempt>, Error> {
    let Some(device) = device::find_by_user_code(cx, code)? else {
        return Ok(None);
    };
    let client = client::find_by_id(cx, &device.client)?.filter(|client| client.enabled);
    let Some(client) = client else {
        return Ok(None);
    };
    let request = provider.request_of_device(cx, &client, &device)?;
    let asked = (request.scope.as_str(), request.level.least());
    let session = course::session_of(cx, &client, asked, identity)?;
    let known = session
        .as_ref()
        .map(|(session, reached)| (session, reached.is_some()));
    let mut attempt = sign_in::begin(cx, &request, &client, browser, known)?;
    if let Some((_, Some(reached))) = &session {
        flow::reach(&mut attempt, reached);
    }
    course::prepare(cx.realm, &client, &mut attempt);
    attempt::insert(cx, &attempt)?;
    Ok(Some(attempt))
}
