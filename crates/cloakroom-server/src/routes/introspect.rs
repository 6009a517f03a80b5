//! The introspection endpoint: HTTP on this side, `Provider::introspect` on the other.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::introspect::Accept;
use cloakroom_oidc::userinfo::Body;
use cloakroom_web::App;

use super::protocol::{self, Caller};

/// The path of the introspection endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/token/introspect")
            .route(web::post().to(introspect))
            .default_service(web::to(protocol::method_not_allowed)),
    );
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
    // An assertion is spent, which only a write can do.
    let door = match form.has("client_assertion") {
        true => Door::Write,
        false => Door::Read,
    };
    let credentials = caller.credentials(&form).await;
    let (provider, accept) = (Arc::clone(&caller.app.provider), accepted(&request));
    let work = move |cx: &mut Cx<'_>| provider.introspect(cx, &credentials, &form, accept);
    let found = match caller.app.enter(&caller.realm, door, work).await {
        Ok(found) => found,
        Err(error) => return protocol::error_answer(&error),
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-cache"));
    match caller.signed(|realm| found.sign(realm)).await {
        Ok(Body::Json(found)) => answer.json(found),
        Ok(Body::Jwt(found)) => answer.content_type(SIGNED).body(found),
        Err(error) => protocol::error_answer(&error),
    }
}

/// The media type of a signed answer (RFC 9701 §5).
const SIGNED: &str = "application/token-introspection+jwt";

fn accepted(request: &HttpRequest) -> Accept {
    let header = request.headers().get(header::ACCEPT);
    match header.and_then(|value| value.to_str().ok()) {
        Some("application/jwt") => Accept::Jwt,
        Some(SIGNED) => Accept::Signed,
        _ => Accept::Json,
    }
}
