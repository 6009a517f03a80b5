//! The authorization endpoint: HTTP on this side, `Provider::authorize` on the other.

mod answer;

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::redirector;
use cloakroom_login::flow;
use cloakroom_login::sign_on::{self, Origin};
use cloakroom_model::attempt;
use cloakroom_model::client::Client;
use cloakroom_model::lap::Step;
use cloakroom_model::{Cx, Digest, Door, Fault, Secret};
use cloakroom_oidc::authorize::{AuthorizationRequest, Decision, Fetched, PageError, Response};
use cloakroom_oidc::{Error, Form, Provider, par};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::broker;
use super::course::{self, Brought as Judged, By};
use super::deliver::deliver;
use super::login;
use super::negotiate::{self, Said};
use super::refusal::{self, Refusal};
use super::request_object;
use super::sign_in::{self, Onward};
use super::visit::{AUTH_SESSION, BROUGHT_BY, IDENTITY, Visit};

/// The paths of the authorization endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/auth")
            .route(web::get().to(by_query))
            .route(web::post().to(by_form)),
    );
    cfg.service(
        web::resource("/registrations")
            .route(web::get().to(registrations))
            .route(web::post().to(registrations)),
    );
}

async fn by_query(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let query = request.query_string().to_owned();
    authorize(app, &request, &realm, query, false).await
}

/// OpenID Connect Core 1.0 §3.1.2.1: the endpoint takes forms as well.
async fn by_form(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let body = String::from_utf8_lossy(&body).into_owned();
    authorize(app, &request, &realm, body, false).await
}

async fn registrations(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let query = request.query_string().to_owned();
    authorize(app, &request, &realm, query, true).await
}

/// What became of a request.
enum Begun {
    /// With the code of the event that says why.
    Page(PageError, Option<String>),
    Redirect(Response, bool),
    Onward(Onward, bool),
    Register(Box<attempt::Attempt>, bool),
    RegistrationOff,
}

/// What a browser brings along.
struct Brought {
    identity: Option<String>,
    known_handle: Option<String>,
    new_handle: String,
    origin: Origin,
    registers: bool,
}

async fn authorize(
    app: Data<App>,
    request: &HttpRequest,
    realm: &str,
    parameters: String,
    registers: bool,
) -> HttpResponse {
    let visit = match Visit::start(app, request, realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let Ok(form) = Form::parse(parameters.as_bytes()) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    let began = Instant::now();
    let fetched = match request_object::fetch(&visit.app, &visit.realm, &form).await {
        Ok(fetched) => fetched,
        Err(error) => return visit.fault(&error),
    };
    let fetching = began.elapsed();
    let new_handle = match cloakroom_web::app::random() {
        Ok(mut rng) => Secret::random(&mut rng).expose().to_owned(),
        Err(fault) => return visit.fault(&fault),
    };
    let brought = Brought {
        identity: visit.cookie(IDENTITY),
        known_handle: visit
            .cookie(AUTH_SESSION)
            .filter(|handle| handle.len() >= 43),
        new_handle,
        origin: visit.origin.clone(),
        registers,
    };
    // A handle that this browser has is kept, so that its other tabs go on.
    let handle = brought
        .known_handle
        .clone()
        .unwrap_or_else(|| brought.new_handle.clone());
    let provider = visit.app.provider.clone();
    // What was pushed is used once, so there is nothing to begin again with.
    let is_pushed = form.get("request_uri").is_some_and(par::is_reference);
    let parameters = if is_pushed { None } else { Some(parameters) };
    let work = move |cx: &mut Cx<'_>| {
        cx.changes.laps.add(Step::Request, fetching);
        begin(cx, &provider, (&form, &fetched), &brought)
    };
    let begun = match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(begun) => begun,
        Err(error) => return visit.fault(&error),
    };
    let met = match meet(&visit, request, begun).await {
        Ok((begun, said)) => bar(&visit, begun).await.map(|begun| (begun, said)),
        Err(fault) => Err(fault),
    };
    let (begun, said) = match met {
        Ok(met) => met,
        Err(fault) => return visit.fault(&fault),
    };
    let mut response = show(&visit, begun, &handle, parameters.as_deref()).await;
    said.tell(&mut response);
    response
}

/// Lets Kerberos sign somebody in where a password would be asked for, and nobody else is asked about them.
async fn meet(visit: &Visit, request: &HttpRequest, begun: Begun) -> Result<(Begun, Said), Fault> {
    let attempt = match &begun {
        Begun::Onward(Onward::Ask(attempt, None), _)
            if course::led_to(visit, attempt).is_none() =>
        {
            attempt
        }
        _ => return Ok((begun, Said::Nothing)),
    };
    let (onward, said) = negotiate::meet(visit, request, attempt).await?;
    let begun = match (begun, onward) {
        (Begun::Onward(_, is_new), Some(onward)) => Begun::Onward(onward, is_new),
        (begun, _) => begun,
    };
    Ok((begun, said))
}

/// Says why where the flow asks nobody for a password, and nothing else has taken its place.
async fn bar(visit: &Visit, begun: Begun) -> Result<Begun, Fault> {
    let Begun::Onward(Onward::Ask(attempt, _), is_new) = &begun else {
        return Ok(begun);
    };
    let onward = course::barred(visit, attempt).await?;
    Ok(match onward {
        Some(onward) => Begun::Onward(onward, *is_new),
        None => begun,
    })
}

async fn show(visit: &Visit, begun: Begun, handle: &str, parameters: Option<&str>) -> HttpResponse {
    let (mut response, is_new, restarts) = match begun {
        Begun::Page(error, code) => return refusal::page(visit, &error, code.as_deref()),
        Begun::RegistrationOff => {
            return visit.error(StatusCode::BAD_REQUEST, Notice::RegistrationOff);
        }
        Begun::Redirect(response, is_new) => (visit.answer(&response), is_new, is_new),
        Begun::Register(attempt, is_new) => {
            (login::register_page(visit, &attempt, None), is_new, false)
        }
        Begun::Onward(Onward::Done(done), is_new) => {
            let mut response = deliver(visit, &done.answer).await;
            if is_new {
                visit.set_handle(&mut response, handle);
            }
            visit.set_session(&mut response, &done.opened);
            return response;
        }
        Begun::Onward(Onward::Ask(attempt, user), is_new) => {
            let mut page = match course::led_to(visit, &attempt) {
                Some(alias) => visit.redirect(&broker::address(visit, &attempt, &alias)),
                None => login::login_page(visit, &attempt, user.as_ref(), None),
            };
            // It leads there once; whoever comes back may want to go elsewhere.
            if visit.cookie(BROUGHT_BY).is_some() {
                visit.unset(&mut page, BROUGHT_BY);
            }
            (page, is_new, true)
        }
        Begun::Onward(
            onward @ (Onward::Further(_) | Onward::Again(_) | Onward::Rename(..)),
            is_new,
        ) => (login::show(visit, onward).await, is_new, true),
        Begun::Onward(Onward::Depart(attempt, alias), is_new) => {
            let to = broker::address(visit, &attempt, &alias);
            (visit.redirect(&to), is_new, true)
        }
        Begun::Onward(Onward::Go(attempt, execution), is_new) => {
            let query = sign_in::address(&attempt, execution, false);
            let to = visit.url(&format!("login-actions/required-action?{query}"));
            let mut response = visit.redirect(&to);
            visit.set_proof(&mut response, &attempt);
            (response, is_new, true)
        }
        Begun::Onward(Onward::Refused(response), is_new) => {
            (visit.answer(&response), is_new, is_new)
        }
        Begun::Onward(barred @ (Onward::Barred(..) | Onward::Stopped(..)), _) => {
            return login::show(visit, barred).await;
        }
        Begun::Onward(Onward::Over, _) => {
            return visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired);
        }
    };
    visit.keep_locale(&mut response);
    if is_new {
        visit.set_handle(&mut response, handle);
    }
    if let Some(parameters) = parameters.filter(|_| restarts) {
        visit.set_restart(&mut response, parameters);
    }
    response
}

fn begin(
    cx: &mut Cx<'_>,
    provider: &Provider,
    (form, fetched): (&Form, &Fetched),
    brought: &Brought,
) -> Result<Begun, Error> {
    let (request, client) = match provider.authorize(cx, form, fetched)? {
        Decision::Page(error) => {
            let (name, reason) = refusal::of_page(&error);
            let code = report(cx, form, brought, (name, &reason))?;
            return Ok(Begun::Page(error, code));
        }
        Decision::Redirect(response) => {
            if let Some(refused) = refusal::of_response(&response) {
                report(cx, form, brought, refused)?;
            }
            return Ok(Begun::Redirect(response, false));
        }
        Decision::Ask(request, client) => (request, client),
    };
    let handle = brought.known_handle.as_ref().unwrap_or(&brought.new_handle);
    let browser = Digest::of(handle.as_bytes());
    let is_new = !attempt::has_any(cx, &browser)?;
    if brought.registers || request.prompt.create {
        if !cx.realm.settings.registration_allowed {
            return Ok(Begun::RegistrationOff);
        }
        let attempt = sign_in::begin(cx, &request, &client, &browser, None)?;
        attempt::insert(cx, &attempt)?;
        return Ok(Begun::Register(Box::new(attempt), is_new));
    }
    recognize(
        cx,
        provider,
        brought,
        (&request, &client),
        (&browser, is_new),
    )
}

fn report(
    cx: &mut Cx<'_>,
    form: &Form,
    brought: &Brought,
    (error, reason): (&str, &str),
) -> Result<Option<String>, Fault> {
    let refused = Refusal {
        client_id: form.get("client_id").unwrap_or_default(),
        ip: &brought.origin.ip,
        error,
        reason,
        user: None,
    };
    refusal::report(cx, &refused)
}

/// Which question could not be asked where nobody may be asked (OpenID Connect Core 1.0 §3.1.2.6).
const fn unasked(next: &flow::Next) -> &'static str {
    match next {
        flow::Next::AskPassword | flow::Next::AskFurther | flow::Next::ChooseOrganization => {
            "login_required"
        }
        _ => "interaction_required",
    }
}

/// Answers at once where the browser's session is enough; asks otherwise.
fn recognize(
    cx: &mut Cx<'_>,
    provider: &Provider,
    brought: &Brought,
    (request, client): (&AuthorizationRequest, &Client),
    (browser, is_new): (&Digest, bool),
) -> Result<Begun, Error> {
    let issuer = provider.issuer(cx.realm);
    let refused = |error| {
        Ok(Begun::Redirect(
            request.refuse(&issuer, error, None),
            is_new,
        ))
    };
    // OpenID Connect Core 1.0 §5.5.1.1: an essential `acr` that cannot be met is a failed sign-in.
    let highest = course::highest_level(cx.realm, client);
    if request.level.is_missed_at(highest) {
        return refused(sign_in::UNMET);
    }
    let sees_sessions = cx.realm.has_browser_step(Some(client), "auth-cookie");
    let recognized = match brought.identity.as_ref().filter(|_| sees_sessions) {
        Some(cookie) => sign_on::recognize_user(cx, cookie)?,
        None => None,
    };
    let (session, user) = recognized
        .filter(|(session, _)| sign_in::is_expected(request, client, session))
        .unzip();
    let judged = match (&session, &user) {
        (Some(session), Some(user)) => {
            let asked = (request.scope.as_str(), request.level.least());
            course::judge_brought(cx, client, (By::Session(session), user), asked)?
        }
        _ => Judged::AsksPassword,
    };
    cx.lap(Step::Flow);
    if let Judged::Barred(bar) = judged {
        // What a demanded level asks for is asked of nobody like them, and nothing else is left.
        let is_demanded = request.level.is_missed_at(0);
        if is_demanded && bar.is_nothing() {
            return refused(sign_in::UNMET);
        }
        if request.prompt.none {
            return refused("access_denied");
        }
        let place = (request.client_id.as_str(), brought.origin.ip.as_str());
        return Ok(Begun::Onward(bar.end(cx, place, user.as_ref())?, is_new));
    }
    let brought_by = (session.as_ref(), user.as_ref());
    let mut attempt = course::begin(cx, (request, client), browser, (&judged, brought_by))?;
    course::prepare(cx.realm, client, &mut attempt);
    let (next, _) = flow::next_of(cx, &attempt, user.as_ref())?;
    if let (flow::Next::Done, Some(session)) = (&next, &session) {
        if request.level.is_missed_at(flow::level_of_attempt(&attempt)) {
            return refused(sign_in::UNMET);
        }
        let place = (request.client_id.as_str(), brought.origin.ip.as_str());
        let asked = (request, &attempt);
        let onward = match answer::from_session(cx, provider, asked, session, place.1)? {
            Ok(finished) => Onward::Done(Box::new(finished)),
            Err(_) if request.prompt.none => return refused("access_denied"),
            Err(bar) => bar.end(cx, place, user.as_ref())?,
        };
        return Ok(Begun::Onward(onward, is_new));
    }
    if request.prompt.none
        && !(next == flow::Next::AskPassword && course::is_passed_on(cx, request, client))
    {
        return refused(unasked(&next));
    }
    if next == flow::Next::AskPassword && request.idp_hint.is_none() && session.is_none() {
        let leads = redirector::default_provider(cx.realm, client);
        flow::lead_to(&mut attempt, leads);
    }
    attempt::insert(cx, &attempt)?;
    let onward = sign_in::proceed(
        cx,
        provider,
        attempt,
        brought.identity.as_deref(),
        &brought.origin,
    )?;
    // Whoever is known, but not well enough, is asked for the password alone.
    let onward = match onward {
        Onward::Ask(attempt, None) => Onward::Ask(attempt, user),
        onward => onward,
    };
    Ok(Begun::Onward(onward, is_new))
}
