//! The endpoint for pushed authorization requests: HTTP on this side, `Provider::push` on the other.

use std::sync::Arc;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_web::App;
use cloakroom_web::possession;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::claim::counted;
use super::protocol::{self, Caller};
use super::request_object;

/// The path of the endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/ext/par/request").route(web::post().to(push)));
}

async fn push(
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
    let fetched = match request_object::fetch(&caller.app, &caller.realm, &form).await {
        Ok(fetched) => fetched,
        Err(error) => return protocol::error_answer(&error),
    };
    let (key, client_id) = (claim.key, claim.client_id);
    let proof = possession::proof(&caller.app, &request, None);
    let provider = Arc::clone(&caller.app.provider);
    let work = move |cx: &mut Cx<'_>| {
        let shown = (&claim.credentials, &proof);
        provider.push(cx, shown, &form, &fetched)
    };
    let done = caller.app.enter(&caller.realm, Door::Write, work).await;
    let answer = match counted(&caller.app, key, done) {
        Ok(reference) => HttpResponse::Created()
            .insert_header((CACHE_CONTROL, "no-cache, no-store"))
            .json(reference),
        Err(error) => protocol::error_answer(&error),
    };
    caller.with_cors(client_id.as_deref(), answer).await
}
