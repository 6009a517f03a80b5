//! The introspection endpoint: HTTP on this side, `Provider::introspect` on the other.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_web::App;

use super::protocol::{self, Caller};

/// The path of the introspection endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/realms/{realm}/protocol/openid-connect/token/introspect")
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
    let (provider, credentials) = (Arc::clone(&caller.app.provider), caller.credentials());
    let work = move |cx: &mut Cx<'_>| provider.introspect(cx, &credentials, &form);
    match caller.app.enter(&caller.realm, door, work).await {
        Ok(found) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .json(found),
        Err(error) => protocol::error_answer(&error),
    }
}
