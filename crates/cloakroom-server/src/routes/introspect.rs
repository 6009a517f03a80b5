//! The introspection endpoint: HTTP on this side, `Provider::introspect` on the other.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::client_auth::ProvenClient;
use cloakroom_oidc::introspect::Accept;
use cloakroom_oidc::userinfo::Body;
use cloakroom_oidc::{Error, Form};
use cloakroom_web::App;
use cloakroom_web::answers::Answer;
use cloakroom_web::app::now;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::claim::counted;
use super::protocol::{self, Caller};

/// The path of the introspection endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/token/introspect").route(web::post().to(introspect)));
}

async fn introspect(
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
    let client = match prove(&caller, &form).await {
        Ok(client) => client,
        Err(error) => return protocol::error_answer(&error),
    };
    let (accept, accept_name) = accepted(&request);
    let answers = Arc::clone(&caller.app.answers);
    let token = form.get("token").unwrap_or_default();
    let base = caller.app.provider.base_url(&caller.realm);
    // The hint chooses between two answers about the same token.
    let hint = form.get("token_type_hint").unwrap_or_default();
    let id = client.id.as_str();
    let parts = ["introspect", base, accept_name, id, hint, token];
    let question = answers.question(&caller.realm, &parts);
    if let Some(known) = answers.find(&question, now()) {
        return answered(known);
    }
    let provider = Arc::clone(&caller.app.provider);
    let client_id = client.client_id.clone();
    let work = move |cx: &mut Cx<'_>| provider.introspect(cx, &client, &form, accept);
    let found = match caller.app.enter(&caller.realm, Door::Read, work).await {
        Ok(found) => found,
        Err(error) => return protocol::error_answer(&error),
    };
    let (content_type, body) = match caller.signed(|realm| found.sign(realm)).await {
        Ok(Body::Json(found)) => ("application/json", found.to_string()),
        Ok(Body::Jwt(found)) => (SIGNED, found),
        Err(error) => return protocol::error_answer(&error),
    };
    let answer = Answer {
        body: body.into(),
        content_type,
        client_id,
    };
    if let Some(end) = found.stays_until {
        answers.keep(&question, &answer, now(), end);
    }
    answered(answer)
}

/// A secret is compared in memory. An assertion is spent, which only a write can do.
async fn prove(caller: &Caller, form: &Form) -> Result<ProvenClient, Error> {
    let door = match form.has("client_assertion") {
        true => Door::Write,
        false => Door::Memory,
    };
    let claim = caller.claim(form).await?;
    let (key, provider) = (claim.key, Arc::clone(&caller.app.provider));
    let form = form.clone();
    let work = move |cx: &mut Cx<'_>| provider.prove_inspector(cx, &claim.credentials, &form);
    counted(
        &caller.app,
        key,
        caller.app.enter(&caller.realm, door, work).await,
    )
}

fn answered(answer: Answer) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .content_type(answer.content_type)
        .body(answer.body)
}

/// The media type of a signed answer (RFC 9701 §5).
const SIGNED: &str = "application/token-introspection+jwt";

/// The form of the answer, and a name for it.
fn accepted(request: &HttpRequest) -> (Accept, &'static str) {
    let header = request.headers().get(header::ACCEPT);
    match header.and_then(|value| value.to_str().ok()) {
        Some("application/jwt") => (Accept::Jwt, "jwt"),
        Some(SIGNED) => (Accept::Signed, "signed"),
        _ => (Accept::Json, "json"),
    }
}
