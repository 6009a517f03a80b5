//! The admin API from within the process: the same handlers, guards, rights and audit, without a connection.
//!
//! The console is a client of the API like any other. What a handler refuses to a program it refuses here, and what
//! one cannot do over HTTP cannot be done here.

use std::fmt;
use std::future::ready;

use actix_http::Request;
use actix_service::boxed::{self, BoxService};
use actix_service::{IntoServiceFactory as _, Service as _, ServiceFactory as _, fn_factory};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{AppConfig, Payload, ServiceResponse};
use actix_web::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, LOCATION, SET_COOKIE,
    USER_AGENT,
};
use actix_web::http::{Method, Uri};
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data, PayloadConfig};
use actix_web::{App as Server, Error, HttpMessage as _, HttpRequest};
use cloakroom_web::App;
use cloakroom_web::paths::Shared;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::seat::Seat;
use crate::{etag, sent};

/// The largest body that the console hands on, in bytes: a realm's export.
const BODY: usize = 64 * 1024 * 1024;

/// The API, put together when it is first asked. One for each worker, because handlers stay on their thread.
#[derive(Default)]
pub struct Inside(OnceCell<BoxService<Request, ServiceResponse<BoxBody>, Error>>);

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inside")
    }
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    /// Who calls.
    pub seat: &'a Seat,
    /// What is to be done.
    pub method: Method,
    /// Path and query, percent-encoded, from `/admin` on.
    pub target: &'a str,
    /// What is sent, and its content type.
    pub body: Option<(&'a str, Vec<u8>)>,
    /// The state that a change relies on.
    pub if_match: Option<&'a str>,
    /// The browser's request behind it: the audit trail names its address.
    pub behind: &'a HttpRequest,
}

/// What the API answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body; `Null` where there is none, or none in JSON.
    pub json: Value,
    /// The body as it was sent.
    pub bytes: Bytes,
    /// The state of what is shown.
    pub etag: Option<String>,
    /// Where what was made is.
    pub location: Option<String>,
    /// Cookies for the browser behind the call.
    pub cookies: Vec<HeaderValue>,
}

impl Reply {
    /// The id of what was made: the end of its address; empty where nothing was.
    pub fn id(&self) -> &str {
        let at = self.location.as_deref().unwrap_or_default();
        at.rsplit('/').next().unwrap_or_default()
    }
}

impl Inside {
    /// Makes a call.
    ///
    /// # Errors
    ///
    /// The target is no address, or the API could not be put together.
    pub async fn call(&self, app: &Data<App>, call: Call<'_>) -> Result<Reply, Error> {
        let paths = call.behind.app_data::<Shared>().cloned();
        let paths = paths.ok_or_else(|| {
            actix_web::error::ErrorInternalServerError("the admin API is not served here")
        })?;
        let service = self
            .0
            .get_or_try_init(|| put_together(app.clone(), paths))
            .await?;
        let answer = service.call(request(call)?).await?;
        let header = |name: HeaderName| {
            let value = answer.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let (status, etag, location) = (answer.status().as_u16(), header(ETAG), header(LOCATION));
        let cookies = answer.headers().get_all(SET_COOKIE).cloned().collect();
        let body = to_bytes(answer.into_body()).await;
        let bytes =
            body.map_err(|error| actix_web::error::ErrorInternalServerError(error.to_string()))?;
        Ok(Reply {
            status,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
            etag,
            location,
            cookies,
        })
    }
}

async fn put_together(
    app: Data<App>,
    paths: Shared,
) -> Result<BoxService<Request, ServiceResponse<BoxBody>, Error>, Error> {
    // The order of the guards is that of the public port.
    let server = Server::new()
        .app_data(app)
        .app_data(PayloadConfig::new(BODY))
        .wrap(from_fn(sent::keep))
        .wrap(from_fn(etag::guard))
        .default_service(fn_factory(move || ready(Ok::<_, ()>(paths.clone()))));
    let made = server.into_factory().new_service(AppConfig::default());
    let service = made.await.map_err(|()| {
        actix_web::error::ErrorInternalServerError("the admin API cannot be put together")
    })?;
    Ok(boxed::service(service))
}

fn request(call: Call<'_>) -> Result<Request, Error> {
    let uri: Uri = call
        .target
        .parse()
        .map_err(actix_web::error::ErrorNotFound)?;
    let length = call.body.as_ref().map(|(_, body)| body.len());
    let (kind, payload) = match call.body {
        Some((kind, body)) => (Some(kind), Payload::from(Bytes::from(body))),
        None => (None, Payload::None),
    };
    let mut request = Request::with_payload(payload);
    let head = request.head_mut();
    head.uri = uri;
    head.method = call.method;
    head.peer_addr = call.behind.peer_addr();
    // What a browser is called stands in the session that an impersonation opens.
    if let Some(agent) = call.behind.headers().get(USER_AGENT) {
        head.headers.insert(USER_AGENT, agent.clone());
    }
    let forwarded = HeaderName::from_static("x-forwarded-for");
    for value in call.behind.headers().get_all(&forwarded) {
        head.headers.append(forwarded.clone(), value.clone());
    }
    let mut set = |name: HeaderName, value: Option<&str>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            head.headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, kind);
    set(
        CONTENT_LENGTH,
        length.map(|length| length.to_string()).as_deref(),
    );
    set(IF_MATCH, call.if_match);
    request.extensions_mut().insert(call.seat.clone());
    Ok(request)
}
