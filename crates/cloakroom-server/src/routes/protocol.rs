//! What the protocol's endpoints for programs share: the caller, the shape of errors, CORS and signing.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use cloakroom_jose::Alg;
use cloakroom_model::{Cx, Door, Fault, Realm, client};
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::client_keys::{KeysWanted, RemoteKeys};
use cloakroom_oidc::dpop;
use cloakroom_oidc::issue::SignError;
use cloakroom_oidc::keyring::generate::{self, Purpose};
use cloakroom_oidc::keyring::{Keyring, MissingKey};
use cloakroom_oidc::{Error, Form, OAuthError, origin};
use cloakroom_web::app::{now, random};
use cloakroom_web::request_id;
use cloakroom_web::{App, cors};
use serde_json::json;

use super::claim::Claim;

pub(crate) use cloakroom_web::cors::preflight;

/// A program that calls an endpoint of a realm.
pub(crate) struct Caller {
    pub(crate) app: Data<App>,
    pub(crate) realm: Arc<Realm>,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
    origin: Option<String>,
    authorization: Option<String>,
}

impl Caller {
    /// Takes what a handler needs from the request; the error is already an answer.
    pub(crate) async fn start(
        app: Data<App>,
        request: &HttpRequest,
        realm: &str,
    ) -> Result<Self, HttpResponse> {
        let realm = open_realm(&app, request, realm).await?;
        let ip = app.client_ip(request);
        let text = |name| text(request.headers(), name);
        Ok(Self {
            ip,
            user_agent: text(header::USER_AGENT)
                .unwrap_or_default()
                .chars()
                .take(255)
                .collect(),
            origin: text(header::ORIGIN),
            authorization: text(header::AUTHORIZATION),
            app: App::of(app, Some(&realm)),
            realm,
        })
    }

    /// What the request says about its client; refused where the client has failed too often at this address.
    pub(crate) async fn claim(&self, form: &Form) -> Result<Claim, Error> {
        let header = self.authorization.as_deref();
        Claim::of(&self.app, &self.realm, (header, &self.ip), form).await
    }

    /// The access token of the request's header (RFC 6750 §2.1, RFC 9449 §7.1), which nobody has looked at.
    pub(crate) fn unread_token(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_deref()?.split_once(' ')?;
        let mut schemes = ["bearer", dpop::KIND].into_iter();
        let is_one = schemes.any(|known| scheme.eq_ignore_ascii_case(known));
        is_one.then(|| token.trim())
    }

    /// Lets the page that asks read the answer, if it stands in one of the client's web origins.
    pub(crate) async fn with_cors(
        &self,
        client_id: Option<&str>,
        mut answer: HttpResponse,
    ) -> HttpResponse {
        let (Some(asks), Some(client_id)) = (self.origin.clone(), client_id) else {
            return answer;
        };
        let (client_id, origin) = (client_id.to_owned(), asks.clone());
        let look = move |cx: &mut Cx<'_>| -> Result<bool, Fault> {
            let found = client::find(cx, &client_id)?;
            Ok(found.is_some_and(|client| origin::is_allowed(&client, &origin)))
        };
        let allowed = self.app.enter(&self.realm, Door::Memory, look).await;
        if allowed.unwrap_or(false) {
            // A page that is refused has to read why.
            let exposed = match answer.headers().contains_key(header::WWW_AUTHENTICATE) {
                true => "Access-Control-Allow-Methods, WWW-Authenticate",
                false => "Access-Control-Allow-Methods",
            };
            cors::allow(answer.headers_mut(), &asks, exposed);
        }
        answer
    }

    /// The keys that the client has elsewhere; `None` if none are wanted, or they are not to be had.
    pub(crate) async fn fetched(&self, wanted: Option<KeysWanted>) -> Option<Arc<RemoteKeys>> {
        self.app.outbound.keys(&wanted?).await
    }

    /// Signs, and makes a key first where the realm lacks one that its settings ask for.
    pub(crate) async fn signed<T>(
        &self,
        sign: impl Fn(&Realm) -> Result<T, SignError>,
    ) -> Result<T, Error> {
        signed((&self.app, &self.realm), sign).await
    }
}

/// Signs with the keys of a realm, and makes one first where it lacks one that its settings ask for.
pub(crate) async fn signed<T>(
    (app, realm): (&App, &Arc<Realm>),
    sign: impl Fn(&Realm) -> Result<T, SignError>,
) -> Result<T, Error> {
    /// An answer holds three tokens at most, each with an algorithm of its own.
    const MOST: usize = 4;
    let mut realm = Arc::clone(realm);
    for _ in 0..MOST {
        match sign(&realm) {
            Ok(signed) => return Ok(signed),
            Err(SignError::Fault(fault)) => return Err(fault.into()),
            Err(SignError::Missing(missing)) => {
                realm = make_key(app, &realm, missing).await?;
            }
        }
    }
    Err(Fault::corrupt("a realm's key is missing, and could not be made").into())
}

/// A realm that answers programs; the error is already an answer.
pub(crate) async fn open_realm(
    app: &App,
    request: &HttpRequest,
    name: &str,
) -> Result<Arc<Realm>, HttpResponse> {
    let realm = match app.realm(name).await {
        Ok(Some(realm)) => realm,
        Ok(None) => {
            return Err(HttpResponse::NotFound().json(json!({"error": "Realm does not exist"})));
        }
        Err(fault) => return Err(fault_answer(&fault)),
    };
    if !app.is_secure_for(&realm, &app.client_ip(request)) {
        let denied = OAuthError::new("invalid_request", "HTTPS required").with_status(403);
        return Err(denied_answer(&denied));
    }
    if !realm.enabled {
        let denied = OAuthError::new("access_denied", "Realm not enabled").with_status(403);
        return Err(denied_answer(&denied));
    }
    Ok(realm)
}

/// The realm as it is once it has a key for this algorithm.
pub(crate) async fn with_key(app: &App, realm: &Arc<Realm>, alg: Alg) -> Result<Arc<Realm>, Fault> {
    if Keyring::of(realm)?.signing_key(alg).is_ok() {
        return Ok(Arc::clone(realm));
    }
    match make_key(app, realm, MissingKey(alg)).await {
        Ok(realm) => Ok(realm),
        Err(Error::Fault(fault)) => Err(fault),
        Err(Error::Denied(_)) => Err(Fault::corrupt("a key could not be made")),
    }
}

/// Making a key takes long, so it happens on the hashing threads and not in a transaction.
async fn make_key(app: &App, realm: &Arc<Realm>, missing: MissingKey) -> Result<Arc<Realm>, Error> {
    let (alg, name) = (missing.0, realm.name.clone());
    let made = app
        .compute(move || {
            let mut rng = random()?;
            generate::generate(Purpose::Sign(alg), &name, now(), &mut rng).map_err(Fault::corrupt)
        })
        .await
        .map_err(|_| Fault::busy())??;
    let store = move |cx: &mut Cx<'_>| generate::store_generated(cx, alg, made.clone());
    app.enter(realm, Door::Write, store).await?;
    let changed = app.realm(&realm.name).await?;
    changed.ok_or_else(|| Fault::corrupt("the realm is gone").into())
}

/// What a request says about its client, with the keys that its assertion needs.
pub(crate) async fn with_keys(
    app: &App,
    realm: &Arc<Realm>,
    credentials: Credentials,
    form: &Form,
) -> Credentials {
    if !form.has("client_assertion") {
        return credentials;
    }
    let (provider, form) = (Arc::clone(&app.provider), form.clone());
    let look = move |cx: &mut Cx<'_>| provider.keys_wanted(cx, &form);
    match app.enter(realm, Door::Memory, look).await {
        Ok(Some(wanted)) => credentials.with_keys(app.outbound.keys(&wanted).await),
        // Without keys the assertion is refused, and the refusal is written down there.
        _ => credentials,
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value: Option<&HeaderValue> = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// The parameters of a body. One of another type has none, as in Keycloak.
pub(crate) fn form(request: &HttpRequest, body: &Bytes) -> Result<Form, Error> {
    match is_form(request) {
        true => Form::parse(body),
        false => Ok(Form::default()),
    }
}

/// The body is of the type that forms are posted in.
pub(crate) fn is_form(request: &HttpRequest) -> bool {
    let kind = text(request.headers(), header::CONTENT_TYPE).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The answer to a refusal or a fault.
pub(crate) fn error_answer(error: &Error) -> HttpResponse {
    match error {
        Error::Denied(denied) => denied_answer(denied),
        Error::Fault(fault) => fault_answer(fault),
    }
}

/// The same where an access token was shown: who has to prove a key is told how (RFC 9449 §7.1).
pub(crate) fn resource_answer(error: &Error) -> HttpResponse {
    let mut answer = error_answer(error);
    if let Error::Denied(denied) = error
        && denied.code == dpop::REFUSED
        && let Ok(text) = HeaderValue::from_str(&dpop::challenge(Some(denied)))
    {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, text);
    }
    answer
}

fn denied_answer(denied: &OAuthError) -> HttpResponse {
    let status = StatusCode::from_u16(denied.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = HttpResponseBuilder::new(status);
    if let Some(seconds) = denied.retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    no_store(&mut answer).json(json!({
        "error": denied.code,
        "error_description": denied.description,
    }))
}

/// A fault is logged here and nowhere else; the caller learns nothing of it.
pub(crate) fn fault_answer(fault: &Fault) -> HttpResponse {
    if fault.is_unholdable() {
        return no_store(&mut HttpResponse::BadRequest()).json(json!({
            "error": "invalid_request",
            "error_description": "A text holds a character that cannot be stored",
        }));
    }
    if fault.is_gone() {
        return HttpResponse::NotFound().json(json!({"error": "Realm does not exist"}));
    }
    tracing::error!(%fault, "a request failed");
    let (status, code) = match fault.is_temporary() {
        true => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        false => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
    };
    let mut answer = HttpResponseBuilder::new(status);
    if fault.is_temporary() {
        answer.insert_header((header::RETRY_AFTER, "1"));
    }
    no_store(&mut answer).json(json!({
        "error": code,
        "error_description": "The server could not do its part.",
        "request_id": request_id::current(),
    }))
}

/// RFC 6749 §5.1: nobody on the way may keep the answer.
pub(crate) fn no_store(answer: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
}
