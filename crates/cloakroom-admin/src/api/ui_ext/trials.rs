//! A sign-in at an identity provider that an administrator tries, to see what it says and what becomes of that.

use actix_web::HttpResponse;
use cloakroom_model::Timestamp;
use cloakroom_model::trial::{self, Owner};
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::Answer;
use crate::api::identity_providers::found;

/// What a provider says of somebody is for whoever decides what becomes of it.
const MANAGE: &[&str] = &["manage-identity-providers"];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/provider-trials/{alias}";
    cfg.route(at, web::get().to(show));
    cfg.route(at, web::post().to(begin));
}

fn owner(admin: &Admin) -> Owner {
    Owner {
        home: admin.actor.realm.clone(),
        user: admin.actor.user.clone(),
    }
}

/// The key is for the caller's browser, as the cookie `CLOAKROOM_TRIAL` of the realm; the browser then opens
/// `/realms/{realm}/broker/{alias}/trial`.
async fn begin(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (alias, owner) = (path.into_inner().1, owner(&admin));
    let key = admin
        .write(move |cx| {
            let provider = found(cx, &alias)?;
            Ok(trial::begin(cx, &provider.id, &owner)?)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(json!({"key": key.expose()})))
}

/// The caller's own last trial: `beganAt` in milliseconds since 1970, and `outcome` once there is one.
async fn show(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (alias, owner) = (path.into_inner().1, owner(&admin));
    let last = admin
        .read(move |cx| {
            let provider = found(cx, &alias)?;
            Ok(trial::find(cx, &provider.id, &owner)?)
        })
        .await?;
    let shown = last.map_or(
        Value::Null,
        |last| json!({"beganAt": Timestamp::millis(last.began_at), "outcome": last.outcome}),
    );
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(shown))
}
