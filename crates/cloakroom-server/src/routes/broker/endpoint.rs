//! Where identity providers send browsers back to.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::exchange::Brought;
use cloakroom_federation::saml::binding::Message;
use cloakroom_federation::{Arrived, Problem, Return, Upstream};
use cloakroom_jose::Alg;
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::departure::{self, Baggage};
use cloakroom_model::{Cx, Digest, Door, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;

use super::connector::codes::tokens::OwnKeys;
use super::connector::saml;
use super::{About, arrive, depart, find_configured, link, not_found, note, problem_page, trial};
use crate::routes::login::{login_page, over};
use crate::routes::protocol;
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// Longer texts than this are no codes of anybody.
const LONGEST: usize = 8 * 1024;

/// The parameters of a response that are read (RFC 6749 §4.1.2, RFC 9207 §2; `user` is Apple's).
const READ: [&str; 5] = ["code", "error", "iss", "state", "user"];

/// A response in the address.
pub(super) async fn by_query(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    match Visit::start(app, &request, &realm).await {
        Ok(visit) if saml::is_message(request.query_string().as_bytes()) => {
            let message = Message::from_query(request.query_string());
            saml::receive(&visit, alias, message).await
        }
        Ok(visit) => come_back(&visit, alias).await,
        Err(page) => page,
    }
}

/// A response in a form, which the provider's page posts.
///
/// A browser that keeps cookies from posts of other sites sends none along. It is asked to come once
/// more by itself, and brings them then.
pub(super) async fn by_form(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if saml::is_soap(&request) {
        return saml::logout::asked_by_soap(&visit, alias, &body).await;
    }
    if saml::is_message(&body) {
        return saml::receive(&visit, alias, Message::from_form(&body)).await;
    }
    let Ok(form) = Form::parse(&body) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    let known = form.iter().filter(|(name, _)| READ.contains(name));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(known)
        .finish();
    let alias = percent_encoding::utf8_percent_encode(&alias, percent_encoding::NON_ALPHANUMERIC);
    visit.redirect(&visit.url(&format!("broker/{alias}/endpoint?{query}")))
}

/// A browser that is back where it left from.
pub(super) struct Ready {
    pub(super) upstream: Upstream,
    pub(super) baggage: Baggage,
    aim: Aim,
    /// The name of an assertion.
    assertion_id: String,
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

async fn come_back(visit: &Visit, alias: String) -> HttpResponse {
    let form = &visit.query;
    let is_short = |name: &&str| form.get(name).is_none_or(|text| text.len() <= LONGEST);
    let Some(state) = form.get("state").filter(|_| READ.iter().all(is_short)) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    match take(visit, alias, state, false).await {
        Ok(ready) => go_on(visit, ready).await,
        Err(page) => page,
    }
}

/// Takes the departure that a state leads to, once; the error is already a page.
///
/// What one protocol brings back counts for no provider of the other.
pub(super) async fn take(
    visit: &Visit,
    alias: String,
    state: &str,
    is_saml: bool,
) -> Result<Ready, HttpResponse> {
    let Some(browser) = visit.browser() else {
        return Err(depart::without_cookie(visit));
    };
    let state = depart::digest(state);
    let look = move |cx: &mut Cx<'_>| match find_configured(cx, &alias)? {
        Some(upstream) if upstream.is_saml() == is_saml => redeem(cx, upstream, &state, &browser),
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

async fn go_on(visit: &Visit, ready: Ready) -> HttpResponse {
    let form = &visit.query;
    // Whoever answers in another's name may not even say that something failed.
    let came = match Return::check_sender(&ready.upstream, form.get("iss")) {
        Err(problem) => Ok(Err(problem)),
        Ok(()) => match (form.get("error"), form.get("code")) {
            (Some(error), _) => Ok(Ok(Came::Refused(error.to_owned()))),
            (None, Some(code)) => {
                let asked = ask(visit, &ready, code).await;
                asked.map(|asked| asked.map(|arrived| Came::In(Box::new(arrived))))
            }
            (None, None) => Ok(Err(Problem::untrusted(
                "it sent the browser back without a code",
            ))),
        },
    };
    match came {
        Ok(came) => finish(visit, ready, came).await,
        Err(fault) => visit.fault(&fault),
    }
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

/// Asks the provider who it is.
async fn ask(visit: &Visit, ready: &Ready, code: &str) -> Result<Result<Arrived, Problem>, Fault> {
    let (app, upstream) = (&visit.app, &ready.upstream);
    let method = match upstream.method() {
        Ok(method) => method,
        Err(problem) => return Ok(Err(problem)),
    };
    let realm = match method.alg_of_realm().and_then(Alg::from_name) {
        Some(alg) => protocol::with_key(app, &visit.realm, alg).await?,
        None => std::sync::Arc::clone(&visit.realm),
    };
    let own = OwnKeys::of(&realm)?;
    let redirect_uri = depart::back(visit, upstream);
    let back = Return {
        brought: Brought {
            code,
            redirect_uri: &redirect_uri,
            verifier: &ready.baggage.verifier,
        },
        issuer: visit.query.get("iss"),
        nonce: &ready.baggage.nonce,
        user: visit.query.get("user"),
        assertion_id: &ready.assertion_id,
    };
    let asked = app.federation.arrive(upstream, &back, &own, &*app.outbound);
    Ok(asked.await)
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
