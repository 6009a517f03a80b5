//! What a provider issued for a user, for applications that may read it.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::upstream_token::UpstreamToken;
use cloakroom_web::App;
use serde_json::json;

use crate::routes::protocol::{self, Caller};

/// `GET /realms/{realm}/broker/{alias}/token`.
pub(super) async fn show(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let refused = |mut answer: actix_web::HttpResponseBuilder, error: &str| {
        protocol::no_store(&mut answer).json(json!({ "error": error }))
    };
    let unknown = alias.len() > 255 || alias.contains(char::is_control);
    let Some(token) = caller.bearer().filter(|_| !unknown).map(str::to_owned) else {
        return refused(HttpResponse::Unauthorized(), "invalid_token");
    };
    let provider = caller.app.provider.clone();
    let look = move |cx: &mut Cx<'_>| provider.upstream_token(cx, &token, &alias);
    match caller.app.enter(&caller.realm, Door::Read, look).await {
        Ok(UpstreamToken::Kept(kept)) => protocol::no_store(&mut HttpResponse::Ok())
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(kept.expose().to_owned()),
        Ok(UpstreamToken::Unauthorized) => refused(HttpResponse::Unauthorized(), "invalid_token"),
        Ok(UpstreamToken::Forbidden) => refused(HttpResponse::Forbidden(), "access_denied"),
        Ok(UpstreamToken::Nothing) => refused(HttpResponse::NotFound(), "not_linked"),
        Err(error) => protocol::error_answer(&error),
    }
}
