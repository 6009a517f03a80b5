//! What the lists of the console say beyond Keycloak's calls: how much clients are used, and who is in a group or below it.

use actix_web::HttpResponse;
use cloakroom_model::id::{ClientUuid, GroupId};
use cloakroom_model::{client_use, group, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Map, Value, json};

use crate::access::Admin;
use crate::api::users::VIEW;
use crate::api::users::find::show_all;
use crate::api::{Answer, Names, Params, USUAL, page};
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext";
    cfg.route(&format!("{at}/client-uses"), web::get().to(of_clients));
    let members = format!("{at}/groups/{{group}}/all-members");
    cfg.route(&members, web::get().to(all_members));
}

/// More ids than this are not looked up in one call.
const MOST: usize = 200;

/// When these clients last took tokens, in milliseconds since 1970, and how often in seven days.
async fn of_clients(admin: Admin, params: Params) -> Answer {
    admin.check(&["view-clients", "manage-clients"])?;
    let ids = params.get("ids").map(String::as_str).unwrap_or_default();
    let ids: Vec<ClientUuid> = ids
        .split(',')
        .filter(|id| !id.is_empty())
        .take(MOST)
        .map(ClientUuid::new)
        .collect();
    let uses = admin
        .read(move |cx| Ok(client_use::find(cx, &ids)?))
        .await?;
    let show = |one: client_use::Use| json!({"last": one.last, "lately": one.lately});
    let shown: Map<String, Value> = uses
        .into_iter()
        .map(|(id, one)| (id.as_str().to_owned(), show(one)))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// The members of a group and of all groups inside it, by username, each once.
async fn all_members(admin: Admin, path: Names, params: Params) -> Answer {
    // Permissions for single groups say nothing of those inside them, so only a right over all people counts.
    admin.check(VIEW)?;
    let (first, max) = page(&params, USUAL)?;
    let shown = admin
        .read(move |cx| {
            let id = GroupId::new(path.part("group"));
            let found = group::find(cx, &id)?.ok_or_else(AdminError::not_found)?;
            let people = user::list_in_group_and_below(cx, &found.id, first, max)?;
            show_all(cx, &people, true)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
