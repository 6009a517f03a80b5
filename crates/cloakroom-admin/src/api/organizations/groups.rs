//! Groups of an organization: a tree of its own, whose roles count within the organization alone.

mod members;
pub(in crate::api) mod tree;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::{group as shape, query};
use cloakroom_model::Cx;
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, OrganizationId};
use cloakroom_model::organization::Organization;
use cloakroom_model::organization::group as of_organization;
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

use super::{BASE, MANAGE, VIEW, found_by};
use crate::access::{Actor, Admin, encode};
use crate::api::groups::check_depth;
use crate::api::{ALL, Answer, Names, Params, is_brief, is_on, no_content, page};
use crate::audit;
use crate::error::{AdminError, Result};
use tree::{Query, Shown, Tree};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = format!("{BASE}/{{organization}}/groups");
    let by_path = format!("{all}/group-by-path/{{path:.*}}");
    cfg.route(&by_path, web::get().to(find_by_path));
    members::configure(cfg);
    let one = web::resource(format!("{all}/{{group}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let inside = web::resource(format!("{all}/{{group}}/children"))
        .route(web::get().to(children))
        .route(web::post().to(create));
    let all = web::resource(all)
        .route(web::get().to(list))
        .route(web::post().to(create));
    cfg.service(all).service(one).service(inside);
}

/// The organization and its group that an address names.
pub(in crate::api) fn found(cx: &mut Cx<'_>, path: &Names) -> Result<(Organization, Group)> {
    let one = super::found(cx, path.part("organization"))?;
    let id = GroupId::new(path.part("group"));
    match of_organization::find(cx, &id)? {
        Some((of, group)) if of == one.id => Ok((one, group)),
        None if cloakroom_model::group::find(cx, &id)?.is_none() => {
            Err(AdminError::message(404, "Group does not exist"))
        }
        Some(_) | None => Err(not_of_it()),
    }
}

fn not_of_it() -> AdminError {
    AdminError::message(400, "Group does not belong to the organization")
}

/// What a list of groups is narrowed by.
pub(super) fn query_of(params: &Params, most: i64) -> Result<Query> {
    let (first, max) = page(params, most)?;
    let asked = params.get("q").map(String::as_str).unwrap_or_default();
    Ok(Query {
        search: params
            .get("search")
            .cloned()
            .filter(|text| !text.is_empty()),
        exact: is_on(params, "exact"),
        attributes: query::attributes(asked),
        with_parents: is_on(params, "populateHierarchy"),
        first: usize::try_from(first).unwrap_or(0),
        max: usize::try_from(max).unwrap_or(usize::MAX),
    })
}

/// How much of each group is shown where the caller may choose.
pub(super) fn shown(params: &Params) -> Shown {
    Shown {
        brief: is_brief(params, true),
        count: is_on(params, "subGroupsCount"),
    }
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let (query, how) = (query_of(&params, ALL)?, shown(&params));
    let body = admin
        .read(move |cx| {
            let one = found_by(cx, path.part("organization"), &views, "view")?;
            Tree::read(cx, &one.id)?.list(cx, &query, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn children(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    // Keycloak's default, smaller than that of other lists.
    const USUALLY: i64 = 10;
    let (query, how) = (query_of(&params, USUALLY)?, shown(&params));
    let body = admin
        .read(move |cx| {
            found_by(cx, path.part("organization"), &views, "view")?;
            let (one, group) = found(cx, &path)?;
            Tree::read(cx, &one.id)?.list_inside(cx, &group.id, &query, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn find_one(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let how = Shown {
        brief: false,
        ..shown(&params)
    };
    let body = admin
        .read(move |cx| {
            found_by(cx, path.part("organization"), &views, "view")?;
            let (one, group) = found(cx, &path)?;
            Tree::read(cx, &one.id)?.show(cx, &group, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn find_by_path(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let how = shown(&params);
    let body = admin
        .read(move |cx| {
            let one = found_by(cx, path.part("organization"), &views, "view")?;
            let tree = Tree::read(cx, &one.id)?;
            let wanted = path.part("path").trim_matches('/');
            let found = tree.at(&format!("/{wanted}")).cloned();
            let missing = || AdminError::error(404, "Group path does not exist");
            tree.show(cx, &found.ok_or_else(missing)?, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn record(cx: &mut Cx<'_>, actor: &Actor, what: &'static str, path: String) -> Result<()> {
    Ok(audit::record(cx, actor, what, "ORGANIZATION_GROUP", path)?)
}

/// A group that was made, as it is shown; `None` if one was moved.
type Made = Option<(Group, Value)>;

/// Makes a group at the top or inside another; one whose id is sent is moved there instead.
async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "GroupRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let mut kind = format!("organizations/{}/groups", encode(path.part("organization")));
    if let Some(parent) = path.get("group") {
        kind = format!("{kind}/{}/children", encode(parent));
    }
    let made: Made = admin
        .write(move |cx| {
            found_by(cx, path.part("organization"), &manages, "manage")?;
            let (one, parent) = match path.contains_key("group") {
                true => found(cx, &path).map(|(one, group)| (one, Some(group.id)))?,
                false => (super::found(cx, path.part("organization"))?, None),
            };
            check_name(&sent)?;
            let is_brief = parent.is_none();
            let (group, is_new) = place(cx, &one.id, &sent, parent)?;
            let operation = if is_new { audit::CREATE } else { audit::UPDATE };
            let place = format!("organizations/{}/groups/{}", one.id, group.id);
            record(cx, &actor, operation, place)?;
            if !is_new {
                return Ok(None);
            }
            let how = Shown {
                brief: is_brief,
                count: false,
            };
            let shown = Tree::read(cx, &one.id)?.show(cx, &group, how)?;
            Ok(Some((group, shown)))
        })
        .await?;
    let Some((group, shown)) = made else {
        return Ok(no_content());
    };
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, admin.address(&kind, group.id.as_str())));
    Ok(answer.json(shown))
}

fn check_name(sent: &Object) -> Result<()> {
    let name = read::text(sent, "name")?.unwrap_or_default();
    if name.trim().is_empty() {
        return Err(AdminError::message(400, "Group name is missing"));
    }
    Ok(())
}

fn place(
    cx: &mut Cx<'_>,
    of: &OrganizationId,
    sent: &Object,
    parent: Option<GroupId>,
) -> Result<(Group, bool)> {
    let all = of_organization::list(cx, of)?;
    if let Some(id) = read::text(sent, "id")? {
        let mut group = movable(cx, of, &GroupId::new(id))?;
        if let Some(parent) = &parent
            && of_organization::is_inside(&all, parent, &group.id)
        {
            let why = "A group cannot be moved into itself";
            return Err(AdminError::message(400, why));
        }
        check_free(&all, parent.as_ref(), &group)?;
        let moved = Some(&group.id);
        check_depth(group::has_room_among(&all, parent.as_ref(), moved))?;
        group.parent = parent;
        of_organization::update(cx, &group)?;
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
    check_free(&all, group.parent.as_ref(), &group)?;
    check_depth(group::has_room_among(&all, group.parent.as_ref(), None))?;
    if !of_organization::insert(cx, of, &group)? {
        return Err(taken(group.parent.as_ref()));
    }
    Ok((group, true))
}

/// The group of the organization that is to be moved.
fn movable(cx: &mut Cx<'_>, of: &OrganizationId, id: &GroupId) -> Result<Group> {
    match of_organization::find(cx, id)? {
        Some((owner, group)) if &owner == of => Ok(group),
        Some(_) => Err(not_of_it()),
        None if group::find(cx, id)?.is_some() => Err(AdminError::message(
            400,
            "Can only move organization groups",
        )),
        None => Err(AdminError::error(404, "Could not find group by id")),
    }
}

/// No other group has this one's name there.
fn check_free(all: &[Group], parent: Option<&GroupId>, group: &Group) -> Result<()> {
    if is_taken(all, parent, group) {
        return Err(taken(parent));
    }
    Ok(())
}

fn is_taken(all: &[Group], parent: Option<&GroupId>, group: &Group) -> bool {
    all.iter().any(|other| {
        other.id != group.id && other.parent.as_ref() == parent && other.name == group.name
    })
}

fn taken(parent: Option<&GroupId>) -> AdminError {
    let why = match parent {
        Some(_) => "Sibling group with the given name already exists",
        None => "Group with the given name already exists.",
    };
    AdminError::message(409, why)
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "GroupRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            found_by(cx, path.part("organization"), &manages, "manage")?;
            let (one, mut group) = found(cx, &path)?;
            check_name(&sent)?;
            shape::apply(&mut group, &sent)?;
            let all = of_organization::list(cx, &one.id)?;
            if is_taken(&all, group.parent.as_ref(), &group) {
                let why = "Duplicate resource error";
                return Err(AdminError::described(409, "conflict", why));
            }
            of_organization::update(cx, &group)?;
            let place = format!("organizations/{}/groups/{}", one.id, group.id);
            record(cx, &actor, audit::UPDATE, place)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            found_by(cx, path.part("organization"), &manages, "manage")?;
            let (one, group) = found(cx, &path)?;
            of_organization::remove(cx, &one.id, &group.id)?;
            let place = format!("organizations/{}/groups/{}", one.id, group.id);
            record(cx, &actor, audit::DELETE, place)
        })
        .await?;
    Ok(no_content())
}
