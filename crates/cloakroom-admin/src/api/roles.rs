//! Roles of the realm and of clients, by name and by id.

mod composites;
mod holders;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::role as shape;
use cloakroom_model::authorization::delegation::{self, Kind as Of};
use cloakroom_model::id::RoleId;
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, client, realm};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::ui_ext::recycle_bin;
use super::{ALL, Answer, Names, Params, clients, is_brief, no_content, page};
use crate::access::{Admin, COMPOSED, Grants, Sway, encode};
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
        let role = format!("{base}/{{role}}");
        holders::configure(cfg, &role);
        configure_one(cfg, &role);
    }
    configure_one(cfg, "/admin/realms/{realm}/roles-by-id/{role_id}");
}

fn configure_one(cfg: &mut ServiceConfig, base: &str) {
    let one = web::resource(base)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(one);
    composites::configure(cfg, base);
}

/// Whether a caller may see, or change, the roles of the realm and those of clients.
#[derive(Clone)]
struct May {
    of_realm: bool,
    /// By a right, or of single clients.
    of_clients: Sway,
    /// What permissions have to let the caller do with a client.
    scope: &'static str,
}

impl May {
    /// Refuses the caller who may not do this with the roles of the client in the address.
    fn enter(&self, cx: &mut Cx<'_>, path: &Names) -> Result<()> {
        match path.get("client") {
            Some(id) => self.of_clients.check(cx, Of::Clients, id, self.scope),
            None => Ok(()),
        }
    }
}

/// Who may see or change roles; refuses where the address alone says that the caller may not.
fn check(admin: &Admin, path: &Names, changes: bool) -> Result<May> {
    let may = match changes {
        true => May {
            of_realm: admin.may(&["manage-realm"]),
            of_clients: admin.sway(clients::MANAGE),
            scope: "manage",
        },
        false => May {
            of_realm: admin.may(&["view-realm", "manage-realm"]),
            of_clients: admin.sway(clients::VIEW),
            scope: "view",
        },
    };
    let of_clients = may.of_clients.has_a_say();
    let enough = if path.contains_key("client") {
        of_clients
    } else if path.contains_key("role_id") {
        may.of_realm || of_clients
    } else {
        may.of_realm
    };
    if enough {
        return Ok(may);
    }
    Err(AdminError::forbidden())
}

fn container(cx: &mut Cx<'_>, path: &Names) -> Result<String> {
    match path.get("client") {
        Some(id) => Ok(clients::found(cx, id)?.id.as_str().to_owned()),
        None => Ok(cx.realm.id.as_str().to_owned()),
    }
}

/// The role that the address names, if the caller may touch roles of its kind.
fn found(cx: &mut Cx<'_>, path: &Names, may: &May) -> Result<Role> {
    may.enter(cx, path)?;
    if let Some(id) = path.get("role_id") {
        let found = role::find(cx, &RoleId::new(id.clone()))?;
        let role = found.ok_or_else(|| AdminError::error(404, "Could not find role with id"))?;
        let allowed = if role.client_role {
            let client = &role.container_id;
            may.of_clients.may(cx, Of::Clients, client, may.scope)?
        } else {
            may.of_realm
        };
        return match allowed {
            true => Ok(role),
            false => Err(AdminError::forbidden()),
        };
    }
    let container = container(cx, path)?;
    let found = role::find_named(cx, &container, path.part("role"))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find role"))
}

fn kind(role: &Role) -> &'static str {
    if role.client_role {
        "CLIENT_ROLE"
    } else {
        "REALM_ROLE"
    }
}

/// Where a role is below the realm, as the caller named it.
fn place(path: &Names, role: &Role) -> String {
    let name = &role.name;
    match (path.get("role_id"), path.get("client")) {
        (Some(id), _) => format!("roles-by-id/{id}"),
        (None, Some(client)) => format!("clients/{client}/roles/{name}"),
        (None, None) => format!("roles/{name}"),
    }
}

/// The roles that management rests on cannot be changed, or rights would follow their names.
fn check_kind(cx: &mut Cx<'_>, role: &Role) -> Result<()> {
    let is_master = cx.realm.name == MASTER;
    let is_managers = match role.client_role {
        true => {
            let owner = clients::found(cx, &role.container_id)?;
            clients::is_management(cx, &owner)
        }
        false => is_master && ["admin", "create-realm"].contains(&role.name.as_str()),
    };
    if is_managers {
        return Err(AdminError::forbidden());
    }
    Ok(())
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, false)?;
    let mut asked = page(&params, ALL)?;
    let is_searched = params
        .get("search")
        .is_some_and(|text| !text.trim().is_empty());
    // Keycloak pages through all roles only where both ends of the page are said.
    let has_page = params.contains_key("first") && params.contains_key("max");
    if !is_searched && !has_page {
        asked = (0, ALL);
    }
    let (first, max) = asked;
    let brief = is_brief(&params, true);
    let body = admin
        .read(move |cx| {
            may.enter(cx, &path)?;
            let container = container(cx, &path)?;
            let search = params.get("search").map(String::as_str);
            let all = role::list(cx, &container, search, first, max)?;
            let graph = role::graph(cx)?;
            let show = |role: &Role| match brief {
                true => shape::show_briefly(role, graph.is_composite(&role.id)),
                false => shape::show(role, graph.is_composite(&role.id)),
            };
            Ok(all.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    let may = check(&admin, &path, true)?;
    let sent = read::object(&body, "RoleRepresentation", shape::FIELDS)?;
    let name = read::text(&sent, "name")?;
    let name = name
        .ok_or_else(|| AdminError::error(400, "role has no name"))?
        .to_owned();
    let (base, realm) = (&admin.app.base_url, encode(&admin.realm.name));
    let below = match path.get("client") {
        Some(id) => format!("clients/{}/roles", encode(id)),
        None => "roles".to_owned(),
    };
    let at = match encode(&name) {
        // Keycloak's addresses do not end in a slash, not even this one.
        empty if empty.is_empty() => format!("{base}/admin/realms/{realm}/{below}"),
        name => format!("{base}/admin/realms/{realm}/{below}/{name}"),
    };
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            may.enter(cx, &path)?;
            let role = insert(cx, &path, &sent, &grants).map_err(AdminError::undoing)?;
            let place = place(&path, &role);
            audit::record_made(cx, &actor, kind(&role), &place, role.id.as_str())?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish())
}

fn insert(cx: &mut Cx<'_>, path: &Names, sent: &Object, grants: &Grants) -> Result<Role> {
    let container_id = container(cx, path)?;
    // An id that is sent counts for nothing: the same roles are sent to one realm after another.
    let mut role = Role {
        id: RoleId::new(cx.new_id()),
        container_id,
        client_role: path.contains_key("client"),
        name: String::new(),
        description: None,
        attributes: BTreeMap::new(),
    };
    shape::apply(&mut role, sent)?;
    check_kind(cx, &role)?;
    if !role::insert(cx, &role)? {
        let why = format!("Role with name {} already exists", role.name);
        return Err(AdminError::message(409, why));
    }
    for child in sent_composites(cx, sent)? {
        grants.check(cx, &child)?;
        check_composed(cx, &child, grants)?;
        role::add_composite(cx, &role.id, &child)?;
    }
    Ok(role)
}

/// Refuses a role that the caller may not compose others of.
fn check_composed(cx: &mut Cx<'_>, id: &RoleId, grants: &Grants) -> Result<()> {
    let Some(role) = role::find(cx, id)? else {
        return Ok(());
    };
    // Whoever may change roles of one sort may compose them of others, whose rights are looked at by themselves.
    let sway = grants.sway(&["manage-realm", "manage-clients"]);
    sway.check_map(cx, &role, COMPOSED)
}

/// The roles that a new one is made of, which are sent by name: `{"realm": […], "client": {…}}`. They count where the role
/// is said to be made of others; a client that is not there has none.
fn sent_composites(cx: &mut Cx<'_>, sent: &Object) -> Result<Vec<RoleId>> {
    if read::switch(sent, "composite")? != Some(true) {
        return Ok(Vec::new());
    }
    let composites: Object = read::member(sent, "composites")?.unwrap_or_default();
    let of_realm: Vec<String> = read::member(&composites, "realm")?.unwrap_or_default();
    let of_clients: BTreeMap<String, Vec<String>> =
        read::member(&composites, "client")?.unwrap_or_default();
    let mut names: Vec<(String, String)> = Vec::new();
    let realm = cx.realm.id.as_str().to_owned();
    names.extend(of_realm.into_iter().map(|name| (realm.clone(), name)));
    for (client_id, roles) in of_clients {
        let Some(owner) = client::find_id(cx, &client_id)? else {
            continue;
        };
        let owner = owner.as_str();
        names.extend(roles.into_iter().map(|name| (owner.to_owned(), name)));
    }
    let mut found = Vec::new();
    for (container, name) in names {
        let role = role::find_named(cx, &container, &name)?;
        let whose = if container == realm {
            "Realm"
        } else {
            "Client"
        };
        let missing = || format!("{whose} Role with name {name} does not exist");
        found.push(role.ok_or_else(|| AdminError::message(404, missing()))?.id);
    }
    Ok(found)
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let may = check(&admin, &path, false)?;
    let body = admin
        .read(move |cx| {
            let role = found(cx, &path, &may)?;
            let composite = role::graph(cx)?.is_composite(&role.id);
            Ok(shape::show(&role, composite))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    let may = check(&admin, &path, true)?;
    let sent = read::object(&body, "RoleRepresentation", shape::FIELDS)?;
    if read::text(&sent, "name")?.is_none() {
        return Err(AdminError::error(400, "role has no name"));
    }
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut role = found(cx, &path, &may)?;
            check_kind(cx, &role)?;
            let place = place(&path, &role);
            let before = role.name.clone();
            shape::apply(&mut role, &sent)?;
            check_kind(cx, &role)?;
            let renamed = role.name != before;
            if renamed && role::find_named(cx, &role.container_id, &role.name)?.is_some() {
                let why = "Duplicate resource error";
                return Err(AdminError::described(409, "conflict", why));
            }
            role::update(cx, &role)?;
            if blueprint::default_role(&cx.realm.settings).as_ref() == Some(&role.id) {
                name_default(cx, &role)?;
            }
            audit::record(cx, &actor, audit::UPDATE, kind(&role), place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The realm says its default role's name beside its id, and files name it by that.
fn name_default(cx: &mut Cx<'_>, role: &Role) -> Result<()> {
    let mut settings = cx.realm.settings.clone();
    let shown = settings.rest.get_mut("defaultRole");
    if let Some(shown) = shown.and_then(Value::as_object_mut) {
        shown.insert("name".to_owned(), json!(role.name));
        match &role.description {
            Some(text) => shown.insert("description".to_owned(), json!(text)),
            None => shown.remove("description"),
        };
    }
    let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
    realm::update(cx, &name, enabled, &settings)?;
    Ok(())
}

async fn remove(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, true)?;
    let actor = admin.actor.clone();
    let kept = admin
        .write(move |cx| {
            let role = found(cx, &path, &may)?;
            if blueprint::default_role(&cx.realm.settings).as_ref() == Some(&role.id) {
                let name = &role.name;
                let why = format!("{name} is default role of the realm and cannot be removed.");
                return Err(AdminError::message(400, why));
            }
            check_kind(cx, &role)?;
            let doomed = Doomed {
                kind: match role.client_role {
                    true => Kind::ClientRole,
                    false => Kind::RealmRole,
                },
                id: role.id.as_str(),
                name: &role.name,
            };
            let kept = recycle_bin::keep(cx, &actor, &params, doomed)?;
            role::remove(cx, &role.id)?;
            delegation::forget(cx, role.id.as_str())?;
            let place = place(&path, &role);
            audit::record(cx, &actor, audit::DELETE, kind(&role), place)?;
            Ok(kept)
        })
        .await?;
    Ok(recycle_bin::removed(kept))
}
