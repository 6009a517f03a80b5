//! The recycle bin: what was deleted with `recycle=true` is kept for thirty days and can be had back.
//!
//! Without that parameter a deletion is what it is in Keycloak: final.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::id::{ClientUuid, GroupId, RoleId, UserId};
use cloakroom_model::recycle_bin::{self, Doomed, Entry, Kind, Restored};
use cloakroom_model::{Cx, group, role};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::actors;
use crate::access::{Actor, Admin, Grants};
use crate::api::{Answer, Names, Params, USUAL, client_scopes, clients, groups, is_on, no_content};
use crate::api::{page, users};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/recycle-bin";
    cfg.route(at, web::get().to(list));
    let one = web::resource(format!("{at}/{{entry}}"))
        .route(web::get().to(find_one))
        .route(web::delete().to(remove));
    cfg.service(one);
    cfg.route(&format!("{at}/{{entry}}/restore"), web::post().to(restore));
}

/// Keeps what is about to be deleted, where the caller asks for that.
pub(crate) fn keep(
    cx: &mut Cx<'_>,
    actor: &Actor,
    params: &Params,
    doomed: Doomed<'_>,
) -> Result<Option<String>> {
    match is_on(params, "recycle") {
        true => put(cx, actor, doomed).map(Some),
        false => Ok(None),
    }
}

/// Keeps what is about to be deleted, and gives the id of its entry.
pub(crate) fn put(cx: &mut Cx<'_>, actor: &Actor, doomed: Doomed<'_>) -> Result<String> {
    let kept = recycle_bin::keep(cx, doomed, actor.user.as_str())?;
    let too_much = || {
        let why = "Too much belongs to it for the recycle bin: it can only be deleted for good.";
        AdminError::message(409, why)
    };
    kept.ok_or_else(too_much)
}

/// The answer after a deletion: what was kept is told by the id of its entry.
pub(crate) fn removed(kept: Option<String>) -> HttpResponse {
    match kept {
        Some(id) => HttpResponse::Ok().json(json!({"id": id})),
        None => no_content(),
    }
}

/// A kind of thing: who may see it in the bin, who may delete it and have it back, what the audit trail calls it, and
/// where it is.
struct Rules {
    kind: Kind,
    view: &'static [&'static str],
    manage: &'static [&'static str],
    resource: &'static str,
    path: &'static str,
}

const VIEW_REALM: &[&str] = &["view-realm", "manage-realm"];

const RULES: &[Rules] = &[
    Rules {
        kind: Kind::User,
        view: users::VIEW,
        manage: users::MANAGE,
        resource: "USER",
        path: "users",
    },
    Rules {
        kind: Kind::Client,
        view: clients::VIEW,
        manage: clients::MANAGE,
        resource: "CLIENT",
        path: "clients",
    },
    Rules {
        kind: Kind::Group,
        view: groups::VIEW,
        manage: groups::MANAGE,
        resource: "GROUP",
        path: "groups",
    },
    Rules {
        kind: Kind::RealmRole,
        view: VIEW_REALM,
        manage: &["manage-realm"],
        resource: "REALM_ROLE",
        path: "roles-by-id",
    },
    Rules {
        kind: Kind::ClientRole,
        view: clients::VIEW,
        manage: clients::MANAGE,
        resource: "CLIENT_ROLE",
        path: "roles-by-id",
    },
    Rules {
        kind: Kind::ClientScope,
        view: client_scopes::VIEW,
        manage: client_scopes::MANAGE,
        resource: "CLIENT_SCOPE",
        path: "client-scopes",
    },
];

fn rules(kind: Kind) -> Result<&'static Rules> {
    let found = RULES.iter().find(|rules| rules.kind == kind);
    found.ok_or_else(AdminError::not_found)
}

fn show(entry: &Entry, may_manage: bool) -> Value {
    json!({
        "id": entry.id,
        "kind": entry.kind.name(),
        "objectId": entry.object,
        "name": entry.name,
        "deletedBy": entry.deleted_by,
        "deletedAt": entry.deleted_at,
        "expiresAt": entry.expires_at,
        "manage": may_manage,
    })
}

fn found(cx: &mut Cx<'_>, id: &str) -> Result<Entry> {
    let found = recycle_bin::find(cx, id)?;
    found.ok_or_else(|| AdminError::error(404, "There is no such thing in the recycle bin"))
}

/// What the caller may see of the bin.
async fn list(admin: Admin, params: Params) -> Answer {
    let seen: Vec<Kind> = RULES
        .iter()
        .filter(|rules| admin.may(rules.view))
        .map(|rules| rules.kind)
        .collect();
    if seen.is_empty() {
        return Err(AdminError::forbidden());
    }
    let managed: Vec<Kind> = RULES
        .iter()
        .filter(|rules| admin.may(rules.manage))
        .map(|rules| rules.kind)
        .collect();
    let (first, max) = page(&params, USUAL)?;
    let shown = admin
        .read(move |cx| {
            let all = recycle_bin::list(cx, &seen, first, max)?;
            let show = |one: &Entry| show(one, managed.contains(&one.kind));
            Ok(all.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// What the entry in the address is about, if the caller has the right that `rights` takes from its rules.
async fn entry(
    admin: &Admin,
    path: &Names,
    rights: impl Fn(&Rules) -> &'static [&'static str],
) -> Result<Entry> {
    // Whoever may see nothing in the bin is not told what is in it.
    if !RULES.iter().any(|rules| admin.may(rules.view)) {
        return Err(AdminError::forbidden());
    }
    let id = path.part("entry").to_owned();
    let entry = admin.read(move |cx| found(cx, &id)).await?;
    admin.check(rights(rules(entry.kind)?))?;
    Ok(entry)
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let entry = entry(&admin, &path, |rules| rules.view).await?;
    let may_manage = admin.may(rules(entry.kind)?.manage);
    let mut shown = show(&entry, may_manage);
    if let Some(name) = actors::name(&admin, &entry.deleted_by).await? {
        set(&mut shown, "deletedByName", json!(name));
    }
    Ok(HttpResponse::Ok().json(shown))
}

/// Puts something back, with all that hung on it.
async fn restore(admin: Admin, path: Names) -> Answer {
    let entry = entry(&admin, &path, |rules| rules.manage).await?;
    let rules = rules(entry.kind)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let shown = show(&entry, true);
    admin
        .write(move |cx| {
            put_back(cx, &entry, &grants).map_err(AdminError::undoing)?;
            let place = format!("{}/{}", rules.path, entry.object);
            let about = json!({"id": entry.object, "name": entry.name}).to_string();
            audit::record_with(
                cx,
                &actor,
                (audit::CREATE, rules.resource),
                &place,
                Some(about),
            )?;
            Ok(())
        })
        .await
        .map(|()| HttpResponse::Ok().json(shown))
}

fn put_back(cx: &mut Cx<'_>, entry: &Entry, grants: &Grants) -> Result<()> {
    match recycle_bin::restore(cx, entry)? {
        Restored::Done => check(cx, entry, grants),
        Restored::Taken => {
            let why = format!("Something else is called {} by now.", entry.name);
            Err(AdminError::message(409, why))
        }
        Restored::Orphaned => {
            let why = format!("What {} belonged to is gone.", entry.name);
            Err(AdminError::message(409, why))
        }
    }
}

/// Nobody hands out a right that they have not, not even by bringing back somebody who had it.
fn check(cx: &mut Cx<'_>, entry: &Entry, grants: &Grants) -> Result<()> {
    match entry.kind {
        Kind::User => grants.check_account(cx, &UserId::new(&*entry.object)),
        Kind::Group => check_groups(cx, &GroupId::new(&*entry.object), grants),
        Kind::RealmRole | Kind::ClientRole => check_role(cx, &RoleId::new(&*entry.object), grants),
        Kind::ClientScope => Ok(()),
        Kind::Client => {
            grants.check_client(cx, &ClientUuid::new(&*entry.object))?;
            let own = role::list(cx, &entry.object, None, 0, i64::from(i32::MAX))?;
            own.iter()
                .try_for_each(|role| check_role(cx, &role.id, grants))
        }
    }
}

/// The graph of roles in memory does not know this one yet: what is inside is read.
fn check_role(cx: &mut Cx<'_>, id: &RoleId, grants: &Grants) -> Result<()> {
    let inside = role::composites(cx, id)?;
    grants.check_all(cx, inside.into_iter().map(|role| role.id))
}

fn check_groups(cx: &mut Cx<'_>, id: &GroupId, grants: &Grants) -> Result<()> {
    grants.check_group(cx, id)?;
    let inside = group::list_inside(cx, Some(id), &group::Query::all())?;
    inside
        .iter()
        .try_for_each(|group| check_groups(cx, &group.id, grants))
}

/// Takes something out of the bin for good.
async fn remove(admin: Admin, path: Names) -> Answer {
    let entry = entry(&admin, &path, |rules| rules.manage).await?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            if !recycle_bin::remove(cx, &entry.id)? {
                return Err(AdminError::not_found());
            }
            let place = format!("ui-ext/recycle-bin/{}", entry.id);
            let about = json!({"id": entry.object, "name": entry.name}).to_string();
            audit::record_with(cx, &actor, (audit::DELETE, "CUSTOM"), &place, Some(about))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
