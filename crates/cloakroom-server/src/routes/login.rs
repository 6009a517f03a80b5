//! The pages of signing in: HTTP on this side, the flow on the other.

mod act;
mod consent;
mod fields;
mod outset;
mod pages;
mod profile;
mod register;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::flow::{self, note};
use cloakroom_login::hasher::Busy;
use cloakroom_login::proof::{self, Refusal, TooMany, Who, Work};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Door, Fault, client};
use cloakroom_oidc::{Form, Provider};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;
use serde_json::Value;

use super::protocol;
use super::sign_in::{self, Onward};
use super::visit::{IDENTITY, RESTART, Visit};

pub(crate) use pages::login_page;
pub(crate) use register::register_page;

/// The paths of signing in.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let base = "/realms/{realm}/login-actions";
    cfg.service(
        web::resource(format!("{base}/authenticate"))
            .route(web::get().to(resume))
            .route(web::post().to(authenticate)),
    );
    cfg.service(web::resource(format!("{base}/restart")).route(web::get().to(restart)));
    cfg.service(web::resource(format!("{base}/action-token")).route(web::get().to(action_token)));
    act::configure(cfg, base);
    consent::configure(cfg, base);
    register::configure(cfg, base);
}

/// Which attempt a form or link belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    browser: Digest,
    tab_id: String,
    session_code: Option<String>,
}

impl Ticket {
    /// Reads the address; the error is already a page.
    #[expect(clippy::result_large_err, reason = "the error is the page itself")]
    fn of(visit: &Visit) -> Result<Self, HttpResponse> {
        let Some(tab_id) = visit.query.get("tab_id").filter(|id| id.len() <= 64) else {
            return Err(visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest));
        };
        let Some(browser) = visit.browser() else {
            return Err(visit.error(StatusCode::BAD_REQUEST, Notice::CookieNotFound));
        };
        Ok(Self {
            browser,
            tab_id: tab_id.to_owned(),
            session_code: visit.query.get("session_code").map(str::to_owned),
        })
    }

    /// The attempt, for showing a page.
    fn find(&self, cx: &mut Cx<'_>) -> Result<Option<Attempt>, Fault> {
        if self.tab_id.contains('\0') {
            return Ok(None);
        }
        attempt::find(cx, &self.browser, &self.tab_id)
    }

    /// The attempt, for changing it: the form has to come from a page of ours.
    fn claim(&self, cx: &mut Cx<'_>) -> Result<Option<Attempt>, Fault> {
        let found = self.find(cx)?;
        let presented = self.session_code.as_deref().unwrap_or_default();
        let presented = Digest::of(presented.as_bytes());
        Ok(found.filter(|attempt| {
            let expected = flow::text(attempt, note::SESSION_CODE);
            !expected.is_empty() && Digest::of(expected.as_bytes()).matches(&presented)
        }))
    }
}

/// A posted form of a page of ours; the error is already a page.
async fn posted(
    app: Data<App>,
    request: &HttpRequest,
    realm: &str,
    body: &Bytes,
) -> Result<(Visit, Ticket, Form), HttpResponse> {
    let visit = Visit::start(app, request, realm).await?;
    if visit.is_foreign() {
        return Err(visit.error(StatusCode::FORBIDDEN, Notice::InvalidRequest));
    }
    if !protocol::is_form(request) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(visit.error(status, Notice::InvalidRequest));
    }
    let ticket = Ticket::of(&visit)?;
    match Form::parse(body) {
        Ok(form) => Ok((visit, ticket, form)),
        Err(_) => Err(visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest)),
    }
}

/// Shows where the attempt has come to.
pub(crate) fn show(visit: &Visit, onward: Onward) -> HttpResponse {
    match onward {
        Onward::Ask(attempt, user) => login_page(visit, &attempt, user.as_ref(), None),
        Onward::Go(attempt, execution) => {
            let query = sign_in::address(&attempt, execution, false);
            visit.redirect(&visit.url(&format!("login-actions/required-action?{query}")))
        }
        Onward::Done(done) => {
            let mut response = visit.answer(&done.response);
            visit.set_session(&mut response, &done.opened);
            response
        }
        Onward::Refused(response) => visit.answer(&response),
        Onward::Over => over(visit),
    }
}

/// The attempt is over or was never this browser's: it begins again where that is known how.
pub(crate) fn over(visit: &Visit) -> HttpResponse {
    match visit.cookie(RESTART) {
        Some(query) => visit.redirect(&visit.url(&format!("protocol/openid-connect/auth?{query}"))),
        None => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
    }
}

/// The hashing threads have more to do than they can: the browser may try again.
pub(crate) fn busy(visit: &Visit, busy: Busy) -> HttpResponse {
    let mut response = visit.error(StatusCode::SERVICE_UNAVAILABLE, Notice::Overloaded);
    let seconds = busy.retry_after_seconds.into();
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

async fn resume(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let ticket = match Ticket::of(&visit) {
        Ok(ticket) => ticket,
        Err(page) => return page,
    };
    let (provider, origin) = (visit.app.provider.clone(), visit.origin.clone());
    let identity = visit.cookie(IDENTITY);
    let work = move |cx: &mut Cx<'_>| -> Result<Onward, Fault> {
        let Some(attempt) = ticket.find(cx)? else {
            return Ok(Onward::Over);
        };
        let onward = sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin)?;
        with_known_user(cx, onward)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => {
            let mut response = show(&visit, onward);
            visit.keep_locale(&mut response);
            response
        }
        Err(fault) => visit.fault(&fault),
    }
}

/// Whoever a session of the browser has named is asked for the password alone.
fn with_known_user(cx: &mut Cx<'_>, onward: Onward) -> Result<Onward, Fault> {
    Ok(match onward {
        Onward::Ask(attempt, None) => {
            let user = known_user(cx, &attempt)?;
            Onward::Ask(attempt, user)
        }
        onward => onward,
    })
}

/// A link out of a mail. The server sends none, so whatever key arrives here was never good.
async fn action_token(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
        Err(page) => page,
    }
}

fn known_user(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<Option<User>, Fault> {
    match &attempt.user {
        Some(id) => user::find(cx, id),
        None => Ok(None),
    }
}

/// The page for whoever tries too often; the words are the same whether or not there is an account.
fn too_often(
    visit: &Visit,
    attempt: &Attempt,
    known: Option<&User>,
    too_many: TooMany,
) -> HttpResponse {
    let alert = Alert::error(Notice::TooManyAttempts);
    let mut response = login_page(visit, attempt, known, Some(alert));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = too_many.retry_after_seconds.into();
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

/// Begins again, as somebody else perhaps.
async fn restart(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let ticket = match Ticket::of(&visit) {
        Ok(ticket) => ticket,
        Err(page) => return page,
    };
    let work = move |cx: &mut Cx<'_>| -> Result<Onward, Fault> {
        let Some(mut attempt) = ticket.find(cx)? else {
            return Ok(Onward::Over);
        };
        attempt.user = None;
        attempt.stage = Stage::Prove;
        attempt.notes.remove(note::RECOGNIZED);
        attempt.notes.remove(note::USERNAME);
        Ok(match attempt::advance(cx, &attempt)? {
            true => Onward::Ask(Box::new(attempt), None),
            false => Onward::Over,
        })
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(&visit, onward),
        Err(fault) => visit.fault(&fault),
    }
}

/// What the first step found.
enum Prepared {
    Verify(Box<Work>),
    TooMany(Box<Attempt>, Option<User>, TooMany),
    Onward(Onward),
}

/// What the last step found.
enum Judged {
    Onward(Onward),
    Denied(Box<Attempt>, Option<User>, Refusal, String),
}

/// The password of the sign-in form: found in one transaction, hashed outside of it, judged in
/// another.
async fn authenticate(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    let (provider, origin) = (visit.app.provider.clone(), visit.origin.clone());
    let identity = visit.cookie(IDENTITY);
    let find = {
        let (ticket, form, identity) = (ticket.clone(), form.clone(), identity.clone());
        let (provider, origin) = (provider.clone(), origin.clone());
        move |cx: &mut Cx<'_>| {
            let browser = (identity.as_deref(), &origin);
            find_work(cx, &provider, (&ticket, &form), browser)
        }
    };
    let work = match visit.app.enter(&visit.realm, Door::Write, find).await {
        Ok(Prepared::Verify(work)) => work,
        Ok(Prepared::Onward(onward)) => return show(&visit, onward),
        Ok(Prepared::TooMany(attempt, known, too_many)) => {
            return too_often(&visit, &attempt, known.as_ref(), too_many);
        }
        Err(fault) => return visit.fault(&fault),
    };
    let checked = match visit.app.hash(move || work.run()).await {
        Ok(checked) => checked,
        Err(too_much) => return busy(&visit, too_much),
    };
    let remember_me = form.get("rememberMe").is_some_and(|value| value != "off");
    let judge = move |cx: &mut Cx<'_>| -> Result<Judged, Fault> {
        let Some(mut attempt) = ticket.claim(cx)? else {
            return Ok(Judged::Onward(Onward::Over));
        };
        match proof::conclude(cx, &checked)? {
            Ok(user) => {
                flow::prove(cx, &mut attempt, &user, remember_me);
                attempt::advance(cx, &attempt)?;
                let next = sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin)?;
                Ok(Judged::Onward(next))
            }
            Err(denied) => {
                let client = client::find_by_id(cx, &attempt.client)?;
                let client_id = client
                    .map(|client| client.client_id.clone())
                    .unwrap_or_default();
                let code = proof::report(cx, &denied, &client_id, &origin.ip)?;
                let known = known_user(cx, &attempt)?;
                Ok(Judged::Denied(
                    Box::new(attempt),
                    known,
                    denied.refusal,
                    code.to_string(),
                ))
            }
        }
    };
    match visit.app.enter(&visit.realm, Door::Write, judge).await {
        Ok(Judged::Onward(onward)) => show(&visit, onward),
        Ok(Judged::Denied(attempt, known, refusal, code)) => {
            let notice = match (refusal, &known) {
                (Refusal::Disabled, _) => Notice::AccountDisabled,
                (Refusal::InvalidCredentials, Some(_)) => Notice::InvalidPassword,
                (Refusal::InvalidCredentials, None) => Notice::InvalidCredentials,
            };
            let alert = Alert::error(notice).with_code(&code);
            login_page(&visit, &attempt, known.as_ref(), Some(alert))
        }
        Err(fault) => visit.fault(&fault),
    }
}

/// Finds what the hashing threads have to do, and counts the attempt.
fn find_work(
    cx: &mut Cx<'_>,
    provider: &Provider,
    (ticket, form): (&Ticket, &Form),
    (identity, origin): (Option<&str>, &Origin),
) -> Result<Prepared, Fault> {
    let Some(mut attempt) = ticket.claim(cx)? else {
        return Ok(Prepared::Onward(Onward::Over));
    };
    if attempt.stage != Stage::Prove {
        // The form was posted twice: the first post has proved the user.
        let next = sign_in::proceed(cx, provider, attempt, identity, origin)?;
        return Ok(Prepared::Onward(next));
    }
    let work = prepare(cx, &mut attempt, form, &origin.ip)?;
    attempt::advance(cx, &attempt)?;
    match work {
        Ok(work) => Ok(Prepared::Verify(Box::new(work))),
        Err(too_many) => {
            let known = known_user(cx, &attempt)?;
            Ok(Prepared::TooMany(Box::new(attempt), known, too_many))
        }
    }
}

fn prepare(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    form: &Form,
    ip: &str,
) -> Result<Result<Work, TooMany>, Fault> {
    let password = form.get("password").unwrap_or_default();
    // Whom a session of the browser has named is not asked for a name again.
    if let Some(known) = &attempt.user {
        return proof::prepare(cx, Who::Known(known), password, ip);
    }
    let username = form.get("username").unwrap_or_default().trim();
    let shown: String = username.chars().take(255).filter(|c| *c != '\0').collect();
    attempt
        .notes
        .insert(note::USERNAME.to_owned(), Value::String(shown));
    proof::prepare(cx, Who::Named(username), password, ip)
}
