//! The pages of signing in: HTTP on this side, the flow on the other.

mod act;
mod action_page;
mod consent;
mod elsewhere;
mod enrol;
mod fields;
pub(crate) mod further;
mod key;
pub(crate) mod key_set_up;
pub(crate) mod organization;
mod outset;
mod pages;
mod paper;
pub(crate) mod passkey;
mod password;
mod profile;
mod register;
pub(crate) mod removal;
mod reset;
mod told;
mod turned_away;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::flow::{self, note};
use cloakroom_login::hasher::Busy;
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Door, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::broker;
use super::deliver::deliver;
use super::protocol;
use super::sign_in::{self, Onward};
use super::visit::{IDENTITY, RESTART, Visit};

pub(crate) use fields::{Problems, fold_in, wrong};
pub(crate) use further::Question;
pub(crate) use organization::name_page;
pub(crate) use pages::{action, asks_else, layout, login_page, security};
pub(crate) use profile::fields as profile_fields;
pub(crate) use register::register_page;
pub(crate) use reset::forgotten;

/// The paths of signing in.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let base = "/realms/{realm}/login-actions";
    cfg.service(
        web::resource(format!("{base}/authenticate"))
            .route(web::get().to(resume))
            .route(web::post().to(password::authenticate)),
    );
    cfg.service(web::resource(format!("{base}/restart")).route(web::get().to(restart)));
    cfg.service(web::resource(format!("{base}/action-token")).route(web::get().to(action_token)));
    act::configure(cfg, base);
    consent::configure(cfg, base);
    organization::configure(cfg, base);
    register::configure(cfg, base);
    reset::configure(cfg, base);
}

/// Which attempt a form or link belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    browser: Digest,
    tab_id: String,
    session_code: Option<String>,
    proofs: Vec<Digest>,
}

impl Ticket {
    /// Reads the address; the error is already a page.
    #[expect(clippy::result_large_err, reason = "the error is the page itself")]
    pub(crate) fn of(visit: &Visit) -> Result<Self, HttpResponse> {
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
            proofs: visit.proofs(),
        })
    }

    /// The attempt, for showing a page. There is none for a browser other than the one in which somebody was proved.
    pub(crate) fn find(&self, cx: &mut Cx<'_>) -> Result<Option<Attempt>, Fault> {
        if self.tab_id.contains('\0') {
            return Ok(None);
        }
        let found = attempt::find(cx, &self.browser, &self.tab_id)?;
        Ok(found.filter(|attempt| flow::is_bound_to(attempt, &self.proofs)))
    }

    /// The attempt, for changing it: the form has to come from a page of ours.
    pub(crate) fn claim(&self, cx: &mut Cx<'_>) -> Result<Option<Attempt>, Fault> {
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
pub(crate) async fn posted(
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
pub(crate) async fn show(visit: &Visit, onward: Onward) -> HttpResponse {
    match onward {
        Onward::Ask(attempt, user) => login_page(visit, &attempt, user.as_ref(), None),
        Onward::Further(question) => further::page(visit, *question),
        Onward::Again(again) => passkey::page_again(visit, *again),
        Onward::Rename(attempt, notice) => name_page(visit, &attempt, Some(Alert::error(notice))),
        Onward::Depart(attempt, alias) => visit.redirect(&broker::address(visit, &attempt, &alias)),
        Onward::Go(attempt, execution) => {
            let query = sign_in::address(&attempt, execution, false);
            let to = visit.url(&format!("login-actions/required-action?{query}"));
            let mut response = visit.redirect(&to);
            visit.set_proof(&mut response, &attempt);
            response
        }
        Onward::Done(done) => {
            let mut response = deliver(visit, &done.answer).await;
            visit.set_session(&mut response, &done.opened);
            response
        }
        Onward::Refused(response) => visit.answer(&response),
        Onward::Barred(bar, code) => bar.page(visit, code.as_deref()),
        Onward::Stopped(notice, code) => {
            visit.error_with_code(StatusCode::FORBIDDEN, notice, &code)
        }
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
            let mut response = show(&visit, onward).await;
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
        flow::begin_again(&mut attempt, None);
        for name in [note::USERNAME, note::NAMED, note::HOME] {
            attempt.notes.remove(name);
        }
        broker::forget(&mut attempt);
        cloakroom_login::further::passkey::prepare(cx, &mut attempt);
        Ok(match attempt::advance(cx, &attempt)? {
            true => Onward::Ask(Box::new(attempt), None),
            false => Onward::Over,
        })
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(&visit, onward).await,
        Err(fault) => visit.fault(&fault),
    }
}
