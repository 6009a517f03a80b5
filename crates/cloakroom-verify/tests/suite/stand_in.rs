//! An issuer that does what a test tells it to, good or bad, on a port of its own.
use std::collections::HashMap;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cloakroom_jose::{Alg, Jwk, SigningKey};
use cloakroom_verify::{Builder, Verifier};
use serde_json::{Map, Value, json};

/// The instant at which every test begins, in seconds since 1970.
pub(crate) const START: i64 = 1_800_000_000;

/// The API that the tokens are for.
pub(crate) const AUDIENCE: &str = "orders-api";

/// How a document is answered.
#[derive(Clone, Debug, Default)]
pub(crate) enum Manner {
    #[default]
    Honest,
    /// Another body in its place.
    Body(Vec<u8>),
    Status(u16),
    /// To the same document, honestly answered.
    Redirect,
    /// Honestly, after a while.
    After(Duration),
    /// A byte now and then, without end.
    Drip,
    /// Without end.
    Flood,
}

/// What the issuer has, does, and was asked.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) discovery: Manner,
    pub(crate) jwks: Manner,
    /// Members of the discovery document in the place of the honest ones.
    pub(crate) members: Map<String, Value>,
    /// What is said of opaque tokens.
    pub(crate) opaque: HashMap<String, Value>,
    /// The token of the status list.
    pub(crate) list: Option<String>,
    pub(crate) asked: HashMap<String, usize>,
    /// The last `Authorization` at the introspection endpoint.
    pub(crate) authorization: String,
}

/// The running issuer; ends with the test.
pub(crate) struct StandIn {
    pub(crate) name: String,
    state: Arc<Mutex<State>>,
    now: Arc<AtomicI64>,
    handle: ServerHandle,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // The thread sees to the rest; nobody waits for it.
        drop(self.handle.stop(false));
    }
}

impl StandIn {
    /// An honest issuer with one key.
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        state
            .lock()
            .unwrap()
            .keys
            .push(SigningKey::generate(Alg::ES256, "first").unwrap());
        let shared = Data::from(Arc::clone(&state));
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(shared.clone())
                    .default_service(web::to(answer))
            })
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
            let port = server.addrs()[0].port();
            actix_web::rt::System::new().block_on(async move {
                let server = server.run();
                send.send((port, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (port, handle) = receive.recv().unwrap();
        Self {
            name: format!("http://127.0.0.1:{port}"),
            state,
            now: Arc::new(AtomicI64::new(START)),
            handle,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often the path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.state().asked.get(path).copied().unwrap_or_default()
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// Lets so many seconds pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A verifier of its tokens whose clock is the test's.
    pub(crate) fn builder(&self) -> Builder {
        let now = Arc::clone(&self.now);
        Verifier::builder(&self.name, AUDIENCE).clock(move || now.load(Ordering::SeqCst))
    }

    pub(crate) fn verifier(&self) -> Verifier {
        self.builder().build().unwrap()
    }

    /// The claims of a good access token, changed; `null` takes a claim away.
    pub(crate) fn claims(&self, changed: Value) -> Map<String, Value> {
        let now = self.now();
        let mut claims = json!({
            "iss": self.name, "aud": AUDIENCE, "sub": "ada", "azp": "shop", "typ": "Bearer",
            "iat": now, "exp": now + 300, "jti": "1", "scope": "openid orders:read",
            "realm_access": { "roles": ["staff"] },
            "resource_access": { "orders-api": { "roles": ["reader"] } },
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in changed.as_object().unwrap() {
            match value {
                Value::Null => members.remove(name),
                value => members.insert(name.clone(), value.clone()),
            };
        }
        members.clone()
    }

    /// A good access token with changed claims, signed with the first key.
    pub(crate) fn token(&self, changed: Value) -> String {
        let key = self.state().keys[0].clone();
        sign(&key, "JWT", self.claims(changed))
    }
}

/// Signs claims under a `typ`.
pub(crate) fn sign(key: &SigningKey, typ: &str, claims: Map<String, Value>) -> String {
    key.sign(typ, Value::Object(claims).to_string().as_bytes())
        .unwrap()
}

async fn answer(request: HttpRequest, body: Bytes, shared: Data<Mutex<State>>) -> HttpResponse {
    let path = request.path().to_owned();
    let (manner, honest) = {
        let mut state = shared.lock().unwrap();
        *state.asked.entry(path.clone()).or_default() += 1;
        match path.as_str() {
            "/introspect" => return introspect(&mut state, &request, &body),
            "/list" => return list(&state),
            "/jwks" | "/elsewhere/jwks" => (state.jwks.clone(), jwks(&state)),
            _ => (state.discovery.clone(), discovery(&state, &request)),
        }
    };
    let honest = honest.to_string();
    match manner {
        _ if path.starts_with("/elsewhere") => HttpResponse::Ok().body(honest),
        Manner::Honest => HttpResponse::Ok().body(honest),
        Manner::Body(body) => HttpResponse::Ok().body(body),
        Manner::Status(status) => HttpResponse::build(status.try_into().unwrap()).body(honest),
        Manner::Redirect => HttpResponse::Found()
            .insert_header(("location", format!("/elsewhere{path}")))
            .finish(),
        Manner::After(time) => {
            actix_web::rt::time::sleep(time).await;
            HttpResponse::Ok().body(honest)
        }
        Manner::Drip => endless(b" ", Some(Duration::from_millis(300))),
        Manner::Flood => endless(&[b' '; 64 * 1024], None),
    }
}

fn endless(chunk: &'static [u8], pause: Option<Duration>) -> HttpResponse {
    let body = Endless {
        chunk: Bytes::from_static(chunk),
        pause,
        timer: None,
    };
    HttpResponse::Ok()
        .message_body(body)
        .unwrap()
        .map_into_boxed_body()
}

fn discovery(state: &State, request: &HttpRequest) -> Value {
    let base = format!("http://{}", request.connection_info().host());
    let mut document = json!({
        "issuer": base,
        "jwks_uri": format!("{base}/jwks"),
        "introspection_endpoint": format!("{base}/introspect"),
    });
    let members = document.as_object_mut().unwrap();
    members.extend(state.members.clone());
    document
}

fn jwks(state: &State) -> Value {
    let keys = state.keys.iter().map(|key| {
        let jwk = Jwk::from_verifying_key(key.verifying_key()).unwrap();
        serde_json::to_value(jwk).unwrap()
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

fn introspect(state: &mut State, request: &HttpRequest, body: &[u8]) -> HttpResponse {
    let authorization = request.headers().get("authorization").unwrap();
    state.authorization = authorization.to_str().unwrap().to_owned();
    let form: HashMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
    match state.opaque.get(&form["token"]) {
        Some(said) => HttpResponse::Ok().json(said),
        None => HttpResponse::Ok().json(json!({ "active": false })),
    }
}

fn list(state: &State) -> HttpResponse {
    match &state.list {
        Some(token) => HttpResponse::Ok().body(token.clone()),
        None => HttpResponse::InternalServerError().finish(),
    }
}

/// A body that never ends.
struct Endless {
    chunk: Bytes,
    pause: Option<Duration>,
    timer: Option<Pin<Box<actix_web::rt::time::Sleep>>>,
}

impl MessageBody for Endless {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(pause) = self.pause {
            let sleep = || Box::pin(actix_web::rt::time::sleep(pause));
            ready!(self.timer.get_or_insert_with(sleep).as_mut().poll(context));
            self.timer = None;
        }
        Poll::Ready(Some(Ok(self.chunk.clone())))
    }
}
