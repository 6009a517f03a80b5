//! Logouts of which the issuer tells over the back channel: the extractor.
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Form;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, ResponseError};
use cloakroom_jose::jwt::Verified;
use cloakroom_jose::jwt::kind::LogoutToken;
use serde_json::json;

use crate::issuer::Issuer;

/// Whose logouts the app is told of; it hands this to actix as `app_data`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BackChannel {
    issuer: Issuer,
    client_id: Arc<str>,
}

impl BackChannel {
    /// Takes the logout tokens that this issuer makes for this client.
    pub fn new(issuer: &Issuer, client_id: &str) -> Self {
        Self {
            issuer: issuer.clone(),
            client_id: client_id.into(),
        }
    }
}

/// The logout that an issuer posts (OpenID Connect Back-Channel Logout 1.0 §2.5), with a token that has been verified.
///
/// As a parameter of a handler it refuses every other request with 400 (§2.8). Ending a session a second time does
/// nothing, so a token that is sent twice needs no memory.
///
/// ```
/// use actix_web::{HttpResponse, web::Data};
/// use cloakroom_verify::actix::{Logout, Sessions};
///
/// struct User {
///     subject: String,
///     sid: Option<String>,
/// }
///
/// async fn backchannel_logout(logout: Logout, sessions: Data<Sessions<User>>) -> HttpResponse {
///     sessions.end_where(|user| logout.ends(&user.subject, user.sid.as_deref()));
///     HttpResponse::Ok().finish()
/// }
/// ```
#[derive(Debug)]
pub struct Logout(Verified<LogoutToken>);

impl Deref for Logout {
    type Target = Verified<LogoutToken>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for Logout {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let channel = request.app_data::<BackChannel>().cloned();
        let form = Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move {
            let missing = || ErrorInternalServerError("the app has no BackChannel in its app_data");
            let BackChannel { issuer, client_id } = channel.ok_or_else(missing)?;
            let form = form.await.map_err(|_| Refused::new("no form"))?;
            let mut tokens = form.iter().filter(|(name, _)| name == "logout_token");
            let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
                return Err(Refused::new("not one logout_token").into());
            };
            let verified = issuer.verify::<LogoutToken>(token, &client_id).await;
            Ok(Self(verified.map_err(Refused::new)?))
        })
    }
}

/// §2.8: one answer to every logout that fails, also if the issuer gave no keys.
#[derive(Debug)]
struct Refused(String);

impl Refused {
    fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::BadRequest()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({ "error": "invalid_request", "error_description": self.0 }))
    }
}
