//! Who calls: the extractor.
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{AUTHORIZATION, HeaderName};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};

use super::Refusal;
use crate::access::Access;
use crate::error::VerifyError;
use crate::presented::{Presented, Scheme};
use crate::protection::Protection;

/// RFC 9449 §4.1.
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// Whoever makes a request, with an accepted token.
///
/// As a parameter of a handler it refuses every other request. Its questions are those of [`Access`]; those
/// that demand something give a [`Refusal`], for `?`.
#[derive(Clone, Debug)]
pub struct Caller {
    access: Rc<Access>,
    scheme: Scheme,
    protection: Protection,
}

/// The certificate in DER with which the client connected.
///
/// The app puts it into the connection's data (`HttpServer::on_connect`), or into the request's, where
/// a proxy that it trusts hands it on.
#[derive(Clone, Debug)]
pub struct ClientCertificate(pub Vec<u8>);

impl Caller {
    /// The accepted token.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// As [`Access::need_scope`].
    ///
    /// # Errors
    /// 403 with the scope in `WWW-Authenticate`.
    pub fn need_scope(&self, scope: &str) -> Result<(), Refusal> {
        self.demand(self.access.need_scope(scope))
    }

    /// As [`Access::need_realm_role`].
    ///
    /// # Errors
    /// 403.
    pub fn need_realm_role(&self, role: &str) -> Result<(), Refusal> {
        self.demand(self.access.need_realm_role(role))
    }

    /// As [`Access::need_client_role`].
    ///
    /// # Errors
    /// 403.
    pub fn need_client_role(&self, client_id: &str, role: &str) -> Result<(), Refusal> {
        self.demand(self.access.need_client_role(client_id, role))
    }

    fn demand(&self, met: Result<(), VerifyError>) -> Result<(), Refusal> {
        met.map_err(|error| Refusal::new(&self.protection, error, Some(self.scheme)))
    }

    /// Verifies the request, once: a middleware that did so leaves the answer for the handler.
    pub(super) async fn of(request: &HttpRequest) -> Result<Self, Error> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let protection = request
            .app_data::<Protection>()
            .ok_or_else(|| ErrorInternalServerError("the app has no Protection in its app_data"))?;
        let caller = verify(request, protection).await?;
        request.extensions_mut().insert(caller.clone());
        Ok(caller)
    }
}

async fn verify(request: &HttpRequest, protection: &Protection) -> Result<Caller, Refusal> {
    let refuse = |error, scheme| Refusal::new(protection, error, scheme);
    let authorization = one(request, &AUTHORIZATION).map_err(|error| refuse(error, None))?;
    let authorization = authorization.ok_or_else(|| refuse(VerifyError::NoToken, None))?;
    let presented = Presented::read(authorization).map_err(|error| refuse(error, None))?;
    let scheme = presented.scheme();
    let refuse = |error| Refusal::new(protection, error, Some(scheme));

    // RFC 9449 §4.3 item 1: not more than one proof.
    let proof = one(request, &DPOP).map_err(refuse)?;
    let url = protection.address_of(request.uri().path());
    let presented = match proof {
        Some(proof) => presented.proof(proof, request.method().as_str(), &url),
        None => presented,
    };
    let of_request = request.extensions().get::<ClientCertificate>().cloned();
    let certificate = of_request
        .as_ref()
        .or_else(|| request.conn_data::<ClientCertificate>());
    let presented = match certificate {
        Some(ClientCertificate(der)) => presented.certificate(der),
        None => presented,
    };
    let access = protection.verifier().verify(&presented).await;
    Ok(Caller {
        access: Rc::new(access.map_err(refuse)?),
        scheme,
        protection: protection.clone(),
    })
}

/// The one value of a header. Of two, this server and a proxy in front of it could each choose another.
fn one<'a>(request: &'a HttpRequest, name: &HeaderName) -> Result<Option<&'a str>, VerifyError> {
    const TWICE: VerifyError = VerifyError::InvalidRequest("a header is there twice");
    const ODD: VerifyError = VerifyError::InvalidRequest("a header is no text");
    let mut values = request.headers().get_all(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(TWICE);
    }
    value.to_str().map(Some).map_err(|_| ODD)
}

impl Deref for Caller {
    type Target = Access;

    fn deref(&self) -> &Access {
        &self.access
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}
