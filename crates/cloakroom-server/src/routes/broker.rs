//! Signing in through identity providers: HTTP on this side, `Federation` on the other.

mod arrive;
mod connector;
mod depart;
mod endpoint;
mod first;
mod leave;
mod link;
mod pages;
mod settle;
mod token;
mod trial;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_federation::{Blame, Problem, Upstream};
use cloakroom_login::code::ErrorCode;
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::{SessionId, UserId};
use cloakroom_model::{Cx, Door, Fault, identity_provider};
use cloakroom_web::app::now;
use cloakroom_web::i18n::Notice;
use cloakroom_web::web;

use super::visit::Visit;

pub(crate) use connector::codes::goodbye::backchannel;
pub(crate) use connector::{administered, of as connector_of};
pub(crate) use depart::{address, depart};
pub(crate) use leave::{Elsewhere, elsewhere, leave};
pub(crate) use link::{check as check_link, provider_asked_for, shown_name};
pub(crate) use settle::{forget, keep_upstream, settle};

/// The paths of identity providers.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let base = "/realms/{realm}/broker/{alias}";
    cfg.service(
        web::resource(format!("{base}/login"))
            .route(web::get().to(depart::login))
            .route(web::post().to(depart::login)),
    );
    cfg.service(
        web::resource(format!("{base}/endpoint"))
            .route(web::get().to(endpoint::by_query))
            .route(web::post().to(endpoint::by_form)),
    );
    cfg.service(web::resource(format!("{base}/link")).route(web::get().to(link::by_hash)));
    cfg.service(
        web::resource(format!("{base}/endpoint/logout_response"))
            .route(web::get().to(leave::back))
            .route(web::post().to(leave::back_by_form)),
    );
    cfg.service(web::resource(format!("{base}/trial")).route(web::get().to(trial::begin)));
    cfg.service(web::resource(format!("{base}/token")).route(web::get().to(token::show)));
    connector::configure(cfg);
    cfg.service(
        web::resource("/realms/{realm}/login-actions/first-broker-login")
            .route(web::get().to(first::show))
            .route(web::post().to(first::act)),
    );
}

/// The provider of this alias, if people can come from it at all.
pub(crate) fn find(cx: &mut Cx<'_>, alias: &str) -> Result<Option<Upstream>, Fault> {
    let found = find_configured(cx, alias)?;
    Ok(found.filter(|upstream| upstream.provider.enabled))
}

/// The same, also where it is switched off.
fn find_configured(cx: &mut Cx<'_>, alias: &str) -> Result<Option<Upstream>, Fault> {
    // The database of one kind takes no NUL in a text, and no alias has one.
    if alias.len() > 255 || alias.contains(char::is_control) {
        return Ok(None);
    }
    let found = identity_provider::find(cx, alias)?;
    Ok(found.and_then(Upstream::of))
}

/// The same, for signing in: a provider that is there for linking alone is none.
pub(crate) fn find_for_login(cx: &mut Cx<'_>, alias: &str) -> Result<Option<Upstream>, Fault> {
    let found = find(cx, alias)?;
    Ok(found.filter(|upstream| upstream.provider.settings.link_only != Some(true)))
}

/// What happened to whom, for an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) client_id: String,
    pub(crate) user: Option<UserId>,
    pub(crate) session: Option<SessionId>,
    pub(crate) ip: String,
    pub(crate) provider: String,
    /// The name at the provider.
    pub(crate) identity: Option<String>,
}

impl About {
    fn event(&self, kind: &str) -> Event {
        let mut details = BTreeMap::new();
        details.insert("identity_provider".to_owned(), self.provider.clone());
        if let Some(name) = &self.identity {
            details.insert("identity_provider_identity".to_owned(), name.clone());
        }
        Event {
            kind: kind.to_owned(),
            client_id: Some(self.client_id.clone()).filter(|id| !id.is_empty()),
            user: self.user.clone(),
            session: self.session.clone(),
            ip: self.ip.clone(),
            details,
            ..Event::default()
        }
    }
}

/// Writes down that something succeeded, where the realm keeps that.
pub(crate) fn report(cx: &mut Cx<'_>, kind: &str, about: &About) -> Result<(), Fault> {
    let event = about.event(kind);
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, event, is_kept)
}

/// Writes down that something failed, and why; gives the code that the page shows.
pub(crate) fn report_error(
    cx: &mut Cx<'_>,
    kind: &str,
    about: &About,
    (error, reason): (&str, &str),
) -> Result<String, Fault> {
    let mut bytes = [0u8; 6];
    cx.rng.fill_bytes(&mut bytes);
    let code = ErrorCode::from_random(bytes).to_string();
    let mut event = about.event(&format!("{kind}_ERROR"));
    event.error = Some(error.to_owned());
    event.code = Some(code.clone());
    event.details.insert("reason".to_owned(), reason.to_owned());
    event::report(cx, event, true)?;
    Ok(code)
}

/// Remembers how it went with a provider, for its card and for the metrics.
fn note(visit: &Visit, alias: &str, outcome: Result<(), &Problem>) {
    let (app, realm) = (&visit.app, &visit.realm);
    let (now, upstreams) = (now(), &app.metrics.upstreams);
    upstreams.arrived((&realm.name, alias), now.seconds(), outcome.is_ok());
    let health = &app.federation.health;
    health.note((realm.id.as_str(), alias), now, outcome);
}

/// The page for a sign-in that goes no further, once it is written down.
async fn problem_page(
    visit: &Visit,
    upstream: &Upstream,
    problem: &Problem,
    about: About,
) -> HttpResponse {
    let alias = upstream.provider.alias.as_str();
    note(visit, alias, Err(problem));
    tracing::warn!(realm = %visit.realm.name, provider = alias, %problem, "a sign-in with an identity provider failed");
    let (error, reason) = (problem.code(), problem.to_string());
    let write = move |cx: &mut Cx<'_>| {
        report_error(cx, "IDENTITY_PROVIDER_LOGIN", &about, (error, &reason))
    };
    let code = match visit.app.enter(&visit.realm, Door::Write, write).await {
        Ok(code) => code,
        Err(fault) => return visit.fault(&fault),
    };
    let name = upstream.name().to_owned();
    let brought = match connector::of(upstream) {
        Ok(connector) => connector.unbelieved(),
        Err(fault) => return visit.fault(&fault),
    };
    let (status, notice) = match problem.blame {
        Blame::Settings => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Notice::ProviderSettings(name),
        ),
        Blame::Unreachable => (StatusCode::BAD_GATEWAY, Notice::ProviderUnreachable(name)),
        Blame::Refused => (brought, Notice::ProviderRefused(name)),
        Blame::Untrusted => (brought, Notice::ProviderUntrusted(name)),
    };
    visit.error_with_code(status, notice, &code)
}

/// There is no such provider: none of its own addresses is there, as in Keycloak.
fn unknown(visit: &Visit) -> HttpResponse {
    visit.error(StatusCode::NOT_FOUND, Notice::ProviderNotFound)
}

/// There is no such provider, or it cannot be used for this.
fn not_found(visit: &Visit) -> HttpResponse {
    visit.error(StatusCode::BAD_REQUEST, Notice::ProviderNotFound)
}
