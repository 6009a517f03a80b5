//! The revocation endpoint: HTTP on this side, `Provider::revoke` on the other.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_web::App;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::claim::counted;
use super::protocol::{self, Caller};

/// The path of the revocation endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/revoke")
            .route(web::post().to(revoke))
            .route(web::method(actix_web::http::Method::OPTIONS).to(preflight)),
    );
}

async fn preflight(request: HttpRequest) -> HttpResponse {
    protocol::preflight(&request, "POST, OPTIONS")
}

async fn revoke(
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
    let claim = match caller.claim(&form).await {
        Ok(claim) => claim,
        Err(error) => return protocol::error_answer(&error),
    };
    let (key, client_id) = (claim.key, claim.client_id);
    let (provider, ip) = (Arc::clone(&caller.app.provider), caller.ip.clone());
    let work = move |cx: &mut Cx<'_>| provider.revoke(cx, &claim.credentials, &form, &ip);
    let done = caller.app.enter(&caller.realm, Door::Write, work).await;
    let answer = match counted(&caller.app, key, done) {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(error) => protocol::error_answer(&error),
    };
    caller.with_cors(client_id.as_deref(), answer).await
}
