//! SAML providers: HTTP on this side, `cloakroom_federation::saml` on the other.

mod held;
pub(in crate::routes::broker) mod initiated;
mod keys;
pub(crate) mod logout;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::departure::{Marks, Wishes};
use cloakroom_federation::saml::binding::{Kind, Message, Outgoing, Route};
use cloakroom_federation::saml::descriptor::{self, Certificates};
use cloakroom_federation::saml::request::{self, Asked, Here};
use cloakroom_federation::saml::response::{self, Answer, Expected};
use cloakroom_federation::saml::{Settings, Signer, person};
use cloakroom_federation::{Problem, Upstream};
use cloakroom_model::{Cx, Digest, Door, Fault, attempt, departure, replay};
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::i18n::Notice;

use crate::routes::broker::endpoint::{self, Came, Ready};
use crate::routes::broker::{depart, find, not_found};
use crate::routes::sign_in;
use crate::routes::visit::{AGAIN, Visit};
use keys::Own;

fn realm_address(visit: &Visit) -> String {
    format!("{}/realms/{}", visit.app.base_url, visit.realm.name)
}

/// A form or a query that has a message of SAML in it.
pub(in crate::routes::broker) fn is_message(text: &[u8]) -> bool {
    let mut names = url::form_urlencoded::parse(text).map(|(name, _)| name);
    names.any(|name| name == "SAMLResponse" || name == "SAMLRequest")
}

/// A request that a provider sends by itself, in an envelope of SOAP 1.1.
pub(in crate::routes::broker) fn is_soap(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/xml")
}

/// Takes a message on its way to a provider.
pub(in crate::routes::broker) fn deliver(visit: &Visit, to: &Outgoing) -> HttpResponse {
    match to {
        Outgoing::Redirect(to) => visit.redirect(to),
        Outgoing::Post { action, fields } => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (*name, value.as_str()));
            visit.post(action, fields, None)
        }
    }
}

/// The request that a browser takes to a provider.
pub(in crate::routes::broker) async fn request(
    visit: &Visit,
    upstream: &Upstream,
    marks: &Marks<'_>,
    wishes: &Wishes,
) -> Result<Result<Outgoing, Problem>, Fault> {
    let settings = Settings::of(upstream);
    let own = match settings.signs() {
        Some(alg) => Own::signing((&visit.app, &visit.realm), alg).await?,
        None => Own::of(visit)?,
    };
    // Whoever cannot be believed when they come back is not sent away.
    let keys = held::keys(visit, upstream, &own, &[]).await;
    let to = match keys.and_then(|_| settings.sign_on()) {
        Ok(to) => to,
        Err(problem) => return Ok(Err(problem)),
    };
    let signer = settings.signs().map(|alg| own.signer(alg)).transpose()?;
    let realm = realm_address(visit);
    let here = Here {
        realm: &realm,
        endpoint: marks.redirect_uri,
    };
    let asked = Asked {
        nonce: marks.nonce,
        now: now(),
        wishes,
    };
    let route = Route {
        to,
        relay_state: Some(marks.state),
        by_post: settings.posts_requests(),
        signer: signer.as_ref().map(|signer| signer as &dyn Signer),
    };
    Ok(request::send(&settings, &here, &asked, &route))
}

/// Takes a message that a browser brings.
pub(in crate::routes::broker) async fn receive(
    visit: &Visit,
    alias: String,
    message: Result<Message, Problem>,
) -> HttpResponse {
    let message = match message {
        Ok(message) => message,
        Err(problem) => {
            tracing::info!(realm = %visit.realm.name, %problem, "a message of SAML was not taken");
            return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
        }
    };
    match message.kind {
        Kind::Request => logout::asked(visit, alias, &message).await,
        Kind::Response if message.claims_logout() => logout::done(visit, alias, &message).await,
        Kind::Response => answered(visit, alias, &message).await,
    }
}

/// A browser that keeps cookies from posts of other sites sends none along, so it posts once more by itself.
///
/// A browser also wants to know of every place that a form leads to in the end, so the page names the application.
async fn post_again(visit: &Visit, alias: &str, message: &Message) -> Option<HttpResponse> {
    if visit.browser().is_some() || !visit.is_foreign() || visit.is_posted_again() {
        return None;
    }
    let alias = alias.to_owned();
    let state = message.relay_state.as_deref().map(depart::digest);
    let look = move |cx: &mut Cx<'_>| match &state {
        Some(state) => application(cx, &alias, state),
        None => Ok(None),
    };
    let onward = match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(onward) => onward,
        Err(fault) => return Some(visit.fault(&fault)),
    };
    let fields = message.to_fields();
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    Some(visit.post(&format!("?{AGAIN}=true"), fields, onward.as_deref()))
}

/// Where the login of a departure leads to.
fn application(cx: &mut Cx<'_>, alias: &str, state: &Digest) -> Result<Option<String>, Fault> {
    let Some(upstream) = find(cx, alias)? else {
        return Ok(None);
    };
    let Some((browser, id)) = departure::peek(cx, state, &upstream.provider.id)? else {
        return Ok(None);
    };
    let attempt = attempt::find_by_id(cx, &browser, &id)?;
    let request = attempt.and_then(|attempt| sign_in::request_of(&attempt).ok());
    Ok(request.map(|request| request.redirect_uri))
}

/// An answer: to a request that left from this browser, or to none, and then nobody signs in.
///
/// A sign-in that begins at the provider has an address of its own ([`initiated`]).
async fn answered(visit: &Visit, alias: String, message: &Message) -> HttpResponse {
    let Some(state) = message.relay_state.clone() else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    if let Some(page) = post_again(visit, &alias, message).await {
        return page;
    }
    let ready = match endpoint::take(visit, alias, &state, true).await {
        Ok(ready) => ready,
        Err(page) => return page,
    };
    match believe(visit, &ready, message).await {
        Ok(came) => endpoint::finish(visit, ready, came).await,
        Err(fault) => visit.fault(&fault),
    }
}

async fn believe(
    visit: &Visit,
    ready: &Ready,
    message: &Message,
) -> Result<Result<Came, Problem>, Fault> {
    let upstream = &ready.upstream;
    let request = request::id(&ready.baggage.nonce);
    let read = |expected: &Expected<'_>| response::read(message, expected);
    let assertion = match held::held(visit, upstream, &request, read).await {
        Ok(Answer::SignedIn(assertion)) => *assertion,
        Ok(Answer::Refused(status)) => return Ok(Ok(Came::Refused(error_of(&status)))),
        Err(problem) => return Ok(Err(problem)),
    };
    let name = format!("{} {}", upstream.provider.id, assertion.id);
    let until = assertion.expires_at;
    let spend =
        move |cx: &mut Cx<'_>| replay::spend(cx, replay::Kind::UpstreamAssertion, &name, until);
    if !visit.app.enter(&visit.realm, Door::Write, spend).await? {
        return Ok(Err(Problem::untrusted("its assertion was used before")));
    }
    let arrived = person::arrived(upstream, assertion);
    Ok(arrived.map(|arrived| Came::In(Box::new(arrived))))
}

/// SAML Core §3.2.2.2 has other words for what applications are told.
fn error_of(status: &str) -> String {
    match status {
        "NoPassive" => "login_required".to_owned(),
        "AuthnFailed" | "RequestDenied" => "access_denied".to_owned(),
        other => other.to_owned(),
    }
}

/// `GET /realms/{realm}/broker/{alias}/endpoint/descriptor`: what we are, for the provider.
pub(in crate::routes::broker) async fn descriptor(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let look = move |cx: &mut Cx<'_>| find(cx, &alias);
    let upstream = match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some(upstream)) if upstream.is_saml() => upstream,
        Ok(_) => return not_found(&visit),
        Err(fault) => return visit.fault(&fault),
    };
    let settings = Settings::of(&upstream);
    let alg = settings.signs_logout();
    let own = match Own::signing((&visit.app, &visit.realm), alg).await {
        Ok(own) => own,
        Err(fault) => return visit.fault(&fault),
    };
    let certificates = Certificates {
        signing: own.keyring().signing_certificate(alg),
        encryption: own.keyring().encryption_certificate(),
    };
    let (realm, back) = (realm_address(&visit), depart::back(&visit, &upstream));
    let here = Here {
        realm: &realm,
        endpoint: &back,
    };
    let id = upstream.provider.id.as_str();
    HttpResponse::Ok()
        .content_type("application/xml")
        .body(descriptor::write(&settings, &here, id, &certificates))
}
