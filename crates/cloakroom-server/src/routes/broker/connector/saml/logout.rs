//! Single logout with SAML providers: theirs ends sessions here, and ours ends the one there.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_federation::saml::Settings;
use cloakroom_federation::saml::binding::{self, Message, Outgoing, Route};
use cloakroom_federation::saml::logout::{self, Ends, Stamp};
use cloakroom_federation::saml::person::SessionThere;
use cloakroom_federation::saml::request::{self, Here};
use cloakroom_federation::saml::response::Expected;
use cloakroom_federation::{HttpRequest, Problem, Result as Believed, Upstream, farewell};
use cloakroom_login::sign_on;
use cloakroom_model::session::{self, upstream};
use cloakroom_model::{Cx, Door, Fault, Realm, Secret, replay};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};
use cloakroom_web::i18n::Notice;

use super::held::held;
use super::keys::Own;
use crate::routes::broker::depart::deliver;
use crate::routes::broker::{find, not_found};
use crate::routes::logout as own_logout;
use crate::routes::visit::Visit;

async fn provider(visit: &Visit, alias: String) -> Result<Upstream, HttpResponse> {
    let look = move |cx: &mut Cx<'_>| find(cx, &alias);
    match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some(upstream)) if super::is_ours(&upstream) => Ok(upstream),
        Ok(_) => Err(not_found(visit)),
        Err(fault) => Err(visit.fault(&fault)),
    }
}

fn refused(visit: &Visit, upstream: &Upstream, problem: &Problem) -> HttpResponse {
    let alias = upstream.provider.alias.as_str();
    tracing::warn!(realm = %visit.realm.name, provider = alias, %problem, "a logout of an identity provider was refused");
    visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest)
}

/// The provider asks to end sessions, by a browser.
pub(super) async fn asked(visit: &Visit, alias: String, message: &Message) -> HttpResponse {
    let upstream = match provider(visit, alias).await {
        Ok(upstream) => upstream,
        Err(page) => return page,
    };
    let (id, ended) = match take(visit, &upstream, message).await {
        Ok(Ok(taken)) => taken,
        Ok(Err(problem)) => return refused(visit, &upstream, &problem),
        Err(fault) => return visit.fault(&fault),
    };
    let state = message.relay_state.as_deref();
    match answer(visit, &upstream, (&id, ended > 0), state).await {
        Ok(Some(Ok(to))) => deliver(visit, &to),
        Ok(Some(Err(problem))) => refused(visit, &upstream, &problem),
        // Nobody there waits for an answer.
        Ok(None) => own_logout::signed_out(visit, None),
        Err(fault) => visit.fault(&fault),
    }
}

/// The provider asks to end sessions by itself, and waits for the answer (SAML Profiles §4.4.3.3).
pub(super) async fn asked_by_soap(visit: &Visit, alias: String, body: &[u8]) -> HttpResponse {
    let Ok(upstream) = provider(visit, alias).await else {
        return fault(StatusCode::BAD_REQUEST);
    };
    let taken = match Message::from_soap(body) {
        Ok(message) => take(visit, &upstream, &message).await,
        Err(problem) => Ok(Err(problem)),
    };
    let (id, ended) = match taken {
        Ok(Ok(taken)) => taken,
        Ok(Err(problem)) => {
            refused(visit, &upstream, &problem);
            return fault(StatusCode::BAD_REQUEST);
        }
        Err(fault) => return visit.fault(&fault),
    };
    let sent = send(
        (&visit.app, &visit.realm),
        &upstream,
        Way::default(),
        |from, stamp, route| logout::write_response(from, (&id, ended > 0), stamp, route),
    );
    match sent.await {
        Ok((Ok(text), _)) => envelope(StatusCode::OK, text),
        Ok((Err(problem), _)) => {
            refused(visit, &upstream, &problem);
            fault(StatusCode::BAD_REQUEST)
        }
        Err(fault) => visit.fault(&fault),
    }
}

/// What the sender of an envelope gets that is not believed.
pub(super) fn fault(status: StatusCode) -> HttpResponse {
    envelope(status, binding::fault())
}

fn envelope(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/xml; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(text)
}

/// Ends what a request names, once it is believed: its id, and how many sessions that were.
async fn take(
    visit: &Visit,
    upstream: &Upstream,
    message: &Message,
) -> Result<Believed<(String, usize)>, Fault> {
    let read = |expected: &Expected<'_>| logout::read_request(message, expected);
    let ends = match held(visit, upstream, "", read).await {
        Ok(ends) => ends,
        Err(problem) => return Ok(Err(problem)),
    };
    let (alias, ip) = (upstream.provider.alias.clone(), visit.origin.ip.clone());
    let id = ends.id.clone();
    let work = move |cx: &mut Cx<'_>| end(cx, &alias, &ends, &ip);
    let ended = visit.app.enter(&visit.realm, Door::Write, work).await?;
    let used = || Problem::untrusted("its logout request was used before");
    Ok(ended.map(|ended| (id, ended)).ok_or_else(used))
}

/// Ends what a request names; how many sessions that were, or `None` if the request came before.
fn end(cx: &mut Cx<'_>, alias: &str, ends: &Ends, ip: &str) -> Result<Option<usize>, Fault> {
    let name = format!("{alias} {}", ends.id);
    if !replay::spend(cx, replay::Kind::UpstreamLogout, &name, ends.expires_at)? {
        return Ok(None);
    }
    let mut found = Vec::new();
    for index in &ends.sessions {
        found.extend(upstream::list_from(cx, alias, None, Some(index))?);
    }
    if ends.sessions.is_empty() {
        found = upstream::list_from(cx, alias, Some(&ends.subject.value), None)?;
    }
    let mut ended = 0;
    for id in found {
        // A session's name there may be guessed; whose it is has to fit as well.
        let there = upstream::find(cx, &id)?.and_then(|found| there(&found));
        let is_theirs = there.is_some_and(|there| there.subject.value == ends.subject.value);
        if let Some(session) = session::find(cx, &id, false)?.filter(|_| is_theirs) {
            // The provider knows, because it asks for that.
            upstream::forget(cx, &session.id)?;
            sign_on::end(cx, &session, None, ip)?;
            ended += 1;
        }
    }
    Ok(Some(ended))
}

fn there(found: &upstream::Upstream) -> Option<SessionThere> {
    SessionThere::parse(found.id_token.as_ref()?.expose())
}

/// Where a message of a logout goes, and how; by itself it goes nowhere.
#[derive(Default)]
struct Way<'a> {
    to: &'a str,
    relay_state: Option<&'a str>,
    by_post: bool,
}

/// A message of a logout for a provider, as `make` writes it, and the secret that its id is made of.
async fn send<T>(
    (app, realm): (&App, &Arc<Realm>),
    upstream: &Upstream,
    way: Way<'_>,
    make: impl FnOnce((&Settings<'_>, &Here<'_>), &Stamp<'_>, &Route<'_>) -> Believed<T>,
) -> Result<(Believed<T>, Secret), Fault> {
    let settings = Settings::of(upstream);
    let own = Own::signing((app, realm), settings.signs_logout()).await?;
    let signer = own.signer(settings.signs_logout())?;
    let address = format!("{}/realms/{}", app.provider.base_url(realm), realm.name);
    let back = format!("{address}/broker/{}/endpoint", upstream.provider.alias);
    let here = Here {
        realm: &address,
        endpoint: &back,
    };
    let fresh = Secret::random(&mut random()?);
    let stamp = Stamp {
        id: &request::id(fresh.expose()),
        now: now(),
    };
    let route = Route {
        to: way.to,
        relay_state: way.relay_state,
        by_post: way.by_post,
        signer: Some(&signer),
    };
    let sent = make((&settings, &here), &stamp, &route);
    Ok((sent, fresh))
}

/// The request that ends a session at its provider without the browser; `None` where nothing can be sent, or what was
/// kept of the session is not of such a provider.
pub(super) async fn tell(
    (app, realm): (&App, &Arc<Realm>),
    upstream: &Upstream,
    kept: &Secret,
) -> Result<Option<HttpRequest>, Fault> {
    let there = SessionThere::parse(kept.expose());
    let Some((there, to)) = there.zip(Settings::of(upstream).logout()) else {
        return Ok(None);
    };
    let whose = (&there.subject, there.session.as_deref());
    let way = Way {
        to,
        by_post: true,
        ..Way::default()
    };
    let sent = send((app, realm), upstream, way, |from, stamp, route| {
        logout::send_request(from, whose, stamp, route)
    });
    Ok(sent.await?.0.ok().as_ref().and_then(farewell::post))
}

/// The answer to a request; `None` if the provider has no address for that.
async fn answer(
    visit: &Visit,
    upstream: &Upstream,
    answered: (&str, bool),
    relay_state: Option<&str>,
) -> Result<Option<Believed<Outgoing>>, Fault> {
    let settings = Settings::of(upstream);
    let Some(to) = settings.logout() else {
        return Ok(None);
    };
    let way = Way {
        to,
        relay_state,
        by_post: settings.posts_logout(),
    };
    let sent = send(
        (&visit.app, &visit.realm),
        upstream,
        way,
        |from, stamp, route| logout::send_response(from, answered, stamp, route),
    );
    Ok(Some(sent.await?.0))
}

/// The browser goes there, if the provider has an address for that and is not told without the browser: then it is told
/// as soon as the session is removed.
pub(super) fn is_left(upstream: &Upstream, from: &upstream::Upstream) -> bool {
    let has_address = Settings::of(upstream).logout().is_some();
    there(from).is_some() && has_address && !upstream.has("backchannelSupported")
}

/// The page or redirect that ends a session at its provider, and the name of the request.
pub(super) async fn leave(
    visit: &Visit,
    upstream: &Upstream,
    from: &upstream::Upstream,
) -> Result<Option<(HttpResponse, String)>, Fault> {
    let settings = Settings::of(upstream);
    let Some((there, to)) = there(from).zip(settings.logout()) else {
        return Ok(None);
    };
    let whose = (&there.subject, there.session.as_deref());
    let way = Way {
        to,
        by_post: settings.posts_logout(),
        ..Way::default()
    };
    let sent = send(
        (&visit.app, &visit.realm),
        upstream,
        way,
        |from, stamp, route| logout::send_request(from, whose, stamp, route),
    );
    let (Ok(to), fresh) = sent.await? else {
        return Ok(None);
    };
    Ok(Some((deliver(visit, &to), fresh.expose().to_owned())))
}

/// The provider has answered a logout of ours; the session here is over already.
pub(super) async fn done(visit: &Visit, alias: String, message: &Message) -> HttpResponse {
    if let Some(page) = super::post_again(visit, &alias, message).await {
        return page;
    }
    let upstream = match provider(visit, alias).await {
        Ok(upstream) => upstream,
        Err(page) => return page,
    };
    let (name, query) = own_logout::kept(visit);
    let expected = request::id(&name);
    let read = |expected: &Expected<'_>| logout::read_response(message, expected);
    match held(visit, &upstream, &expected, read).await {
        Ok(_) if !name.is_empty() => own_logout::finish(visit, &query).await,
        Ok(_) => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
        Err(problem) => refused(visit, &upstream, &problem),
    }
}
