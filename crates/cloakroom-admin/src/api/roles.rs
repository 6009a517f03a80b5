//! Roles of the realm and of clients, and what they are composed of.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Bytes, ServiceConfig};
use cloakroom_keycloak::blueprint;
use cloakroom_keycloak::{read, role as shape};
use cloakroom_model::id::RoleId;
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, user};
use serde_json::Value;

use super::clients::found as client_found;
use super::role_mappings::any_named;
use super::{Answer, Names, Params, no_content, page};
use crate::access::{Admin, encode};
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for base in [
        "/admin/realms/{realm}/roles",
        "/admin/realms/{realm}/clients/{client}/roles",
    ] {
        let all = web::resource(base)
            .route(web::get().to(list))
            .route(web::post().to(create));
        cfg.service(all);
        configure_one(cfg, &format!("{base}/{{role}}"));
        cfg.route(&format!("{base}/{{role}}/users"), web::get().to(users));
    }
    configure_one(cfg, "/admin/realms/{realm}/roles-by-id/{role_id}");
}

fn configure_one(cfg: &mut ServiceConfig, base: &str) {
    let one = web::resource(base)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let inside = web::resource(format!("{base}/composites"))
        .route(web::get().to(composites))
        .route(web::post().to(|admin, path, body| compose(admin, path, body, true)))
        .route(web::delete().to(|admin, path, body| compose(admin, path, body, false)));
    cfg.service(one).service(inside);
}

/// Who may change roles: of clients, of the realm.
fn check(admin: &Admin, path: &Names, changes: bool) -> Result<()> {
    let of_client = path.contains_key("client");
    match (of_client, changes) {
        (true, true) => admin.check(&["manage-clients"]),
        (true, false) => admin.check(&["view-clients", "manage-clients"]),
        (false, true) => admin.check(&["manage-realm"]),
        (false, false) => admin.check(&["view-realm", "manage-realm"]),
    }
}

fn container(cx: &mut Cx<'_>, path: &Names) -> Result<String> {
    match path.get("client") {
        Some(id) => Ok(client_found(cx, id)?.id.as_str().to_owned()),
        None => Ok(cx.realm.id.as_str().to_owned()),
    }
}

fn found(cx: &mut Cx<'_>, path: &Names) -> Result<Role> {
    if let Some(id) = path.get("role_id") {
        let found = role::find(cx, &RoleId::new(id.clone()))?;
        return found.ok_or_else(|| AdminError::error(404, "Could not find role with id"));
    }
    let container = container(cx, path)?;
    let name = path.get("role").map(String::as_str).unwrap_or_default();
    let found = role::find_named(cx, &container, name)?;
    found.ok_or_else(|| AdminError::error(404, "Could not find role"))
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    check(&admin, &path, false)?;
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let in_full = params
        .get("briefRepresentation")
        .is_some_and(|on| on == "false");
    let body = admin
        .read(move |cx| {
            let container = container(cx, &path)?;
            let search = params.get("search").map(String::as_str);
            let all = role::list(cx, &container, search, first, max)?;
            let graph = role::graph(cx)?;
            let show = |role: &Role| {
                let composite = graph.is_composite(&role.id);
                if in_full {
                    shape::show(role, composite)
                } else {
                    shape::show_briefly(role, composite)
                }
            };
            Ok(all.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    check(&admin, &path, true)?;
    let sent = read::object(&body, "RoleRepresentation", shape::FIELDS)?;
    let name = read::text(&sent, "name")?;
    let name = name
        .ok_or_else(|| AdminError::error(400, "role has no name"))?
        .to_owned();
    let actor = admin.actor.clone();
    let (place, of_client) = match path.get("client") {
        Some(id) => (format!("clients/{}/roles", encode(id)), true),
        None => ("roles".to_owned(), false),
    };
    let at = place.clone();
    admin
        .write(move |cx| {
            let container_id = container(cx, &path)?;
            let given = read::text(&sent, "id")?.map(str::to_owned);
            let mut role = Role {
                id: RoleId::new(given.unwrap_or_else(|| cx.new_id())),
                container_id,
                client_role: of_client,
                name: String::new(),
                description: None,
                attributes: BTreeMap::new(),
            };
            shape::apply(&mut role, &sent)?;
            if !role::insert(cx, &role)? {
                let why = format!("Role with name {} already exists", role.name);
                return Err(AdminError::message(409, why));
            }
            let kind = if of_client {
                "CLIENT_ROLE"
            } else {
                "REALM_ROLE"
            };
            audit::record(
                cx,
                &actor,
                audit::CREATE,
                kind,
                format!("{place}/{}", role.name),
            )?;
            Ok(())
        })
        .await?;
    let (base, realm) = (&admin.app.base_url, encode(&admin.realm.name));
    let at = format!("{base}/admin/realms/{realm}/{at}/{}", encode(&name));
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish())
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    check(&admin, &path, false)?;
    let body = admin
        .read(move |cx| {
            let role = found(cx, &path)?;
            let composite = role::graph(cx)?.is_composite(&role.id);
            Ok(shape::show(&role, composite))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    check(&admin, &path, true)?;
    let sent = read::object(&body, "RoleRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut role = found(cx, &path)?;
            check_kind(cx, &role, &path)?;
            let before = role.name.clone();
            shape::apply(&mut role, &sent)?;
            let renamed = role.name != before;
            if renamed && role::find_named(cx, &role.container_id, &role.name)?.is_some() {
                let why = format!("Role with name {} already exists", role.name);
                return Err(AdminError::message(409, why));
            }
            role::update(cx, &role)?;
            audit::record(
                cx,
                &actor,
                audit::UPDATE,
                kind(&role),
                format!("roles/{}", role.name),
            )?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

fn kind(role: &Role) -> &'static str {
    if role.client_role {
        "CLIENT_ROLE"
    } else {
        "REALM_ROLE"
    }
}

/// The roles that management rests on cannot be changed, or rights would follow their names.
fn check_kind(cx: &mut Cx<'_>, role: &Role, _: &Names) -> Result<()> {
    if !role.client_role {
        let is_ours = cx.realm.name == blueprint::MASTER
            && ["admin", "create-realm"].contains(&role.name.as_str());
        return if is_ours {
            Err(AdminError::forbidden())
        } else {
            Ok(())
        };
    }
    let owner = client_found(cx, &role.container_id)?.client_id;
    let is_master = cx.realm.name == blueprint::MASTER;
    if owner == "realm-management" || (is_master && owner.ends_with("-realm")) {
        return Err(AdminError::forbidden());
    }
    Ok(())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    check(&admin, &path, true)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let role = found(cx, &path)?;
            if blueprint::default_role(&cx.realm.settings).as_ref() == Some(&role.id) {
                let name = &role.name;
                let why = format!("{name} is default role of the realm and cannot be removed.");
                return Err(AdminError::message(400, why));
            }
            check_kind(cx, &role, &path)?;
            role::remove(cx, &role.id)?;
            audit::record(
                cx,
                &actor,
                audit::DELETE,
                kind(&role),
                format!("roles/{}", role.name),
            )?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn composites(admin: Admin, path: Names) -> Answer {
    check(&admin, &path, false)?;
    let body = admin
        .read(move |cx| {
            let role = found(cx, &path)?;
            let inside = role::composites(cx, &role.id)?;
            let graph = role::graph(cx)?;
            let show = |role: &Role| shape::show_briefly(role, graph.is_composite(&role.id));
            Ok(inside.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn compose(admin: Admin, path: Names, body: Bytes, add: bool) -> Answer {
    check(&admin, &path, true)?;
    let sent = read::list(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let role = found(cx, &path)?;
            check_kind(cx, &role, &path)?;
            for child in any_named(cx, &sent, &grants)? {
                if add {
                    role::add_composite(cx, &role.id, &child.id)?;
                } else {
                    role::remove_composite(cx, &role.id, &child.id)?;
                }
            }
            let operation = if add { audit::CREATE } else { audit::DELETE };
            let path = format!("roles/{}/composites", role.name);
            audit::record(cx, &actor, operation, kind(&role), path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn users(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(super::users::VIEW)?;
    let (first, max) = page(&params, 100)?;
    let all = admin
        .read(move |cx| {
            let role = found(cx, &path)?;
            Ok(user::list_with_role(cx, &role.id, first, max)?)
        })
        .await?;
    let shown: Vec<Value> = all.iter().map(cloakroom_keycloak::user::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}
