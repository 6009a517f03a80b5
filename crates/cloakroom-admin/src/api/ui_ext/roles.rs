//! The roles of clients that something has, gets, or could be given.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use cloakroom_model::id::{ClientUuid, GroupId, RoleId, ScopeId, UserId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, client, group, user};
use serde_json::{Value, json};

use super::part;
use crate::access::Admin;
use crate::api::{Answer, Names, Params, page};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    for (path, is_effective) in [("effective-roles", true), ("available-roles", false)] {
        let path = format!("/admin/realms/{{realm}}/ui-ext/{path}/{{type}}/{{id}}");
        let list = move |admin, names, params| list(admin, names, params, is_effective);
        cfg.route(&path, web::get().to(list));
    }
}

/// What the console asks about, and the rights that it takes.
fn rights(kind: &str) -> Result<&'static [&'static str]> {
    match kind {
        "users" | "groups" => Ok(&["view-users", "manage-users"]),
        "clients" | "clientScopes" => Ok(&["view-clients", "manage-clients"]),
        "roles" => Ok(&[
            "view-realm",
            "manage-realm",
            "view-clients",
            "manage-clients",
        ]),
        _ => Err(AdminError::not_found()),
    }
}

/// The roles that were given directly.
fn direct(cx: &mut Cx<'_>, kind: &str, id: &str) -> Result<Vec<RoleId>> {
    let none = |text| AdminError::error(404, text);
    match kind {
        "users" => {
            let found = user::find(cx, &UserId::new(id))?;
            let user = found.ok_or_else(|| none("User not found"))?;
            Ok(user::direct_roles(cx, &user.id)?)
        }
        "groups" => {
            let found = group::find(cx, &GroupId::new(id))?;
            let group = found.ok_or_else(|| none("Could not find group by id"))?;
            Ok(group::roles(cx, &group.id)?)
        }
        "clients" => {
            let found = client::find_by_id(cx, &ClientUuid::new(id))?;
            let client = found.ok_or_else(|| none("Could not find client"))?;
            Ok(role::scope_mappings(cx, client.id.as_str())?)
        }
        "clientScopes" => {
            let scope = cx.realm.scope(&ScopeId::new(id));
            let scope = scope.ok_or_else(|| none("Could not find client scope"))?;
            Ok(role::scope_mappings(cx, scope.id.as_str())?)
        }
        _ => {
            let found = role::find(cx, &RoleId::new(id))?;
            let role = found.ok_or_else(|| none("Could not find role"))?;
            let inside = role::composites(cx, &role.id)?;
            Ok(inside.into_iter().map(|role| role.id).collect())
        }
    }
}

async fn list(admin: Admin, names: Names, params: Params, is_effective: bool) -> Answer {
    let kind = names.get("type").cloned().unwrap_or_default();
    admin.check(rights(&kind)?)?;
    let id = names.get("id").cloned().unwrap_or_default();
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let shown = admin
        .read(move |cx| {
            let direct = direct(cx, &kind, &id)?;
            let graph = role::graph(cx)?;
            let held: BTreeSet<RoleId> = match kind.as_str() {
                "users" if is_effective => user::effective_roles(cx, &UserId::new(id.clone()))?,
                _ if is_effective => graph.expand(direct),
                _ => direct.into_iter().collect(),
            };
            // A client's own roles are in its tokens without being mapped, and a role is in itself.
            let is_own = |role: &Role| role.container_id == id || role.id.as_str() == id;
            let is_wanted = |role: &&Role| {
                let is_held = held.contains(&role.id);
                role.client_role && is_held == is_effective && (is_effective || !is_own(role))
            };
            let all = graph.all().filter(is_wanted).cloned().collect();
            show(cx, all, search.as_deref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(part(shown, first, max)))
}

/// By client and name, narrowed by a part of either.
fn show(cx: &mut Cx<'_>, roles: Vec<Role>, search: Option<&str>) -> Result<Vec<Value>> {
    let mut shown = Vec::new();
    for role in roles {
        let owner = ClientUuid::new(role.container_id.clone());
        let Some(owner) = client::find_by_id(cx, &owner)? else {
            continue;
        };
        let has = |text: &str| search.is_none_or(|part| text.to_lowercase().contains(part));
        if has(&role.name) || has(&owner.client_id) {
            let mut one = json!({
                "id": role.id,
                "role": role.name,
                "client": owner.client_id,
                "clientId": owner.id,
            });
            if let Some(description) = &role.description {
                cloakroom_keycloak::read::set(&mut one, "description", json!(description));
            }
            shown.push((owner.client_id.clone(), role.name, one));
        }
    }
    shown.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    Ok(shown.into_iter().map(|(_, _, one)| one).collect())
}
