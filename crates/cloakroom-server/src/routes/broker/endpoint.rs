//! Where identity providers send browsers back to.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::{Arrived, Problem, Upstream};
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::departure::{self, Baggage};
use cloakroom_model::{Cx, Digest, Door, Fault};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;

use super::connector::{self, Connector, Incoming};
use super::{
    About, arrive, depart, find_configured, link, not_found, note, problem_page, trial, unknown,
};
use crate::routes::login::{login_page, over};
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// What comes in the address.
pub(super) async fn by_query(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    receive(app, &request, path.into_inner(), None).await
}

/// What comes in a form, or in what else may be posted.
pub(super) async fn by_form(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
) -> HttpResponse {
    receive(app, &request, path.into_inner(), Some(&body)).await
}

/// Gives the connector of the provider what is its kind of answer.
async fn receive(
    app: Data<App>,
    request: &HttpRequest,
    (realm, alias): (String, String),
    body: Option<&[u8]>,
) -> HttpResponse {
    let incoming = Incoming::of(request, body);
    let visit = match Visit::start(app, request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return incoming.complaint(page.status()).unwrap_or(page),
    };
    let name = alias.clone();
    let look = move |cx: &mut Cx<'_>| match find_configured(cx, &name)? {
        Some(upstream) => connector::of(&upstream).map(Some),
        None => Ok(None),
    };
    let connector = match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some(connector)) => connector,
        Ok(None) => {
            let complaint = incoming.complaint(StatusCode::NOT_FOUND);
            return complaint.unwrap_or_else(|| unknown(&visit));
        }
        Err(fault) => return visit.fault(&fault),
    };
    if connector.takes(&incoming) {
        return connector.receive(&visit, alias, incoming).await;
    }
    let status = StatusCode::BAD_REQUEST;
    let complaint = incoming.complaint(status);
    complaint.unwrap_or_else(|| visit.error(status, Notice::InvalidRequest))
}

/// A browser that is back where it left from.
pub(super) struct Ready {
    pub(super) upstream: Upstream,
    pub(super) baggage: Baggage,
    aim: Aim,
    /// The name of an assertion that nobody has used before.
    pub(super) assertion_id: String,
}

/// What a browser left for.
enum Aim {
    /// A login goes on.
    Login(Box<Attempt>),
    /// An administrator sees what the provider says; this is the key of it.
    Trial(String),
}

/// What became of somebody at a provider.
pub(super) enum Came {
    /// The provider vouches for them.
    In(Box<Arrived>),
    /// It does not: the error that OAuth has for it.
    Refused(String),
}

/// What the state leads to.
enum Found {
    Ready(Box<Ready>),
    NoProvider,
    /// Nobody left with this state from this browser for this provider, or came back already.
    NoDeparture,
    /// The login is over.
    NoAttempt,
}

/// Takes the departure that a state leads to, once; the error is already a page.
///
/// What one protocol brings back counts for no provider of the other.
pub(super) async fn take(
    visit: &Visit,
    alias: String,
    state: &str,
    connector: &'static dyn Connector,
) -> Result<Ready, HttpResponse> {
    let Some(browser) = visit.browser() else {
        return Err(depart::without_cookie(visit));
    };
    let state = depart::digest(state);
    let look = move |cx: &mut Cx<'_>| match find_configured(cx, &alias)? {
        Some(upstream) if connector.speaks(upstream.preset.protocol) => {
            redeem(cx, upstream, &state, &browser)
        }
        _ => Ok(Found::NoProvider),
    };
    Err(
        match visit.app.enter(&visit.realm, Door::Write, look).await {
            Ok(Found::Ready(ready)) => return Ok(*ready),
            Ok(Found::NoProvider) => not_found(visit),
            Ok(Found::NoDeparture) => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
            Ok(Found::NoAttempt) => over(visit),
            Err(fault) => visit.fault(&fault),
        },
    )
}

fn redeem(
    cx: &mut Cx<'_>,
    upstream: Upstream,
    state: &Digest,
    browser: &Digest,
) -> Result<Found, Fault> {
    let taken = departure::redeem(cx, state, browser, &upstream.provider.id)?;
    let Some((id, baggage)) = taken else {
        return Ok(Found::NoDeparture);
    };
    let aim = match &baggage.trial {
        // What is tried may be switched off still.
        Some(key) => Some(Aim::Trial(key.clone())),
        // A switch may have been turned while the browser was away.
        None if !upstream.provider.enabled => return Ok(Found::NoProvider),
        None if baggage.link_to.is_none() && is_for_linking(&upstream) => {
            return Ok(Found::NoProvider);
        }
        None => attempt::find_by_id(cx, browser, &id)?.map(|found| Aim::Login(Box::new(found))),
    };
    Ok(match aim {
        Some(aim) => Found::Ready(Box::new(Ready {
            upstream,
            baggage,
            aim,
            assertion_id: cx.new_id(),
        })),
        None => Found::NoAttempt,
    })
}

fn is_for_linking(upstream: &Upstream) -> bool {
    upstream.provider.settings.link_only == Some(true)
}

/// Goes on with what became of somebody at a provider: in the login that they left, or in the trial.
pub(super) async fn finish(
    visit: &Visit,
    ready: Ready,
    came: Result<Came, Problem>,
) -> HttpResponse {
    let attempt = match ready.aim {
        Aim::Login(attempt) => *attempt,
        Aim::Trial(key) => return trial::finish(visit, &ready.upstream, &key, came).await,
    };
    let client_id = sign_in::request_of(&attempt).map(|request| request.client_id);
    let about = About {
        client_id: client_id.unwrap_or_default(),
        ip: visit.origin.ip.clone(),
        provider: ready.upstream.provider.alias.clone(),
        ..About::default()
    };
    match came {
        Ok(Came::In(arrived)) => {
            note(visit, &about.provider, Ok(()));
            arrive::receive(visit, (attempt, ready.baggage), *arrived, about).await
        }
        Ok(Came::Refused(error)) => {
            let left = (attempt, ready.baggage);
            ended_there(visit, (&ready.upstream, &left), &error, about).await
        }
        Err(problem) => problem_page(visit, &ready.upstream, &problem, about).await,
    }
}

/// The sign-in ended at the provider: by the person, or by an error there.
async fn ended_there(
    visit: &Visit,
    (upstream, (attempt, baggage)): (&Upstream, &(Attempt, Baggage)),
    error: &str,
    about: About,
) -> HttpResponse {
    let is_prompt_none = sign_in::request_of(attempt).is_ok_and(|request| request.prompt.none);
    let needs_person = ["login_required", "interaction_required", "consent_required"];
    if is_prompt_none && needs_person.contains(&error) {
        return arrive::refuse(visit, attempt, error).await;
    }
    let code: String = error
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .take(64)
        .collect();
    let is_cancelled = [
        "access_denied",
        "user_cancelled_login",
        "user_cancelled_authorize",
    ];
    if !is_cancelled.contains(&error) {
        let problem = Problem::refused(format!("it sent the browser back with {code}"));
        return problem_page(visit, upstream, &problem, about).await;
    }
    if baggage.link_to.is_some() {
        return link::cancelled(visit, attempt, about).await;
    }
    let write = move |cx: &mut Cx<'_>| {
        let why = ("access_denied", "the sign-in was cancelled there");
        super::report_error(cx, "IDENTITY_PROVIDER_LOGIN", &about, why)
    };
    if let Err(fault) = visit.app.enter(&visit.realm, Door::Write, write).await {
        return visit.fault(&fault);
    }
    let name = upstream.name().to_owned();
    let alert = Alert::error(Notice::ProviderCancelled(name));
    login_page(visit, attempt, None, Some(alert))
}
