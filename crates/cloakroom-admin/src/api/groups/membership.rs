//! Who is in a group, and which groups a user is in.

use actix_web::HttpResponse;
use cloakroom_federation::directory::assign;
use cloakroom_model::Cx;
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::GroupId;
use cloakroom_model::user::{self, User};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::json;

use super::super::users::{directory, find::show_all, found_by as user_found_by};
use super::super::{ALL, Answer, Names, Params, USUAL, is_brief, no_content, page};
use super::show::{self, Shown};
use super::{MANAGE, VIEW, check_of_realm, found_by};
use crate::access::{Admin, Grants, Sway};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let members = "/admin/realms/{realm}/groups/{group}/members";
    cfg.route(members, web::get().to(self::members));
    let groups = "/admin/realms/{realm}/users/{user}/groups";
    cfg.route(groups, web::get().to(of_user));
    cfg.route(&format!("{groups}/count"), web::get().to(count));
    let one = web::resource(format!("{groups}/{{group}}"))
        .route(web::put().to(|admin, path| change(admin, path, true)))
        .route(web::delete().to(|admin, path| change(admin, path, false)));
    cfg.service(one);
}

async fn members(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let (first, max) = page(&params, USUAL)?;
    let brief = is_brief(&params, false);
    let shown = admin
        .read(move |cx| {
            let group = found_by(cx, path.part("group"), &views, "view-members")?;
            let people = user::list_in_group(cx, &group.id, first, max)?;
            show_all(cx, &people, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The groups of a user by name, narrowed by a part of it.
fn groups(cx: &mut Cx<'_>, user: &str, search: Option<&str>, views: &Sway) -> Result<Vec<Group>> {
    let user = user_found_by(cx, user, views, "view")?;
    let ids = user::groups(cx, &user.id)?;
    let mut all = group::list_of(cx, &ids)?;
    if let Some(part) = search {
        let part = part.to_lowercase();
        all.retain(|group| group.name.to_lowercase().contains(&part));
    }
    Ok(all)
}

async fn of_user(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let (first, max) = page(&params, ALL)?;
    let search = params.get("search").cloned();
    let how = Shown {
        brief: is_brief(&params, true),
        count: false,
        access: None,
    };
    let body = admin
        .read(move |cx| {
            let all = groups(cx, path.part("user"), search.as_deref(), &views)?;
            let (first, max) = (usize::try_from(first), usize::try_from(max));
            let wanted = all.into_iter().skip(first.unwrap_or(0));
            let wanted: Vec<Group> = wanted.take(max.unwrap_or(usize::MAX)).collect();
            show::list(cx, &wanted, &how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn count(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let search = params.get("search").cloned();
    let count = admin
        .read(move |cx| Ok(groups(cx, path.part("user"), search.as_deref(), &views)?.len()))
        .await?;
    Ok(HttpResponse::Ok().json(json!({"count": count})))
}

async fn change(admin: Admin, path: Names, is_in: bool) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    let (who, sway, rights) = (ids(&path), manages.clone(), grants.clone());
    let say = admin
        .read(move |cx| {
            let (user, group) = found(cx, &who, (&sway, &rights), is_in)?;
            Ok(assign::of_group(cx, &user, &group, is_in)?)
        })
        .await?;
    let told = directory::tell(&admin, say).await?;
    let who = ids(&path);
    admin
        .write(move |cx| {
            let (user, group) = found(cx, &who, (&manages, &grants), is_in)?;
            match is_in {
                true => user::join(cx, &user.id, &group.id)?,
                false => user::leave(cx, &user.id, &group.id)?,
            }
            if let Some(told) = &told {
                told.note(cx, &user)?;
            }
            let operation = if is_in { audit::CREATE } else { audit::DELETE };
            let path = format!("users/{}/groups/{}", user.id, group.id);
            audit::record(cx, &actor, operation, "GROUP_MEMBERSHIP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The ids of an address: of a user, and of a group.
fn ids(path: &Names) -> (String, String) {
    (path.part("user").to_owned(), path.part("group").to_owned())
}

/// The user and the group, if the caller may put the one into the other.
fn found(
    cx: &mut Cx<'_>,
    (user, group): &(String, String),
    (manages, grants): (&Sway, &Grants),
    is_in: bool,
) -> Result<(User, Group)> {
    let user = user_found_by(cx, user, manages, "manage-group-membership")?;
    let id = GroupId::new(group.as_str());
    check_of_realm(cx, &id, "access")?;
    let group = group::find(cx, &id)?;
    let group = group.ok_or_else(|| AdminError::error(404, "Group not found"))?;
    manages.check(cx, Of::Groups, group.id.as_str(), "manage-membership")?;
    grants.check_delegates(cx, &group.id)?;
    if is_in {
        grants.check_group(cx, &group.id)?;
    }
    Ok((user, group))
}
