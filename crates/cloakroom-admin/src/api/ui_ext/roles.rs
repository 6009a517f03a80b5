//! The roles of clients that something has, gets, or could be given.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::id::{ClientUuid, GroupId, RoleId, ScopeId, UserId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, client, group, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::part;
use crate::access::Admin;
use crate::api::{Answer, Names, Params, page};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    for (path, which) in [
        ("effective-roles", Which::Effective),
        ("effective-roles-all", Which::EffectiveOfAll),
        ("available-roles", Which::Available),
    ] {
        let path = format!("/admin/realms/{{realm}}/ui-ext/{path}/{{type}}/{{id}}");
        let list = move |admin, names, params| list(admin, names, params, which);
        cfg.route(&path, web::get().to(list));
    }
}

/// Which roles are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those of clients that something has in the end.
    Effective,
    /// The same, and the realm's own.
    EffectiveOfAll,
    /// Those of clients that it could be given.
    Available,
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

async fn list(admin: Admin, names: Names, params: Params, which: Which) -> Answer {
    let is_effective = which != Which::Available;
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
                if which == Which::EffectiveOfAll {
                    // A role is among those that come of it.
                    return held.contains(&role.id) || role.id.as_str() == id;
                }
                let is_held = held.contains(&role.id);
                role.client_role && is_held == is_effective && (is_effective || !is_own(role))
            };
            let all = graph.all().filter(is_wanted).cloned().collect();
            match which {
                Which::EffectiveOfAll => show_all(cx, all, search.as_deref()),
                _ => show(cx, all, search.as_deref()),
            }
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
                set(&mut one, "description", json!(description));
            }
            shown.push((owner.client_id.clone(), role.name, one));
        }
    }
    shown.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    Ok(shown.into_iter().map(|(_, _, one)| one).collect())
}

/// The realm's own first, then those of clients; each by name, narrowed by a part of either.
fn show_all(cx: &mut Cx<'_>, roles: Vec<Role>, search: Option<&str>) -> Result<Vec<Value>> {
    let mut shown = Vec::new();
    for role in roles {
        let owner = ClientUuid::new(role.container_id.clone());
        let owner = client::find_by_id(cx, &owner)?;
        let of = owner.as_ref().map(|owner| owner.client_id.clone());
        let has = |text: &str| search.is_none_or(|part| text.to_lowercase().contains(part));
        if !has(&role.name) && !of.as_deref().is_some_and(has) {
            continue;
        }
        let mut one = json!({"id": role.id, "name": role.name, "clientRole": role.client_role});
        if let Some(description) = &role.description {
            set(&mut one, "description", json!(description));
        }
        if let Some(owner) = &owner {
            set(&mut one, "client", json!(owner.client_id));
            set(&mut one, "clientId", json!(owner.id));
        }
        shown.push((of, role.name, one));
    }
    shown.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    Ok(shown.into_iter().map(|(_, _, one)| one).collect())
}
