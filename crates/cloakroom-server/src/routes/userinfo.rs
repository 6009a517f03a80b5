//! The userinfo endpoint: HTTP on this side, `Provider::userinfo` on the other.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use cloakroom_model::{Cx, Door, Timestamp};
use cloakroom_oidc::dpop::{self, Presented};
use cloakroom_oidc::userinfo::{Body, Userinfo};
use cloakroom_oidc::{Error, OAuthError, own_token};
use cloakroom_web::App;
use cloakroom_web::answers::Answer;
use cloakroom_web::app::now;
use cloakroom_web::possession;
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
    let shown = possession::presented(&caller.app, &request);
    let shown = match (shown, form.get("access_token")) {
        (Some(shown), None) => shown,
        (None, Some(token)) => Presented::bearer(token),
        (None, None) => return challenge(&caller, 401, None),
        (Some(_), Some(_)) => {
            let text = "More than one method used for including an access token";
            let denied = OAuthError::invalid_request(text);
            return challenge(&caller, 400, Some(&denied));
        }
    };
    if shown.has_proof() {
        // What is kept is for tokens that are good by themselves: of these, each request has to be looked at.
        return match fresh(&caller, &shown).await {
            Ok((answer, _)) => answered(&caller, answer).await,
            Err(answer) => {
                let client_id = own_token::claimed_client(shown.token());
                caller.with_cors(client_id.as_deref(), answer).await
            }
        };
    }
    let answers = Arc::clone(&caller.app.answers);
    let base = caller.app.provider.base_url(&caller.realm);
    let parts = ["userinfo", base, shown.token()];
    let question = answers.question(&caller.realm, &parts);
    if let Some(known) = answers.find(&question, now()) {
        return answered(&caller, known).await;
    }
    let (answer, stays_until) = match fresh(&caller, &shown).await {
        Ok(made) => made,
        Err(answer) => return answer,
    };
    if let Some(end) = stays_until {
        answers.keep(&question, &answer, now(), end);
    }
    answered(&caller, answer).await
}

/// An answer that is made anew, and until when it stays the same; the error is already an answer.
async fn fresh(
    caller: &Caller,
    shown: &Presented,
) -> Result<(Answer, Option<Timestamp>), HttpResponse> {
    let refused = |error: Error| match error {
        Error::Denied(denied) if shown.has_proof() => challenge_of_key(&denied),
        Error::Denied(denied) => challenge(caller, denied.status, Some(&denied)),
        error @ Error::Fault(_) => protocol::error_answer(&error),
    };
    let (provider, asked) = (Arc::clone(&caller.app.provider), shown.clone());
    let work = move |cx: &mut Cx<'_>| provider.userinfo(cx, &asked);
    let found = caller.app.enter(&caller.realm, Door::Read, work).await;
    let found = found.map_err(refused)?;
    let spent = possession::spend(&caller.app, &caller.realm, shown).await;
    spent.map_err(refused)?;
    let (content_type, body) = match finish(caller, &found).await {
        Ok(Body::Json(claims)) => ("application/json", claims.to_string()),
        Ok(Body::Jwt(token)) => ("application/jwt", token),
        Err(error) => return Err(protocol::error_answer(&error)),
    };
    let answer = Answer {
        body: body.into(),
        content_type,
        client_id: found.client_id,
    };
    Ok((answer, found.stays_until))
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

/// The same for whoever has come with a proof (RFC 9449 §7.1).
fn challenge_of_key(denied: &OAuthError) -> HttpResponse {
    let status = StatusCode::from_u16(denied.status).unwrap_or(StatusCode::UNAUTHORIZED);
    protocol::no_store(&mut HttpResponseBuilder::new(status))
        .insert_header((header::WWW_AUTHENTICATE, dpop::challenge(Some(denied))))
        .content_type("text/plain")
        .finish()
}

/// RFC 6750 §3: the refusal is a challenge. Whose token takes a proof is told how to make one (RFC 9449 §7.1).
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
    let mut answer = HttpResponseBuilder::new(status);
    answer.insert_header((header::WWW_AUTHENTICATE, text));
    if denied.is_some_and(dpop::is_unproven) {
        answer.append_header((header::WWW_AUTHENTICATE, dpop::challenge(None)));
    }
    protocol::no_store(&mut answer)
        .content_type("text/plain")
        .finish()
}
