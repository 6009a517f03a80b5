//! Providers that send browsers back with a code: OpenID Connect and OAuth 2.

pub(crate) mod goodbye;
mod leave;
mod tokens;

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_federation::departure::{Marks, Wishes};
use cloakroom_federation::exchange::Brought;
use cloakroom_federation::identity::Said;
use cloakroom_federation::preset::{Preset, Protocol};
use cloakroom_federation::saml::binding::Outgoing;
use cloakroom_federation::{
    Arrived, HttpRequest, Problem, Return, Upstream, Written, discovery, farewell,
};
use cloakroom_jose::Alg;
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::session::upstream::Upstream as CameFrom;
use cloakroom_model::{Fault, Realm, Secret};
use cloakroom_oidc::Form;
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::App;
use cloakroom_web::app::random;
use cloakroom_web::connector::Administered;
use cloakroom_web::i18n::Notice;
use cloakroom_web::web::ServiceConfig;
use serde_json::{Value, json};

use super::{Connector, Incoming, Step};
use crate::routes::broker::depart;
use crate::routes::broker::endpoint::{Came, Ready, finish, take};
use crate::routes::protocol;
use crate::routes::visit::Visit;
use tokens::OwnKeys;

/// Longer texts than this are no codes of anybody.
const LONGEST: usize = 8 * 1024;

/// The parameters of a response that are read (RFC 6749 §4.1.2, RFC 9207 §2; `user` is Apple's).
const READ: [&str; 5] = ["code", "error", "iss", "state", "user"];

/// The connector.
pub(super) struct Codes;

impl Administered for Codes {
    fn refuses(&self, provider: &IdentityProvider) -> Option<&'static str> {
        let userinfo = provider.config.get("userInfoUrl");
        let is_missing = userinfo.is_none_or(String::is_empty);
        (provider.provider_id == "oauth2" && is_missing).then_some("User Info URL not provided")
    }

    fn accepts(&self) -> Option<&'static str> {
        Some("application/json")
    }

    fn read(&self, kind: &Preset, text: &str) -> Option<Written> {
        discovery::settings(kind, text)
    }

    fn describe(&self, _: &Upstream, _: &str, _: &Keyring) -> Option<String> {
        None
    }
}

impl Connector for Codes {
    fn speaks(&self, protocol: Protocol) -> bool {
        [Protocol::OPENID, Protocol::OAUTH2].contains(&protocol)
    }

    fn configure(&self, _: &mut ServiceConfig) {}

    fn depart<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        marks: &'a Marks<'a>,
        wishes: &'a Wishes,
    ) -> Step<'a, Result<Result<Outgoing, Problem>, Fault>> {
        let app = &visit.app;
        Box::pin(async move {
            let to = app
                .federation
                .depart(upstream, marks, wishes, &*app.outbound);
            Ok(to.await.map(|to| Outgoing::Redirect(to.into())))
        })
    }

    fn takes(&self, incoming: &Incoming<'_>) -> bool {
        incoming.has_one_of(&READ)
    }

    fn receive<'a>(
        &'a self,
        visit: &'a Visit,
        alias: String,
        incoming: Incoming<'a>,
    ) -> Step<'a, HttpResponse> {
        Box::pin(async move {
            match incoming.posted {
                Some((_, body)) => come_again(visit, &alias, body),
                None => come_back(visit, alias).await,
            }
        })
    }

    fn unbelieved(&self) -> StatusCode {
        StatusCode::BAD_GATEWAY
    }

    fn is_left(&self, upstream: &Upstream, from: &CameFrom) -> bool {
        leave::is_left(upstream, from)
    }

    fn leave<'a>(
        &'a self,
        visit: &'a Visit,
        upstream: &'a Upstream,
        from: &'a CameFrom,
    ) -> Step<'a, Result<Option<(HttpResponse, String)>, Fault>> {
        Box::pin(async move { leave::leave(visit, upstream, from) })
    }

    fn tell<'a>(
        &'a self,
        _: (&'a App, &'a Arc<Realm>),
        upstream: &'a Upstream,
        kept: &'a Secret,
    ) -> Step<'a, Result<Option<HttpRequest>, Fault>> {
        Box::pin(async move {
            let state = Secret::random(&mut random()?);
            Ok(farewell::request(upstream, kept, state.expose()))
        })
    }

    fn renew<'a>(
        &'a self,
        at: (&'a App, &'a Arc<Realm>),
        upstream: &'a Upstream,
        kept: (&'a Value, &'a str),
    ) -> Step<'a, Result<Result<Option<Value>, Problem>, Fault>> {
        Box::pin(async move {
            let own = match own_keys(at, upstream).await? {
                Ok(own) => own,
                Err(problem) => return Ok(Err(problem)),
            };
            let app = at.0;
            let asked = app.federation.renew(upstream, kept, &own, &*app.outbound);
            Ok(asked.await)
        })
    }

    fn shown(&self, said: &Said) -> Value {
        match said.access_token.is_null() {
            true => json!({ "idToken": said.id_token, "userinfo": said.userinfo }),
            false => json!({
                "accessToken": said.access_token, "idToken": said.id_token, "userinfo": said.userinfo,
            }),
        }
    }
}

/// Asks a browser that posted an answer to come once more by itself.
///
/// A browser that keeps cookies from posts of other sites sends none along, and brings them then.
fn come_again(visit: &Visit, alias: &str, body: &[u8]) -> HttpResponse {
    let Ok(form) = Form::parse(body) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    let known = form.iter().filter(|(name, _)| READ.contains(name));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(known)
        .finish();
    let alias = percent_encoding::utf8_percent_encode(alias, percent_encoding::NON_ALPHANUMERIC);
    visit.redirect(&visit.url(&format!("broker/{alias}/endpoint?{query}")))
}

async fn come_back(visit: &Visit, alias: String) -> HttpResponse {
    let form = &visit.query;
    let is_short = |name: &&str| form.get(name).is_none_or(|text| text.len() <= LONGEST);
    let Some(state) = form.get("state").filter(|_| READ.iter().all(is_short)) else {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    };
    match take(visit, alias, state, &Codes).await {
        Ok(ready) => go_on(visit, ready).await,
        Err(page) => page,
    }
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

/// Asks the provider who it is.
async fn ask(visit: &Visit, ready: &Ready, code: &str) -> Result<Result<Arrived, Problem>, Fault> {
    let (app, upstream) = (&visit.app, &ready.upstream);
    let own = match own_keys((app, &visit.realm), upstream).await? {
        Ok(own) => own,
        Err(problem) => return Ok(Err(problem)),
    };
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

/// The realm's keys, with one that proves the client where the provider wants that.
async fn own_keys(
    (app, realm): (&App, &Arc<Realm>),
    upstream: &Upstream,
) -> Result<Result<OwnKeys, Problem>, Fault> {
    let method = match upstream.method() {
        Ok(method) => method,
        Err(problem) => return Ok(Err(problem)),
    };
    let own = match method.alg_of_realm().and_then(Alg::from_name) {
        Some(alg) => OwnKeys::of(&*protocol::with_key(app, realm, alg).await?),
        None => OwnKeys::of(realm),
    };
    own.map(Ok)
}
