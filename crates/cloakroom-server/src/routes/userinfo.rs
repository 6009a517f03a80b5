//! The userinfo endpoint: HTTP on this side, `Provider::userinfo` on the other.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::userinfo::{Body, Userinfo};
use cloakroom_oidc::{Error, OAuthError};
use cloakroom_web::App;
use cloakroom_web::answers::Answer;
use cloakroom_web::app::now;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::protocol::{self, Caller};

/// The path of the userinfo endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/userinfo")
            .route(web::get().to(userinfo))
            .route(web::post().to(userinfo))
            .route(web::method(actix_web::http::Method::OPTIONS).to(preflight)),
    );
}

async fn preflight(request: HttpRequest) -> HttpResponse {
    protocol::preflight(&request, "GET, POST, OPTIONS")
}

async fn userinfo(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let form = match protocol::form(&request, &body) {
        Ok(form) => form,
        Err(error) => return protocol::error_answer(&error),
    };
    // RFC 6750 §2: the header or the body, and never the address.
    let token = match (caller.bearer(), form.get("access_token")) {
        (Some(token), None) | (None, Some(token)) => token,
        (None, None) => return challenge(&caller, 401, None),
        (Some(_), Some(_)) => {
            let text = "More than one method used for including an access token";
            let denied = OAuthError::invalid_request(text);
            return challenge(&caller, 400, Some(&denied));
        }
    };
    let answers = Arc::clone(&caller.app.answers);
    let base = caller.app.provider.base_url(&caller.realm);
    let parts = ["userinfo", base, token];
    let question = answers.question(&caller.realm, &parts);
    if let Some(known) = answers.find(&question, now()) {
        return answered(&caller, known).await;
    }
    let (provider, token) = (Arc::clone(&caller.app.provider), token.to_owned());
    let work = move |cx: &mut Cx<'_>| provider.userinfo(cx, &token);
    let found = match caller.app.enter(&caller.realm, Door::Read, work).await {
        Ok(found) => found,
        Err(Error::Denied(denied)) => return challenge(&caller, denied.status, Some(&denied)),
        Err(error) => return protocol::error_answer(&error),
    };
    let (content_type, body) = match finish(&caller, &found).await {
        Ok(Body::Json(claims)) => ("application/json", claims.to_string()),
        Ok(Body::Jwt(token)) => ("application/jwt", token),
        Err(error) => return protocol::error_answer(&error),
    };
    let answer = Answer {
        body: body.into(),
        content_type,
        client_id: found.client_id,
    };
    if let Some(end) = found.stays_until {
        answers.keep(&question, &answer, now(), end);
    }
    answered(&caller, answer).await
}

async fn answered(caller: &Caller, answer: Answer) -> HttpResponse {
    let known = HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .content_type(answer.content_type)
        .body(answer.body);
    caller.with_cors(Some(&answer.client_id), known).await
}

async fn finish(caller: &Caller, found: &Userinfo) -> Result<Body, Error> {
    let signed = caller.signed(|realm| found.sign(realm)).await?;
    let keys = caller.fetched(found.keys_wanted()).await;
    signed.encrypt(keys.as_ref())
}

/// RFC 6750 §3: the refusal is a challenge.
fn challenge(caller: &Caller, status: u16, denied: Option<&OAuthError>) -> HttpResponse {
    let mut text = format!(
        "Bearer realm=\"{}\"",
        caller.realm.name.replace(['"', '\\'], "")
    );
    if let Some(denied) = denied {
        text.push_str(&format!(
            ", error=\"{}\", error_description=\"{}\"",
            denied.code, denied.description
        ));
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    protocol::no_store(&mut HttpResponseBuilder::new(status))
        .insert_header((header::WWW_AUTHENTICATE, text))
        .content_type("text/plain")
        .finish()
}
