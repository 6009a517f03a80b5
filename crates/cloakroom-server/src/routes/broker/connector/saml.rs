//! SAML providers: HTTP on this side, `cloakroom_federation::saml` on the other.

mod held;
mod initiated;
mod keys;
mod logout;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest as Request, HttpResponse};
use cloakroom_federation::departure::{Marks, Wishes};
use cloakroom_federation::identity::Said;
use cloakroom_federation::preset::{Preset, Protocol};
use cloakroom_federation::saml::binding::{Kind, Message, Outgoing, Route};
use cloakroom_federation::saml::descriptor::{self, Certificates};
use cloakroom_federation::saml::request::{self, Asked, Here};
use cloakroom_federation::saml::response::{self, Answer, Expected};
use cloakroom_federation::saml::{Settings, Signer, person, published};
use cloakroom_federation::{HttpRequest, Problem, Upstream, Written};
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::session::upstream::Upstream as CameFrom;
use cloakroom_model::{Cx, Digest, Door, Fault, Realm, Secret, attempt, departure, replay};
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::connector::Administered;
use cloakroom_web::i18n::Notice;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::Value;

use super::{Connector, Incoming, Step};
use crate::routes::broker::endpoint::{self, Came, Ready};
use crate::routes::broker::{depart, find, unknown};
use crate::routes::sign_in;
use crate::routes::visit::{AGAIN, Visit};
use keys::Own;

fn realm_address(visit: &Visit) -> String {
    format!("{}/realms/{}", visit.app.base_url, visit.realm.name)
}

/// The connector.
pub(super) struct Saml;

impl Administered for Saml {
    fn refuses(&self, provider: &IdentityProvider) -> Option<&'static str> {
        let text = |name: &str| provider.config.get(name).map_or("", String::as_str);
        if text("artifactBindingResponse") == "true" {
            return Some(
                "artifactBindingResponse is not supported: answers come by POST or Redirect",
            );
        }
        // People are known by what stays the same.
        let is_fleeting = text("nameIDPolicyFormat").ends_with(":nameid-format:transient");
        let is_subject = ["", "SUBJECT"].contains(&text("principalType"));
        (is_fleeting && is_subject).then_some(
            "Can not have Transient NameID Policy Format together with SUBJECT Principal Type",
        )
    }

    fn accepts(&self) -> Option<&'static str> {
        Some("application/samlmetadata+xml, application/xml, text/xml")
    }

    fn read(&self, _: &Preset, text: &str) -> Option<Written> {
        published::settings(text)
    }

    fn describe(&self, upstream: &Upstream, realm: &str, keyring: &Keyring) -> Option<String> {
        let settings = Settings::of(upstream);
        let certificates = Certificates {
            signing: keyring.signing_certificate(settings.signs_logout()),
            encryption: keyring.encryption_certificate(),
        };
        let here = Here {
            realm,
            endpoint: &format!("{realm}/broker/{}/endpoint", upstream.provider.alias),
        };
        let id = upstream.provider.id.as_str();
        Some(descriptor::write(&settings, &here, id, &certificates))
    }
}

impl Connector for Saml {
    fn speaks(&self, protocol: Protocol) -> bool {
        protocol == Protocol::SAML
    }

    fn configure(&self, cfg: &mut ServiceConfig) {
        let endpoint = "/realms/{realm}/broker/{alias}/endpoint";
        cfg.service(
            web::resource(format!("{endpoint}/clients/{{client}}"))
                .route(web::get().to(initiated::by_query))
                .route(web::post().to(initiated::by_form)),
        );
        cfg.service(
            web::resource(format!("{endpoint}/descriptor")).route(web::get().to(show_descriptor)),
        );
    }

    fn depart<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        marks: &'a Marks<'a>,
        wishes: &'a Wishes,
    ) -> Step<'a, Result<Result<Outgoing, Problem>, Fault>> {
        Box::pin(request(visit, upstream, marks, wishes))
    }

    fn takes(&self, incoming: &Incoming<'_>) -> bool {
        is_soap(incoming) || incoming.has_one_of(&["SAMLResponse", "SAMLRequest"])
    }

    fn complaint(&self, incoming: &Incoming<'_>, status: StatusCode) -> Option<HttpResponse> {
        is_soap(incoming).then(|| logout::fault(status))
    }

    fn receive<'a>(
        &'a self,
        visit: &'a Visit,
        alias: String,
        incoming: Incoming<'a>,
    ) -> Step<'a, HttpResponse> {
        Box::pin(async move {
            match incoming.posted {
                Some((_, body)) if is_soap(&incoming) => {
                    logout::asked_by_soap(visit, alias, body).await
                }
                Some((_, body)) => receive(visit, alias, Message::from_form(body)).await,
                None => receive(visit, alias, Message::from_query(incoming.query)).await,
            }
        })
    }

    fn unbelieved(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn is_left(&self, upstream: &Upstream, from: &CameFrom) -> bool {
        logout::is_left(upstream, from)
    }

    fn leave<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        from: &'a CameFrom,
    ) -> Step<'a, Result<Option<(HttpResponse, String)>, Fault>> {
        Box::pin(logout::leave(visit, upstream, from))
    }

    fn tell<'a>(
        &'a self,
        at: (&'a App, &'a Arc<Realm>),
        upstream: &'a Upstream,
        kept: &'a Secret,
    ) -> Step<'a, Result<Option<HttpRequest>, Fault>> {
        Box::pin(logout::tell(at, upstream, kept))
    }

    /// An assertion is no token that could be renewed.
    fn renew<'a>(
        &'a self,
        _: (&'a App, &'a Arc<Realm>),
        _: &'a Upstream,
        _: (&'a Value, &'a str),
    ) -> Step<'a, Result<Result<Option<Value>, Problem>, Fault>> {
        Box::pin(async { Ok(Ok(None)) })
    }

    fn shown(&self, said: &Said) -> Value {
        said.userinfo.clone()
    }
}

/// A request that a provider sends by itself, in an envelope of SOAP 1.1.
fn is_soap(incoming: &Incoming<'_>) -> bool {
    let kind = incoming.posted.map(|(kind, _)| kind);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("text/xml"))
}

/// It is a provider of this protocol.
fn is_ours(upstream: &Upstream) -> bool {
    Saml.speaks(upstream.preset.protocol)
}

/// The request that a browser takes to a provider.
async fn request(
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
async fn receive(visit: &Visit, alias: String, message: Result<Message, Problem>) -> HttpResponse {
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
    let ready = match endpoint::take(visit, alias, &state, &Saml).await {
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
async fn show_descriptor(
    app: Data<App>,
    request: Request,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let look = move |cx: &mut Cx<'_>| find(cx, &alias);
    let upstream = match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some(upstream)) if is_ours(&upstream) => upstream,
        Ok(_) => return unknown(&visit),
        Err(fault) => return visit.fault(&fault),
    };
    let alg = Settings::of(&upstream).signs_logout();
    let own = match Own::signing((&visit.app, &visit.realm), alg).await {
        Ok(own) => own,
        Err(fault) => return visit.fault(&fault),
    };
    let realm = realm_address(&visit);
    match Saml.describe(&upstream, &realm, own.keyring()) {
        Some(xml) => HttpResponse::Ok().content_type("application/xml").body(xml),
        None => unknown(&visit),
    }
}
