//! `/admin/realms/{realm}/users/{user}/role-mappings`: what a user was given directly.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use cloakroom_keycloak::{read, role as shape};
use cloakroom_model::id::{ClientUuid, RoleId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, client, user};
use serde_json::{Map, Value, json};

use super::users::{MANAGE, VIEW, found};
use super::{Answer, Names, no_content};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::{AdminError, Result};

/// Which roles of a container are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Direct,
    Available,
    Effective,
}

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}/role-mappings";
    cfg.route(user, web::get().to(all));
    for (place, of_client) in [("realm", false), ("clients/{client}", true)] {
        let base = format!("{user}/{place}");
        let parts = [
            ("", Part::Direct),
            ("/available", Part::Available),
            ("/composite", Part::Effective),
        ];
        for (end, part) in parts {
            let get = web::get().to(move |admin, path| list(admin, path, of_client, part));
            let mut resource = web::resource(format!("{base}{end}")).route(get);
            if part == Part::Direct {
                let add = move |admin, path, body| change(admin, path, body, of_client, true);
                let take = move |admin, path, body| change(admin, path, body, of_client, false);
                resource = resource
                    .route(web::post().to(add))
                    .route(web::delete().to(take));
            }
            cfg.service(resource);
        }
    }
}

/// The container that the path names: a client, or the realm.
fn container(cx: &mut Cx<'_>, path: &Names, of_client: bool) -> Result<String> {
    if !of_client {
        return Ok(cx.realm.id.as_str().to_owned());
    }
    let id = path.get("client").cloned().unwrap_or_default();
    match client::find_by_id(cx, &ClientUuid::new(id))? {
        Some(client) => Ok(client.id.as_str().to_owned()),
        None => Err(AdminError::error(404, "Client not found")),
    }
}

fn name<'a>(path: &'a Names, part: &str) -> &'a str {
    path.get(part).map(String::as_str).unwrap_or_default()
}

async fn all(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| {
            let user = found(cx, name(&path, "user"))?;
            let direct = user::direct_roles(cx, &user.id)?;
            let roles = role::list_of(cx, &direct)?;
            mappings(cx, &roles)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Roles by the realm and by client.
pub(crate) fn mappings(cx: &mut Cx<'_>, roles: &[Role]) -> Result<Value> {
    let graph = role::graph(cx)?;
    let mut body = Map::new();
    let (of_clients, of_realm): (Vec<&Role>, Vec<&Role>) =
        roles.iter().partition(|role| role.client_role);
    let show = |role: &Role| shape::show_briefly(role, graph.is_composite(&role.id));
    if !of_realm.is_empty() {
        let shown: Vec<Value> = of_realm.into_iter().map(show).collect();
        body.insert("realmMappings".to_owned(), json!(shown));
    }
    let mut clients: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for role in of_clients {
        clients
            .entry(role.container_id.clone())
            .or_default()
            .push(show(role));
    }
    let mut shown = Map::new();
    for (id, roles) in clients {
        let Some(client) = client::find_by_id(cx, &ClientUuid::new(id.clone()))? else {
            continue;
        };
        let of_client = json!({"id": id, "client": client.client_id, "mappings": roles});
        shown.insert(client.client_id.clone(), of_client);
    }
    if !shown.is_empty() {
        body.insert("clientMappings".to_owned(), Value::Object(shown));
    }
    Ok(Value::Object(body))
}

async fn list(admin: Admin, path: Names, of_client: bool, part: Part) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| {
            let user = found(cx, name(&path, "user"))?;
            let container = container(cx, &path, of_client)?;
            let direct: BTreeSet<RoleId> = user::direct_roles(cx, &user.id)?.into_iter().collect();
            let held = match part {
                Part::Effective => user::effective_roles(cx, &user.id)?,
                Part::Direct | Part::Available => direct,
            };
            let graph = role::graph(cx)?;
            let all = role::list(cx, &container, None, 0, i64::from(i32::MAX))?;
            let wanted = |role: &&Role| held.contains(&role.id) == (part != Part::Available);
            let show = |role: &Role| shape::show_briefly(role, graph.is_composite(&role.id));
            Ok(all.iter().filter(wanted).map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn change(admin: Admin, path: Names, body: Bytes, of_client: bool, add: bool) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::list(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found(cx, name(&path, "user"))?;
            let container = container(cx, &path, of_client)?;
            let roles = named(cx, &container, &sent)?;
            for role in roles {
                if add {
                    grants.check(cx, &role.id).map_err(AdminError::undoing)?;
                    user::grant_role(cx, &user.id, &role.id)?;
                } else {
                    user::revoke_role(cx, &user.id, &role.id)?;
                }
            }
            let kind = if of_client {
                "CLIENT_ROLE_MAPPING"
            } else {
                "REALM_ROLE_MAPPING"
            };
            let operation = if add { audit::CREATE } else { audit::DELETE };
            let path = format!("users/{}/role-mappings", user.id);
            audit::record(cx, &actor, operation, kind, path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The roles of a container that were sent, each by its id or its name.
fn named(cx: &mut Cx<'_>, container: &str, sent: &[read::Object]) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for one in sent {
        let role = match read::text(one, "id")? {
            Some(id) => role::find(cx, &RoleId::new(id))?,
            None => {
                let name = read::text(one, "name")?.unwrap_or_default();
                role::find_named(cx, container, name)?
            }
        };
        let role = role.filter(|role| role.container_id == container);
        roles.push(role.ok_or_else(|| AdminError::error(404, "Role not found"))?);
    }
    Ok(roles)
}

/// The roles that were sent, of whatever container; what the caller may not hand on is refused.
pub(crate) fn any_named(
    cx: &mut Cx<'_>,
    sent: &[read::Object],
    grants: &Grants,
) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for one in sent {
        let id = read::text(one, "id")?.unwrap_or_default();
        let role = role::find(cx, &RoleId::new(id))?;
        let role = role.ok_or_else(|| AdminError::error(404, "Could not find composite role"))?;
        grants.check(cx, &role.id)?;
        roles.push(role);
    }
    Ok(roles)
}
