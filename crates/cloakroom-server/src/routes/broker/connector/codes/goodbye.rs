//! A provider says that a session there is over (OpenID Connect Back-Channel Logout 1.0 §2.5).

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::Upstream;
use cloakroom_login::sign_on;
use cloakroom_model::session::{self, upstream};
use cloakroom_model::{Cx, Door, Fault, Timestamp, Ttl, identity_provider, replay};
use cloakroom_web::App;
use serde_json::{Map, Value, json};

use super::tokens::{self, OwnKeys};
use crate::routes::protocol::{self, Caller};

/// No realm has as many providers of one issuer.
const MOST: usize = 8;

/// Keycloak's address for all providers of a realm: the token's issuer says which one it is.
pub(crate) async fn backchannel(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let form = protocol::form(&request, &body).unwrap_or_default();
    let Some(token) = form.get("logout_token").map(str::to_owned) else {
        return refused("Missing parameter: logout_token");
    };
    let issuer = tokens::claimed_issuer(&token).unwrap_or_default();
    let look = move |cx: &mut Cx<'_>| of_issuer(cx, &issuer);
    let providers = match caller.app.enter(&caller.realm, Door::Read, look).await {
        Ok(providers) => providers,
        Err(fault) => return protocol::fault_answer(&fault),
    };
    let own = match OwnKeys::of(&caller.realm) {
        Ok(own) => own,
        Err(fault) => return protocol::fault_answer(&fault),
    };
    let app = &caller.app;
    for provider in providers {
        let said = app
            .federation
            .say_goodbye(&provider, &token, &own, &*app.outbound);
        let Ok(claims) = said.await else { continue };
        let (alias, ip) = (provider.provider.alias, caller.ip.clone());
        let end = move |cx: &mut Cx<'_>| end(cx, &alias, &claims, &ip);
        return match app.enter(&caller.realm, Door::Write, end).await {
            Ok(true) => protocol::no_store(&mut HttpResponse::Ok()).finish(),
            Ok(false) => refused("The logout token was used before"),
            Err(fault) => protocol::fault_answer(&fault),
        };
    }
    refused("The logout token is not valid")
}

fn refused(why: &str) -> HttpResponse {
    let answer = json!({"error": "invalid_request", "error_description": why});
    protocol::no_store(&mut HttpResponse::BadRequest()).json(answer)
}

fn of_issuer(cx: &mut Cx<'_>, issuer: &str) -> Result<Vec<Upstream>, Fault> {
    let all = identity_provider::list(cx)?.into_iter();
    let of_issuer = all
        .filter(|provider| provider.enabled)
        .filter_map(Upstream::of)
        .filter(|upstream| upstream.is_openid() && upstream.issuers().contains(&issuer));
    Ok(of_issuer.take(MOST).collect())
}

/// Ends the sessions that came from the one that is over; false if the token came before.
fn end(cx: &mut Cx<'_>, alias: &str, claims: &Map<String, Value>, ip: &str) -> Result<bool, Fault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let until = claims.get("exp").and_then(Value::as_i64);
    let until = until.map_or(cx.now.plus(Ttl::seconds(600)), |end| {
        Timestamp::from_seconds(end.saturating_add(120))
    });
    let name = format!("{alias} {}", text("jti").unwrap_or_default());
    if !replay::spend(cx, replay::Kind::UpstreamLogout, &name, until)? {
        return Ok(false);
    }
    for id in upstream::list_from(cx, alias, text("sub"), text("sid"))? {
        if let Some(session) = session::find(cx, &id, false)? {
            // The provider knows, because it was over there first.
            upstream::forget(cx, &session.id)?;
            sign_on::end(cx, &session, None, ip)?;
        }
    }
    Ok(true)
}
