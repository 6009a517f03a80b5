//! A sign-in that an administrator tries: what the provider says is kept for them, and nobody is signed in.
//!
//! The console gives the browser a key as a cookie, so that nobody is led here who did not ask for it there.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::departure::Wishes;
use cloakroom_federation::{Problem, Upstream, arrival, trial as told};
use cloakroom_model::id::AttemptId;
use cloakroom_model::{Cx, Digest, Door, Fault, Secret, Ttl, realm, trial};
use cloakroom_web::App;
use cloakroom_web::address::encode;
use cloakroom_web::app::{now, random};
use cloakroom_web::cookie::TRIAL;
use cloakroom_web::i18n::Notice;

use super::endpoint::Came;
use super::{connector, depart, find_configured, not_found, note};
use crate::routes::visit::{AUTH_SESSION, Visit};

/// The browser has so long to go there and back.
const AWAY: Ttl = Ttl::seconds(30 * 60);

/// `GET /realms/{realm}/broker/{alias}/trial`: leaves for the provider.
pub(super) async fn begin(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let Some(key) = visit.cookie(TRIAL) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::CookieNotFound);
    };
    let digest = Digest::of(key.as_bytes());
    let look = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        let open = trial::find_open(cx, &digest)?;
        let upstream = find_configured(cx, &alias)?;
        Ok(upstream.map(|upstream| {
            let is_its = open.is_some_and(|(provider, _)| provider == upstream.provider.id);
            (upstream, is_its)
        }))
    };
    match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some((upstream, true))) => leave(&visit, &upstream, key).await,
        Ok(Some((_, false))) => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
        Ok(None) => not_found(&visit),
        Err(fault) => visit.fault(&fault),
    }
}

async fn leave(visit: &Visit, upstream: &Upstream, key: String) -> HttpResponse {
    let mut packed = match depart::pack(visit, upstream, &Wishes::default()).await {
        Ok(Ok(packed)) => packed,
        Ok(Err(problem)) => return finish(visit, upstream, &key, Err(problem)).await,
        Err(fault) => return visit.fault(&fault),
    };
    packed.baggage.trial = Some(key);
    let handle = match visit.cookie(AUTH_SESSION) {
        Some(handle) => handle,
        None => match random() {
            Ok(mut rng) => Secret::random(&mut rng).expose().to_owned(),
            Err(fault) => return visit.fault(&fault),
        },
    };
    let browser = Digest::of(handle.as_bytes());
    // No login waits for this.
    let whose = (&browser, AttemptId::new(""), now().plus(AWAY));
    let mut answer = depart::go(visit, upstream, packed, whose).await;
    visit.set_handle(&mut answer, &handle);
    answer
}

/// Keeps what came of it, and leads back to the console.
pub(super) async fn finish(
    visit: &Visit,
    upstream: &Upstream,
    key: &str,
    came: Result<Came, Problem>,
) -> HttpResponse {
    note(visit, &upstream.provider.alias, came.as_ref().map(|_| ()));
    let (digest, of) = (Digest::of(key.as_bytes()), upstream.clone());
    let came = std::sync::Arc::new(came);
    let work = move |cx: &mut Cx<'_>| -> Result<Option<String>, Fault> {
        let Some((_, home)) = trial::find_open(cx, &digest)? else {
            return Ok(None);
        };
        let outcome = match &*came {
            Ok(Came::In(arrived)) => {
                let configured = arrival::mappers(cx, &of)?;
                let said = connector::of(&of)?.shown(&arrived.identity.said);
                told::succeeded(&of, &configured, (&arrived.identity, &said))
            }
            Ok(Came::Refused(error)) => told::ended_there(error),
            Err(problem) => told::refused(problem),
        };
        if !trial::finish(cx, &digest, &outcome)? {
            return Ok(None);
        }
        Ok(realm::find_by_id(&mut cx.db, &home)?.map(|home| home.name))
    };
    let home = match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(Some(home)) => home,
        Ok(None) => return visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
        Err(fault) => return visit.fault(&fault),
    };
    let mut answer = visit.redirect(&format!(
        "{}/admin/{}/console/{}/identity-providers/{}/trial",
        visit.app.provider.admin_url(),
        encode(&home),
        encode(&visit.realm.name),
        encode(&upstream.provider.alias)
    ));
    visit.unset(&mut answer, TRIAL);
    answer
}
