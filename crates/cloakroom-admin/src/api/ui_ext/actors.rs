//! What administrators of `master` are called who did something in another realm: its trail names their ids alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::HttpResponse;
use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_model::event::admin;
use cloakroom_model::id::UserId;
use cloakroom_model::{Door, Realm, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Map, Value, json};

use crate::access::Admin;
use crate::api::users::VIEW;
use crate::api::{Answer, Params};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/ui-ext/actors", web::get().to(actors));
}

/// More events than this are not looked up in one call.
const MOST: usize = 200;

/// By the events that they left here, so that nobody learns a name who was never here: `{"id": "admin"}`. Whoever is gone
/// is left out.
async fn actors(admin: Admin, params: Params) -> Answer {
    admin.check(&["view-events", "manage-events"])?;
    let events = params.get("events").map(String::as_str).unwrap_or_default();
    let events = events.split(',').filter(|id| !id.is_empty()).take(MOST);
    let events: Vec<String> = events.map(str::to_owned).collect();
    let found = admin
        .read(move |cx| Ok(admin::actors(cx, &events)?))
        .await?;
    let Some(master) = master(&admin).await? else {
        return Ok(HttpResponse::Ok().json(json!({})));
    };
    let ids: BTreeSet<String> = found
        .into_iter()
        .filter(|auth| auth.realm_id == master.id.as_str())
        .map(|auth| auth.user_id)
        .collect();
    let shown: Map<String, Value> = names(&admin, &master, ids)
        .await?
        .into_iter()
        .map(|(id, name)| (id, json!(name)))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// What somebody of `master` is called who has left their id in this realm; nothing in `master` itself, whose people have names
/// of their own call.
pub(super) async fn name(admin: &Admin, id: &str) -> Result<Option<String>> {
    let Some(master) = master(admin).await? else {
        return Ok(None);
    };
    let found = names(admin, &master, BTreeSet::from([id.to_owned()])).await?;
    Ok(found.into_iter().next().map(|(_, name)| name))
}

/// The ids that a name may stand for in the trail: of who is called so here, where the caller may look for people, and in `master`,
/// whose administrators the trail names anyway; and the text itself, which may be an id.
pub(in crate::api) async fn meant(admin: &Admin, name: &str) -> Result<Vec<String>> {
    let here = admin.may(VIEW).then(|| Arc::clone(&admin.realm));
    let mut ids = vec![name.to_owned()];
    for realm in here.into_iter().chain(master(admin).await?) {
        let named = name.to_owned();
        let found = admin
            .app
            .enter(&realm, Door::Read, move |cx| {
                Ok::<_, AdminError>(user::find_by_username(cx, &named)?)
            })
            .await?;
        ids.extend(found.map(|one| one.id.as_str().to_owned()));
    }
    Ok(ids)
}

/// The realm `master`, if it is another than this one.
async fn master(admin: &Admin) -> Result<Option<Arc<Realm>>> {
    let master = admin.app.realm(MASTER).await?;
    Ok(master.filter(|master| master.id != admin.realm.id))
}

async fn names(
    admin: &Admin,
    master: &Arc<Realm>,
    ids: BTreeSet<String>,
) -> Result<Vec<(String, String)>> {
    let ids: Vec<UserId> = ids.into_iter().map(UserId::new).collect();
    let found = admin
        .app
        .enter(master, Door::Read, move |cx| {
            Ok::<_, AdminError>(user::usernames(cx, &ids)?)
        })
        .await?;
    let found = found.into_iter();
    Ok(found
        .map(|(id, name)| (id.as_str().to_owned(), name))
        .collect())
}
