//! The roles of users and groups (`role-mappings`), and those that clients and client scopes may put
//! into tokens (`scope-mappings`): the same calls for each.

mod holder;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use cloakroom_federation::directory::assign::{self, Assignment};
use cloakroom_keycloak::{read, role as shape};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::id::{ClientUuid, RoleId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, client};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Map, Value, json};

use super::users::directory;
use super::{ALL, Answer, Names, Params, clients, is_brief, no_content, organizations, users};
use crate::access::{Admin, GIVEN, Grants, Mapping, PASSED_ON};
use crate::audit;
use crate::error::{AdminError, Result};
pub(crate) use holder::Holder;

/// Which roles of a container are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Direct,
    Available,
    Effective,
}

const HOLDERS: [&str; 6] = [
    "users/{user}/role-mappings",
    "organizations/{organization}/groups/{group}/role-mappings",
    "groups/{group}/role-mappings",
    "clients/{client}/scope-mappings",
    "client-scopes/{scope}/scope-mappings",
    "client-templates/{scope}/scope-mappings",
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for holder in HOLDERS {
        let holder = format!("/admin/realms/{{realm}}/{holder}");
        cfg.route(&holder, web::get().to(all));
        for place in ["realm", "clients/{target}"] {
            let base = format!("{holder}/{place}");
            let direct = web::resource(&base)
                .route(web::get().to(|admin, path, params| list(admin, path, params, Part::Direct)))
                .route(web::post().to(|admin, path, body| change(admin, path, body, true)))
                .route(web::delete().to(|admin, path, body| change(admin, path, body, false)));
            cfg.service(direct);
            for (end, part) in [
                ("available", Part::Available),
                ("composite", Part::Effective),
            ] {
                let get = move |admin, path, params| list(admin, path, params, part);
                cfg.route(&format!("{base}/{end}"), web::get().to(get));
            }
        }
    }
}

/// Who may look at a holder's roles, and who may change them.
fn rights(path: &Names) -> (&'static [&'static str], &'static [&'static str]) {
    if path.contains_key("organization") {
        return (organizations::VIEW, organizations::MANAGE);
    }
    if path.contains_key("user") || path.contains_key("group") {
        return (users::VIEW, users::MANAGE);
    }
    (clients::VIEW, clients::MANAGE)
}

/// Lets in who has the right, and, except to a client scope, whom permissions may let in.
fn enter(admin: &Admin, path: &Names, any_of: &[&str]) -> Result<Grants> {
    if path.contains_key("scope") {
        admin.check(any_of)?;
    } else {
        admin.check_sway(any_of)?;
    }
    Ok(admin.grants())
}

/// Refuses the caller who may not look at the roles of the holder in the address, or not change them.
fn check_holder(cx: &mut Cx<'_>, path: &Names, grants: &Grants, changes: bool) -> Result<()> {
    let (viewed, changed) = rights(path);
    let sway = grants.sway(if changes { changed } else { viewed });
    let word = |word| if changes { word } else { "view" };
    if let Some(id) = path.get("organization") {
        sway.check(cx, Of::Organizations, id, word("manage"))?;
        // What a group gives, people get.
        if changes && !grants.sway(users::MANAGE).is_full() {
            return Err(AdminError::forbidden());
        }
        Ok(())
    } else if let Some(id) = path.get("user") {
        sway.check(cx, Of::Users, id, word("map-roles"))
    } else if let Some(id) = path.get("group") {
        sway.check(cx, Of::Groups, id, word("manage"))
    } else if let Some(id) = path.get("client") {
        sway.check(cx, Of::Clients, id, word("manage"))
    } else {
        Ok(())
    }
}

/// What the holder in the address does with roles.
fn mapping(path: &Names) -> Mapping {
    match path.contains_key("user") || path.contains_key("group") {
        true => GIVEN,
        false => PASSED_ON,
    }
}

/// The container that the path names: a client, or the realm.
fn container(cx: &mut Cx<'_>, path: &Names) -> Result<String> {
    let Some(id) = path.get("target") else {
        return Ok(cx.realm.id.as_str().to_owned());
    };
    match client::find_by_id(cx, &ClientUuid::new(id.clone()))? {
        Some(client) => Ok(client.id.as_str().to_owned()),
        None if path.contains_key("user") || path.contains_key("group") => {
            Err(AdminError::error(404, "Client not found"))
        }
        None => Err(AdminError::error(404, "Could not find client")),
    }
}

async fn all(admin: Admin, path: Names) -> Answer {
    let grants = enter(&admin, &path, rights(&path).0)?;
    let body = admin
        .read(move |cx| {
            check_holder(cx, &path, &grants, false)?;
            let holder = Holder::of(cx, &path)?;
            let direct = holder.direct(cx)?;
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

async fn list(admin: Admin, path: Names, params: Params, part: Part) -> Answer {
    let grants = enter(&admin, &path, rights(&path).0)?;
    let brief = is_brief(&params, true);
    let body = admin
        .read(move |cx| {
            check_holder(cx, &path, &grants, false)?;
            let holder = Holder::of(cx, &path)?;
            let container = container(cx, &path)?;
            let held: Option<BTreeSet<RoleId>> = match part {
                Part::Effective => holder.effective(cx)?,
                Part::Direct | Part::Available => Some(holder.direct(cx)?.into_iter().collect()),
            };
            let mut roles = role::list(cx, &container, None, 0, ALL)?;
            let has = |role: &Role| held.as_ref().is_none_or(|held| held.contains(&role.id));
            roles.retain(|role| has(role) == (part != Part::Available));
            if part == Part::Available {
                roles = mappable(cx, roles, &grants, &path)?;
            }
            let graph = role::graph(cx)?;
            let show = |role: &Role| match brief {
                true => shape::show_briefly(role, graph.is_composite(&role.id)),
                false => shape::show(role, graph.is_composite(&role.id)),
            };
            Ok(roles.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The roles that the caller could give.
fn mappable(cx: &mut Cx<'_>, roles: Vec<Role>, grants: &Grants, path: &Names) -> Result<Vec<Role>> {
    let sway = grants.sway(rights(path).1).open(cx)?;
    let mut mappable = Vec::new();
    for role in roles {
        if sway.may_map(cx, &role, mapping(path))? && grants.cover(cx, [role.id.clone()])? {
            mappable.push(role);
        }
    }
    Ok(mappable)
}

async fn change(admin: Admin, path: Names, body: Bytes, add: bool) -> Answer {
    let grants = enter(&admin, &path, rights(&path).1)?;
    // Keycloak takes everything away where nothing is named.
    let sent = match body.is_empty() && !add {
        true => None,
        false => Some(read::list(&body)?),
    };
    let actor = admin.actor.clone();
    let told = tell(&admin, (&path, &grants), sent.as_deref(), add).await?;
    admin
        .write(move |cx| {
            let (holder, roles) = chosen(cx, &path, &grants, sent.as_deref())?;
            for role in roles {
                holder
                    .change(cx, &role.id, add, &grants)
                    .map_err(AdminError::undoing)?;
            }
            if let Holder::User(user) = &holder {
                for told in &told {
                    told.note(cx, user)?;
                }
            }
            let target = path.get("target");
            let place = match target {
                Some(id) => format!("{}/clients/{id}", holder.place()),
                None => format!("{}/realm", holder.place()),
            };
            let kind = holder.resource_type(target.is_some());
            let operation = if add { audit::CREATE } else { audit::DELETE };
            audit::record(cx, &actor, operation, kind, place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The roles of a container that were sent. What somebody is given is told by id and name, which have to be those of one role; what
/// a client or a scope passes on by either, as Keycloak has it.
fn named(
    cx: &mut Cx<'_>,
    holder: &Holder,
    container: &str,
    sent: &[read::Object],
) -> Result<Vec<Role>> {
    let passes_on = matches!(holder, Holder::Client(_) | Holder::Scope(_));
    let mut roles = Vec::new();
    for one in sent {
        let id = read::text(one, "id")?.map(RoleId::new);
        let role = match &id {
            Some(id) if passes_on => role::find(cx, id)?,
            _ => {
                let name = read::text(one, "name")?.unwrap_or_default();
                role::find_named(cx, container, name)?
            }
        };
        let is_meant = |role: &Role| {
            role.container_id == container && (passes_on || id.as_ref() == Some(&role.id))
        };
        let role = role.filter(is_meant);
        roles.push(role.ok_or_else(|| AdminError::error(404, "Role not found"))?);
    }
    Ok(roles)
}

/// Who is meant, and the roles that they are to be given or to lose, all of which the caller may map.
fn chosen(
    cx: &mut Cx<'_>,
    path: &Names,
    grants: &Grants,
    sent: Option<&[read::Object]>,
) -> Result<(Holder, Vec<Role>)> {
    check_holder(cx, path, grants, true)?;
    let sway = grants.sway(rights(path).1).open(cx)?;
    let holder = Holder::of(cx, path)?;
    let container = container(cx, path)?;
    let roles = match sent {
        Some(sent) => named(cx, &holder, &container, sent)?,
        None => {
            let direct = holder.direct(cx)?;
            let mut all = role::list_of(cx, &direct)?;
            all.retain(|role| role.container_id == container);
            all
        }
    };
    for role in &roles {
        if !sway.may_map(cx, role, mapping(path))? {
            return Err(AdminError::forbidden().undoing());
        }
    }
    Ok((holder, roles))
}

/// Tells the directory that somebody comes from of the roles that it alone gives.
async fn tell(
    admin: &Admin,
    (path, grants): (&Names, &Grants),
    sent: Option<&[read::Object]>,
    add: bool,
) -> Result<Vec<Assignment>> {
    let (path, grants) = (path.clone(), grants.clone());
    let sent = sent.map(<[read::Object]>::to_vec);
    let all = admin
        .read(move |cx| {
            let (holder, roles) = chosen(cx, &path, &grants, sent.as_deref())?;
            let Holder::User(user) = &holder else {
                return Ok(Vec::new());
            };
            let mut all = Vec::new();
            for role in roles {
                grants.check(cx, &role.id)?;
                all.push(assign::of_role(cx, user, &role, add)?);
            }
            Ok(all)
        })
        .await?;
    let mut told = Vec::new();
    for say in all {
        told.extend(directory::tell(admin, say).await?);
    }
    Ok(told)
}
