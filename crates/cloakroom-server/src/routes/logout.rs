//! Logout: HTTP on this side, `Provider::logout` on the other.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::sign_on;
use cloakroom_model::session::{self, Session, upstream};
use cloakroom_model::{Cx, Digest, Door, attempt, user};
use cloakroom_oidc::logout::{LogoutError, LogoutRequest};
use cloakroom_oidc::{Error, Form, Provider};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{ClientShown, Hidden, Link, LogoutConfirmPage, SignedOutPage, render};
use cloakroom_web::web::{self, Bytes, Data, Path};
use url::Url;

use super::broker::{self, Elsewhere};
use super::claim::{Claim, counted};
use super::protocol;
use super::visit::{Cookie, IDENTITY, Visit};

mod farewell;

/// Holds what the confirmation page leads to, beside the code that its form has to bring.
const LOGOUT: &str = "CLOAKROOM_LOGOUT";

/// Holds a logout whose browser is at the identity provider that its session came from.
const ELSEWHERE: &str = "CLOAKROOM_LOGOUT_ELSEWHERE";

/// The paths of logout.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let base = "/logout";
    cfg.service(
        web::resource(base)
            .route(web::get().to(by_query))
            .route(web::post().to(by_form)),
    );
    cfg.route(&format!("{base}/logout-confirm"), web::post().to(confirm));
}

async fn by_query(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    match Visit::start(app, &request, &realm).await {
        Ok(visit) => {
            let form = visit.query.clone();
            ask(&visit, form, request.query_string()).await
        }
        Err(page) => page,
    }
}

async fn by_form(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let Ok(form) = Form::parse(&body) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    if form.has("refresh_token") {
        return by_token(&visit, &request, form).await;
    }
    let query = String::from_utf8_lossy(&body).into_owned();
    ask(&visit, form, &query).await
}

/// Keycloak's own logout, for clients without a browser.
async fn by_token(visit: &Visit, request: &HttpRequest, form: Form) -> HttpResponse {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let ip = visit.origin.ip.as_str();
    let claim = match Claim::of(&visit.app, &visit.realm, (header, ip), &form).await {
        Ok(claim) => claim,
        Err(error) => return protocol::error_answer(&error),
    };
    let (provider, key) = (visit.app.provider.clone(), claim.key);
    let work = move |cx: &mut Cx<'_>| provider.logout_by_token(cx, &claim.credentials, &form);
    let done = visit.app.enter(&visit.realm, Door::Write, work).await;
    match counted(&visit.app, key, done) {
        Ok(()) => HttpResponse::NoContent()
            .insert_header((CACHE_CONTROL, "no-cache"))
            .finish(),
        Err(error) => protocol::error_answer(&error),
    }
}

/// What is to be shown.
enum Answer {
    Error(LogoutError),
    /// The user is asked first: the request did not prove that it comes from their client.
    Confirm(LogoutRequest, Option<String>),
    Done(LogoutRequest, Ended),
}

/// What a logout has ended here, and what it has to end elsewhere.
#[derive(Default)]
struct Ended {
    is_any: bool,
    elsewhere: Option<Box<Elsewhere>>,
    /// What the browser opens so that applications hear of it.
    frames: Vec<Url>,
}

async fn ask(visit: &Visit, form: Form, query: &str) -> HttpResponse {
    let provider = visit.app.provider.clone();
    let (identity, browser) = (visit.cookie(IDENTITY), visit.browser());
    let ip = visit.origin.ip.clone();
    let work = move |cx: &mut Cx<'_>| -> Result<Answer, Error> {
        let request = match provider.logout(cx, &form)? {
            Ok(request) => request,
            Err(error) => return Ok(Answer::Error(error)),
        };
        let current = match &identity {
            Some(cookie) => sign_on::recognize(cx, cookie)?,
            None => None,
        };
        let hinted = match &request.session {
            Some(id) => session::find(cx, id, false)?,
            None => None,
        };
        match (hinted, current) {
            // An ID token of another session, which may be over long ago, does not end the one of this browser.
            (_, Some(current)) if !names(&request, &current) => {
                let username = user::find(cx, &current.user)?.map(|user| user.username);
                Ok(Answer::Confirm(request, username))
            }
            // Nobody is signed in, so there is nothing to ask about; the application wants its user back.
            (_, None) if request.subject.is_none() && request.redirect.is_some() => {
                Ok(Answer::Done(request, Ended::default()))
            }
            (_, None) if request.subject.is_none() => Ok(Answer::Confirm(request, None)),
            (hinted, current) => {
                let asked = (&*provider, &request);
                let ended = end(cx, [hinted, current], browser.as_ref(), asked, &ip)?;
                Ok(Answer::Done(request, ended))
            }
        }
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(Answer::Error(error)) => no_cache(error_page(visit, error)),
        Ok(Answer::Confirm(request, username)) => confirm_page(visit, &request, username, query),
        Ok(Answer::Done(request, ended)) => part(visit, &request, ended, query).await,
        Err(error) => visit.fault(&error),
    }
}

/// The request proves that it is about this session, or about its user where it names none.
///
/// A user may have a name of its own at each client, so the session is what is compared.
fn names(request: &LogoutRequest, current: &Session) -> bool {
    match &request.session {
        Some(session) => *session == current.id,
        None => request.subject.as_deref() == Some(current.user.as_str()),
    }
}

fn end(
    cx: &mut Cx<'_>,
    sessions: [Option<Session>; 2],
    browser: Option<&Digest>,
    (provider, request): (&Provider, &LogoutRequest),
    ip: &str,
) -> Result<Ended, Error> {
    let client_id = request
        .client
        .as_ref()
        .map(|client| client.client_id.as_str());
    let mut ended: Option<Session> = None;
    let mut elsewhere = None;
    let mut frames = Vec::new();
    for session in sessions.into_iter().flatten() {
        if ended.as_ref().is_none_or(|before| before.id != session.id) {
            elsewhere = broker::elsewhere(cx, &session)?.map(Box::new);
            if elsewhere.is_some() {
                // The browser goes there itself.
                upstream::forget(cx, &session.id)?;
            }
            frames.extend(provider.logout_frames(cx, &session.id)?);
            sign_on::end(cx, &session, client_id, ip)?;
            ended = Some(session);
        }
    }
    if let Some(browser) = browser {
        attempt::remove_of_browser(cx, browser)?;
    }
    Ok(Ended {
        is_any: ended.is_some(),
        elsewhere,
        frames,
    })
}

fn error_page(visit: &Visit, error: LogoutError) -> HttpResponse {
    let notice = match error {
        LogoutError::InvalidParameter(name) => Notice::InvalidParameter(name.into()),
        LogoutError::MissingParameter(name) => Notice::MissingParameter(name.into()),
        LogoutError::InvalidRedirectUri => Notice::InvalidRedirectUri,
    };
    visit.error(StatusCode::BAD_REQUEST, notice)
}

fn no_cache(mut response: HttpResponse) -> HttpResponse {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn shown(request: &LogoutRequest) -> Option<ClientShown> {
    let client = request.client.as_ref()?;
    let name = client
        .settings
        .name
        .as_deref()
        .filter(|name| !name.is_empty());
    Some(ClientShown::new(
        name.unwrap_or(&client.client_id),
        request.redirect.as_deref(),
    ))
}

fn confirm_page(
    visit: &Visit,
    request: &LogoutRequest,
    username: Option<String>,
    query: &str,
) -> HttpResponse {
    let code = match cloakroom_web::app::random() {
        Ok(mut rng) => cloakroom_model::Secret::random(&mut rng),
        Err(fault) => return visit.fault(&fault),
    };
    let page = LogoutConfirmPage {
        layout: visit.layout(None),
        action: visit.url("protocol/openid-connect/logout/logout-confirm"),
        session_code: Hidden::new(code.expose()),
        username,
        client: shown(request),
    };
    let security = match &request.redirect {
        Some(uri) => visit.security().with_form_target(uri),
        // The session may have come from a provider, where the browser goes first.
        None => visit.security().with_onward_forms(),
    };
    let mut response = no_cache(render(StatusCode::OK, &page, &security));
    keep(visit, &mut response, LOGOUT, (code.expose(), query));
    response
}

async fn confirm(
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
    let kept = visit.cookie(LOGOUT).unwrap_or_default();
    let (code, query) = kept.split_once('.').unwrap_or_default();
    let posted = Form::parse(&body).unwrap_or_default();
    let presented = Digest::of(posted.get("session_code").unwrap_or_default().as_bytes());
    if code.is_empty() || !Digest::of(code.as_bytes()).matches(&presented) {
        return visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired);
    }
    let form = Form::parse(query.as_bytes()).unwrap_or_default();
    let provider = visit.app.provider.clone();
    let (identity, browser) = (visit.cookie(IDENTITY), visit.browser());
    let ip = visit.origin.ip.clone();
    let work = move |cx: &mut Cx<'_>| -> Result<Answer, Error> {
        let request = match provider.logout(cx, &form)? {
            Ok(request) => request,
            Err(error) => return Ok(Answer::Error(error)),
        };
        let current = match &identity {
            Some(cookie) => sign_on::recognize(cx, cookie)?,
            None => None,
        };
        let asked = (&*provider, &request);
        let ended = end(cx, [None, current], browser.as_ref(), asked, &ip)?;
        Ok(Answer::Done(request, ended))
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(Answer::Done(request, ended)) => {
            let ended = Ended {
                is_any: true,
                ..ended
            };
            let mut response = part(&visit, &request, ended, query).await;
            visit.unset(&mut response, LOGOUT);
            response
        }
        Ok(Answer::Error(error)) => no_cache(error_page(&visit, error)),
        Ok(Answer::Confirm(request, username)) => confirm_page(&visit, &request, username, ""),
        Err(error) => visit.fault(&error),
    }
}

/// A signed-in browser may have to go elsewhere first, where the session came from; it comes back for the end.
async fn part(visit: &Visit, request: &LogoutRequest, ended: Ended, query: &str) -> HttpResponse {
    let Some(elsewhere) = &ended.elsewhere else {
        return goodbye(visit, request, &ended);
    };
    match broker::leave(visit, elsewhere).await {
        Ok(Some((response, name))) => {
            let mut response = farewell::before(visit, &ended.frames, response);
            visit.unset_session(&mut response);
            keep(visit, &mut response, ELSEWHERE, (&name, query));
            no_cache(response)
        }
        Ok(None) => goodbye(visit, request, &ended),
        Err(fault) => visit.fault(&fault),
    }
}

/// Keeps a request in the browser, behind a value that only this browser has; the request is checked again.
fn keep(visit: &Visit, to: &mut HttpResponse, name: &'static str, (code, query): (&str, &str)) {
    let is_safe = query
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b";,\"\\".contains(&byte));
    let query = match is_safe && query.len() <= 3000 {
        true => query,
        false => "",
    };
    let cookie = Cookie {
        name,
        value: &format!("{code}.{query}"),
        http_only: true,
        max_age: Some(1800),
    };
    visit.set(to, &cookie);
}

/// What was kept while the browser was elsewhere: the name of the request, and the query of the logout.
pub(super) fn kept(visit: &Visit) -> (String, String) {
    let kept = visit.cookie(ELSEWHERE).unwrap_or_default();
    let (name, query) = kept.split_once('.').unwrap_or_default();
    (name.to_owned(), query.to_owned())
}

/// The end of a logout whose browser was elsewhere.
pub(super) async fn finish(visit: &Visit, query: &str) -> HttpResponse {
    let form = Form::parse(query.as_bytes()).unwrap_or_default();
    let provider = visit.app.provider.clone();
    let work = move |cx: &mut Cx<'_>| provider.logout(cx, &form);
    let mut response = match visit.app.enter(&visit.realm, Door::Read, work).await {
        // A browser that had to post once more is not sent on by that form; its person follows a link.
        Ok(Ok(request)) if visit.is_posted_again() => signed_out(visit, back(&request)),
        Ok(Ok(request)) => goodbye(visit, &request, &Ended::default()),
        Ok(Err(_)) => signed_out(visit, None),
        Err(error) => return visit.fault(&error),
    };
    visit.unset(&mut response, ELSEWHERE);
    response
}

/// The link back to the client.
fn back(request: &LogoutRequest) -> Option<(ClientShown, Link)> {
    let link = Link::parse(request.redirect.as_deref()?)?;
    Some((shown(request)?, link))
}

/// The page of ours at the end.
pub(super) fn signed_out(visit: &Visit, back: Option<(ClientShown, Link)>) -> HttpResponse {
    let page = SignedOutPage {
        layout: visit.layout(None),
        back,
        sign_in: None,
    };
    no_cache(render(StatusCode::OK, &page, &visit.security()))
}

/// The end: back to the client where it said so, else a page of ours.
fn goodbye(visit: &Visit, request: &LogoutRequest, ended: &Ended) -> HttpResponse {
    let next = request.redirect.as_deref();
    let mut response = match next {
        _ if !ended.frames.is_empty() => farewell::page(visit, &ended.frames, next),
        Some(uri) => visit.redirect(uri),
        None => signed_out(visit, None),
    };
    if ended.is_any && visit.cookie(IDENTITY).is_some() {
        visit.unset_session(&mut response);
    }
    no_cache(response)
}
