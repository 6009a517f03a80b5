//! `/admin/realms/{realm}/groups` and the groups of a user.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::read;
use cloakroom_keycloak::read::set;
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::GroupId;
use cloakroom_model::{Cx, user};
use serde_json::{Value, json};

use super::users::{MANAGE, VIEW, found as user_found};
use super::{Answer, Params, no_content, page};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms/{realm}/groups")
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}/groups/{group}")
        .route(web::get().to(find_one))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
    cfg.route(
        "/admin/realms/{realm}/groups/{group}/members",
        web::get().to(members),
    );
    cfg.route(
        "/admin/realms/{realm}/groups/{group}/children",
        web::post().to(create_inside),
    );
    cfg.route(
        "/admin/realms/{realm}/users/{user}/groups",
        web::get().to(of_user),
    );
    let join = web::resource("/admin/realms/{realm}/users/{user}/groups/{group}")
        .route(web::put().to(|admin, path| membership(admin, path, true)))
        .route(web::delete().to(|admin, path| membership(admin, path, false)));
    cfg.service(join);
}

const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "path",
    "parentId",
    "subGroupCount",
    "attributes",
    "realmRoles",
    "clientRoles",
    "subGroups",
    "access",
];

fn show(all: &[Group], group: &Group) -> Value {
    let inside = all
        .iter()
        .filter(|one| one.parent.as_ref() == Some(&group.id))
        .count();
    let mut shown = json!({
        "id": group.id,
        "name": group.name,
        "path": group::path(all, &group.id),
        "subGroupCount": inside,
        "subGroups": [],
        "attributes": group.attributes,
    });
    if let Some(parent) = &group.parent {
        set(&mut shown, "parentId", json!(parent));
    }
    if let Some(description) = &group.description {
        set(&mut shown, "description", json!(description));
    }
    shown
}

fn found(cx: &mut Cx<'_>, id: &str, text: &str) -> Result<Group> {
    let found = group::find(cx, &GroupId::new(id))?;
    found.ok_or_else(|| AdminError::error(404, text))
}

const NO_GROUP: &str = "Could not find group by id";

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(&["view-users", "manage-users", "query-groups"])?;
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let all = admin.read(|cx| Ok(group::list(cx)?)).await?;
    let wanted = |one: &&Group| match &search {
        Some(text) => one.name.to_lowercase().contains(text),
        None => one.parent.is_none(),
    };
    let (first, max) = (usize::try_from(first), usize::try_from(max));
    let found = all.iter().filter(wanted).skip(first.unwrap_or(0));
    let shown: Vec<Value> = found
        .take(max.unwrap_or(usize::MAX))
        .map(|one| show(&all, one))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let one = found(cx, &id, NO_GROUP)?;
            Ok(show(&group::list(cx)?, &one))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    let id = insert(&admin, None, &body).await?;
    Ok(admin.created("groups", id.as_str()))
}

async fn create_inside(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    let id = insert(&admin, Some(path.into_inner().1), &body).await?;
    Ok(admin.created("groups", id.as_str()))
}

async fn insert(admin: &Admin, parent: Option<String>, body: &[u8]) -> Result<GroupId> {
    admin.check(MANAGE)?;
    let sent = read::object(body, "GroupRepresentation", FIELDS)?;
    let name = read::text(&sent, "name")?.filter(|name| !name.trim().is_empty());
    let name = name
        .ok_or_else(|| AdminError::message(400, "Group name is missing"))?
        .to_owned();
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let parent = match &parent {
                Some(id) => Some(found(cx, id, NO_GROUP)?.id),
                None => None,
            };
            let which = if parent.is_some() {
                "Sibling"
            } else {
                "Top level"
            };
            let made = Group {
                id: GroupId::new(cx.new_id()),
                parent,
                name: name.clone(),
                description: read::text(&sent, "description")?.map(str::to_owned),
                attributes: read::member(&sent, "attributes")?.unwrap_or_default(),
            };
            if !group::insert(cx, &made)? {
                let why = format!("{which} group named '{name}' already exists.");
                return Err(AdminError::message(409, why));
            }
            audit::record(
                cx,
                &actor,
                audit::CREATE,
                "GROUP",
                format!("groups/{}", made.id),
            )?;
            Ok(made.id)
        })
        .await
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let one = found(cx, &id, NO_GROUP)?;
            group::remove(cx, &one.id)?;
            audit::record(cx, &actor, audit::DELETE, "GROUP", format!("groups/{id}"))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn members(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let (first, max) = page(&params, 100)?;
    let id = path.into_inner().1;
    let all = admin
        .read(move |cx| {
            let one = found(cx, &id, NO_GROUP)?;
            Ok(user::list_in_group(cx, &one.id, first, max)?)
        })
        .await?;
    let shown: Vec<Value> = all.iter().map(cloakroom_keycloak::user::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn of_user(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let user = user_found(cx, &id)?;
            let ids = user::groups(cx, &user.id)?;
            let all = group::list(cx)?;
            let mine = all.iter().filter(|one| ids.contains(&one.id));
            let show = |one: &Group| {
                let path = group::path(&all, &one.id);
                json!({"id": one.id, "name": one.name, "path": path, "subGroups": []})
            };
            Ok(mine.map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn membership(admin: Admin, path: Path<(String, String, String)>, is_in: bool) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, group) = path.into_inner();
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let user = user_found(cx, &id)?;
            let group = found(cx, &group, "Group not found")?;
            if is_in {
                for role in group::roles(cx, &group.id)? {
                    grants.check(cx, &role)?;
                }
                user::join(cx, &user.id, &group.id)?;
            } else {
                user::leave(cx, &user.id, &group.id)?;
            }
            let operation = if is_in { audit::CREATE } else { audit::DELETE };
            let path = format!("users/{id}/groups/{}", group.id);
            audit::record(cx, &actor, operation, "GROUP_MEMBERSHIP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
