//! What a provider issued for a user, for applications that may read it.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::id::UserId;
use cloakroom_model::user::identity;
use cloakroom_model::{Cx, Door, Fault, Secret};
use cloakroom_oidc::upstream_token::UpstreamToken;
use cloakroom_web::App;
use cloakroom_web::possession;
use serde_json::{Value, json};

use super::{connector, find};
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
    let shown = possession::presented(&caller.app, &request);
    let Some(shown) = shown.filter(|_| !unknown) else {
        return refused(HttpResponse::Unauthorized(), "invalid_token");
    };
    let provider = caller.app.provider.clone();
    let (name, asked) = (alias.clone(), shown.clone());
    let look = move |cx: &mut Cx<'_>| provider.upstream_token(cx, &asked, &name);
    let mut found = caller.app.enter(&caller.realm, Door::Read, look).await;
    if found.is_ok()
        && let Err(error) = possession::spend(&caller.app, &caller.realm, &shown).await
    {
        found = Err(error);
    }
    match found {
        Ok(UpstreamToken::Kept(kept, user)) => {
            match renewed(&caller, &alias, (&kept, user)).await {
                Ok(renewed) => protocol::no_store(&mut HttpResponse::Ok())
                    .insert_header((CONTENT_TYPE, "application/json"))
                    .body(renewed.unwrap_or(kept).expose().to_owned()),
                // The person has to come through the provider once more.
                Err(Stale::Refused) => refused(HttpResponse::BadRequest(), "invalid_grant"),
                Err(Stale::Unreached) => {
                    refused(HttpResponse::BadGateway(), "temporarily_unavailable")
                }
                Err(Stale::Fault(fault)) => protocol::fault_answer(&fault),
            }
        }
        Ok(UpstreamToken::Unauthorized) => refused(HttpResponse::Unauthorized(), "invalid_token"),
        Ok(UpstreamToken::Forbidden) => refused(HttpResponse::Forbidden(), "access_denied"),
        Ok(UpstreamToken::Nothing) => refused(HttpResponse::NotFound(), "not_linked"),
        Err(error) => protocol::resource_answer(&error),
    }
}

/// Why there is no token that counts.
enum Stale {
    /// The provider gives no newer one.
    Refused,
    /// The provider is not reached.
    Unreached,
    Fault(Fault),
}

/// Newer tokens from the provider, where those that are kept are over; they are kept in place of the others.
async fn renewed(
    caller: &Caller,
    alias: &str,
    (kept, user): (&Secret, UserId),
) -> Result<Option<Secret>, Stale> {
    // What a provider that is no OAuth 2 server issued cannot be renewed, and is no JSON.
    let Ok(kept) = serde_json::from_str::<Value>(kept.expose()) else {
        return Ok(None);
    };
    let (app, name) = (&caller.app, alias.to_owned());
    let look = move |cx: &mut Cx<'_>| Ok::<_, Fault>((find(cx, &name)?, cx.new_id()));
    let found = app.enter(&caller.realm, Door::Read, look).await;
    let (upstream, id) = found.map_err(Stale::Fault)?;
    let Some(upstream) = upstream else {
        return Ok(None);
    };
    let connector = connector::of(&upstream).map_err(Stale::Fault)?;
    let at = (&***app, &caller.realm);
    let asked = connector.renew(at, &upstream, (&kept, &id)).await;
    let tokens = match asked.map_err(Stale::Fault)? {
        Ok(Some(tokens)) => tokens.to_string(),
        Ok(None) => return Ok(None),
        Err(problem) => {
            tracing::info!(realm = %caller.realm.name, provider = alias, %problem, "kept tokens were not renewed");
            return Err(match problem.is_unreachable() {
                true => Stale::Unreached,
                false => Stale::Refused,
            });
        }
    };
    let (alias, text) = (alias.to_owned(), tokens.clone());
    let keep = move |cx: &mut Cx<'_>| identity::keep_tokens(cx, &user, &alias, &text);
    let is_linked = app.enter(&caller.realm, Door::Write, keep).await;
    match is_linked.map_err(Stale::Fault)? {
        true => Ok(Some(Secret::new(tokens))),
        // The link ended while the provider was asked.
        false => Err(Stale::Refused),
    }
}
