//! `/admin/realms/{realm}/groups`: the tree of groups.

mod depth;
mod membership;
pub(crate) mod show;

use actix_web::HttpResponse;
use actix_web::http::header::{ContentType, LOCATION};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::{group as shape, query};
use cloakroom_model::Cx;
use cloakroom_model::authorization::delegation::{self, Kind as Of};
use cloakroom_model::group::{self, Group, Query};
use cloakroom_model::id::GroupId;
use cloakroom_model::organization::group as of_organization;
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::ui_ext::recycle_bin;
use super::users::draft::group_at;
use super::{ALL, Answer, Names, Params, is_brief, is_on, no_content, page, switch};
use crate::access::{Admin, Grants, Sway};
use crate::audit;
use crate::error::{AdminError, Result};
pub(crate) use depth::check_depth;
use show::{Access, Shown};

pub(crate) const MANAGE: &[&str] = &["manage-users"];
pub(crate) const VIEW: &[&str] = &["view-users", "manage-users"];

/// Who may ask for groups at all; without a right to view them, none is found.
const ASK: &[&str] = &["view-users", "manage-users", "query-groups"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    membership::configure(cfg);
    let groups = "/admin/realms/{realm}/groups";
    cfg.route(&format!("{groups}/count"), web::get().to(count));
    let all = web::resource(groups)
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{groups}/{{group}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let inside = web::resource(format!("{groups}/{{group}}/children"))
        .route(web::get().to(children))
        .route(web::post().to(create));
    cfg.service(all).service(one).service(inside);
    let by_path = "/admin/realms/{realm}/group-by-path";
    let all_of_it = format!("{by_path}/{{path:.*}}");
    cfg.service(web::resource([by_path.to_owned(), all_of_it]).route(web::get().to(find_by_path)));
}

/// The group with this id, if the caller may do this with it.
pub(crate) fn found_by(cx: &mut Cx<'_>, id: &str, sway: &Sway, scope: &str) -> Result<Group> {
    sway.check(cx, Of::Groups, id, scope)?;
    found(cx, id)
}

pub(crate) fn found(cx: &mut Cx<'_>, id: &str) -> Result<Group> {
    let id = GroupId::new(id);
    if let Some(found) = group::find(cx, &id)? {
        return Ok(found);
    }
    check_of_realm(cx, &id, "manage")?;
    Err(AdminError::error(404, "Could not find group by id"))
}

/// Groups of organizations have addresses of their own.
fn check_of_realm(cx: &mut Cx<'_>, id: &GroupId, verb: &str) -> Result<()> {
    if of_organization::find(cx, id)?.is_none() {
        return Ok(());
    }
    let why = format!("Cannot {verb} organization related group via non Organization API.");
    Err(AdminError::message(400, why))
}

fn query_of(params: &Params, most: i64) -> Result<Query> {
    let (first, max) = page(params, most)?;
    Ok(Query {
        search: params.get("search").cloned(),
        exact: is_on(params, "exact"),
        only: None,
        first,
        max,
    })
}

fn shown(admin: &Admin, params: &Params, usually_brief: bool) -> Shown {
    Shown {
        brief: is_brief(params, usually_brief),
        count: switch(params, "subGroupsCount").unwrap_or(true),
        access: Some(Access::of(admin)),
    }
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(ASK)?;
    let views = admin.sway(VIEW);
    let (query, how) = (query_of(&params, ALL)?, shown(&admin, &params, true));
    let asked = params.get("q").map(String::as_str).unwrap_or_default();
    let mut attributes = query::attributes(asked);
    attributes.retain(|(name, _)| !name.is_empty());
    let with_parents = switch(&params, "populateHierarchy").unwrap_or(true);
    let body = admin
        .read(move |cx| {
            let query = within(cx, &query, &views)?;
            let is_named = query.search.as_ref().is_some_and(|text| !text.is_empty());
            let is_narrowed = is_named || !attributes.is_empty();
            if !is_narrowed {
                let top = group::list_inside(cx, None, &query)?;
                return show::list(cx, &top, &how);
            }
            let found = search(cx, &query, &attributes)?;
            if with_parents {
                return show::tree(cx, &found, &how);
            }
            show::list(cx, &found, &how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The query, narrowed to the groups that the caller may see.
fn within(cx: &mut Cx<'_>, query: &Query, views: &Sway) -> Result<Query> {
    let only = views.open(cx)?.only(cx, Of::Groups, "view")?;
    Ok(Query {
        only,
        ..query.clone()
    })
}

/// Groups by name, or those that have all of these attributes.
fn search(cx: &mut Cx<'_>, query: &Query, attributes: &[(String, String)]) -> Result<Vec<Group>> {
    if attributes.is_empty() {
        return Ok(group::search(cx, query)?);
    }
    // Keycloak looks at the attributes alone where both are asked for.
    let everything = Query {
        search: None,
        first: 0,
        max: ALL,
        ..query.clone()
    };
    let has = |group: &Group, (name, value): &(String, String)| {
        let values = group.attributes.get(name);
        values.is_some_and(|values| values.contains(value))
    };
    let all = group::search(cx, &everything)?;
    let found = all
        .into_iter()
        .filter(|group| attributes.iter().all(|pair| has(group, pair)));
    let first = usize::try_from(query.first).unwrap_or(0);
    let max = usize::try_from(query.max).unwrap_or(usize::MAX);
    Ok(found.skip(first).take(max).collect())
}

async fn count(admin: Admin, params: Params) -> Answer {
    admin.check(ASK)?;
    let query = query_of(&params, ALL)?;
    // A search counts what it finds on all levels.
    let only_top = is_on(&params, "top") && query.search.is_none();
    let views = admin.sway(VIEW);
    let count = admin
        .read(move |cx| {
            let query = within(cx, &query, &views)?;
            Ok(group::count(cx, &query, only_top)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"count": count})))
}

async fn children(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    // Keycloak's default, smaller than that of other lists.
    const USUALLY: i64 = 10;
    let (query, how) = (query_of(&params, USUALLY)?, shown(&admin, &params, false));
    let body = admin
        .read(move |cx| {
            let parent = found_by(cx, path.part("group"), &views, "view")?;
            let inside = group::list_inside(cx, Some(&parent.id), &query)?;
            show::list(cx, &inside, &how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let how = Shown {
        brief: false,
        count: true,
        access: Some(Access::of(&admin)),
    };
    let body = admin
        .read(move |cx| {
            let group = found_by(cx, path.part("group"), &views, "view")?;
            show::one(cx, &group, &how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn find_by_path(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let how = Shown {
        brief: false,
        count: true,
        access: None,
    };
    let body = admin
        .read(move |cx| {
            let group = group_at(cx, path.part("path"))?;
            let missing = || AdminError::error(404, "Group path does not exist");
            let group = group.ok_or_else(missing)?;
            views.check(cx, Of::Groups, group.id.as_str(), "view")?;
            show::one(cx, &group, &how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// A group that is made or moved, and how that ended.
struct Placed {
    group: Group,
    is_new: bool,
    shown: Value,
}

/// Makes a group at the top or inside another; one whose id is sent is moved there instead.
async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "GroupRepresentation", shape::FIELDS)?;
    let is_inside = path.contains_key("group");
    let how = Shown {
        brief: false,
        count: false,
        access: Some(Access::of(&admin)),
    };
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let placed = admin
        .write(move |cx| {
            let parent = match path.get("group") {
                Some(id) => Some(found_by(cx, id, &manages, "manage")?.id),
                None => {
                    manages.check_all(cx, Of::Groups, "manage")?;
                    None
                }
            };
            if !has_name(&sent)? {
                return Err(AdminError::message(400, "Group name is missing"));
            }
            let (group, is_new) = place(cx, &sent, parent, (&grants, &manages))?;
            let operation = if is_new { audit::CREATE } else { audit::UPDATE };
            let path = format!("groups/{}", group.id);
            audit::record(cx, &actor, operation, "GROUP", path)?;
            Ok(Placed {
                shown: show::one(cx, &group, &how)?,
                group,
                is_new,
            })
        })
        .await?;
    if !placed.is_new {
        let mut answer = HttpResponse::NoContent();
        if is_inside {
            // Keycloak names the type of what it does not send.
            answer.content_type(ContentType::json());
        }
        return Ok(answer.finish());
    }
    let at = admin.address("groups", placed.group.id.as_str());
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, at));
    if is_inside {
        return Ok(answer.json(placed.shown));
    }
    Ok(answer.finish())
}

fn has_name(sent: &Object) -> Result<bool> {
    Ok(read::text(sent, "name")?.is_some_and(|name| !name.trim().is_empty()))
}

fn place(
    cx: &mut Cx<'_>,
    sent: &Object,
    parent: Option<GroupId>,
    (grants, manages): (&Grants, &Sway),
) -> Result<(Group, bool)> {
    let known = match read::text(sent, "id")? {
        Some(id) => {
            let id = GroupId::new(id);
            check_of_realm(cx, &id, "manage")?;
            let group = group::find(cx, &id)?;
            let missing = || AdminError::error(404, "Could not find child by id");
            Some(group.ok_or_else(missing)?)
        }
        None => None,
    };
    if let Some(mut group) = known {
        manages.check(cx, Of::Groups, group.id.as_str(), "manage")?;
        if let Some(parent) = &parent {
            if group::is_inside(cx, parent, &group.id)? {
                let why = "A group cannot be moved into itself";
                return Err(AdminError::message(400, why));
            }
            // Whoever is in the group gets what its new parents give.
            grants.check_group(cx, parent)?;
        }
        check_free(cx, parent.as_ref(), &group)?;
        check_depth(group::has_room(cx, parent.as_ref(), Some(&group.id))?)?;
        group.parent = parent;
        group::update(cx, &group)?;
        return Ok((group, false));
    }
    let mut group = Group {
        id: GroupId::new(cx.new_id()),
        parent,
        name: String::new(),
        description: None,
        attributes: Default::default(),
    };
    shape::apply(&mut group, sent)?;
    check_free(cx, group.parent.as_ref(), &group)?;
    check_depth(group::has_room(cx, group.parent.as_ref(), None)?)?;
    if !group::insert(cx, &group)? {
        return Err(taken(group.parent.as_ref(), &group.name));
    }
    Ok((group, true))
}

/// No other group has this one's name there.
fn check_free(cx: &mut Cx<'_>, parent: Option<&GroupId>, group: &Group) -> Result<()> {
    let other = group::find_named(cx, parent, &group.name)?;
    if other.is_some_and(|other| other.id != group.id) {
        return Err(taken(parent, &group.name));
    }
    Ok(())
}

fn taken(parent: Option<&GroupId>, name: &str) -> AdminError {
    let which = if parent.is_some() {
        "Sibling"
    } else {
        "Top level"
    };
    AdminError::message(409, format!("{which} group named '{name}' already exists."))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "GroupRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut group = found_by(cx, path.part("group"), &manages, "manage")?;
            if !has_name(&sent)? {
                return Err(AdminError::message(400, "Group name is missing"));
            }
            if read::text(&sent, "id")?.is_some_and(|id| id != group.id.as_str()) {
                return Err(AdminError::message(400, "Invalid group id"));
            }
            shape::apply(&mut group, &sent)?;
            let other = group::find_named(cx, group.parent.as_ref(), &group.name)?;
            if other.is_some_and(|other| other.id != group.id) {
                let why = format!("Sibling group named '{}' already exists.", group.name);
                return Err(AdminError::message(409, why));
            }
            group::update(cx, &group)?;
            let path = format!("groups/{}", group.id);
            audit::record(cx, &actor, audit::UPDATE, "GROUP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names, params: Params) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let actor = admin.actor.clone();
    let kept = admin
        .write(move |cx| {
            let group = found_by(cx, path.part("group"), &manages, "manage")?;
            let doomed = Doomed {
                kind: Kind::Group,
                id: group.id.as_str(),
                name: &group.name,
            };
            let kept = recycle_bin::keep(cx, &actor, &params, doomed)?;
            group::remove(cx, &group.id)?;
            delegation::forget(cx, group.id.as_str())?;
            let path = format!("groups/{}", group.id);
            audit::record(cx, &actor, audit::DELETE, "GROUP", path)?;
            Ok(kept)
        })
        .await?;
    Ok(recycle_bin::removed(kept))
}
