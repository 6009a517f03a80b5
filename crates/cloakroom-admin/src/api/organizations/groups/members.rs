//! Who of an organization is in its groups.

use actix_web::HttpResponse;
use cloakroom_model::Cx;
use cloakroom_model::group::Group;
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, group as of_organization};
use cloakroom_model::user::{self, User};
use cloakroom_web::web::{self, ServiceConfig};

use super::super::members::{Hold, Sight, member_found, page_seen, show, user_of};
use super::super::{BASE, VIEW, found_by};
use super::tree::Tree;
use super::{found, query_of, shown};
use crate::access::Admin;
use crate::api::{ALL, Answer, Names, Params, USUAL, is_brief, no_content, page, users};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let members = format!("{BASE}/{{organization}}/groups/{{group}}/members");
    cfg.route(&members, web::get().to(list));
    let one = web::resource(format!("{members}/{{member}}"))
        .route(web::put().to(join))
        .route(web::delete().to(leave));
    cfg.service(one);
    let groups = format!("{BASE}/{{organization}}/members/{{member}}/groups");
    cfg.route(&groups, web::get().to(of_member));
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    admin.check(users::QUERY)?;
    let people = admin.sway(users::VIEW);
    let (first, max) = page(&params, USUAL)?;
    let brief = is_brief(&params, false);
    let body = admin
        .read(move |cx| {
            found_by(cx, path.part("organization"), &views, "view")?;
            let (one, group) = found(cx, &path)?;
            let list = |cx: &mut Cx<'_>, first, max| {
                of_organization::list_members(cx, &one.id, &group.id, first, max)
            };
            let members = page_seen(cx, &people, (first, max), list, |one| &one.user)?;
            let mut all = Vec::new();
            for member in members {
                let user = user_of(cx, &member.user)?;
                all.push(show(cx, &user, member.managed, brief));
            }
            Ok(all)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The user that an address names.
fn somebody(cx: &mut Cx<'_>, path: &Names) -> Result<User> {
    let found = user::find(cx, &UserId::new(path.part("member")))?;
    found.ok_or_else(|| AdminError::message(404, "User does not exist"))
}

async fn join(admin: Admin, path: Names) -> Answer {
    change(admin, path, true).await
}

async fn leave(admin: Admin, path: Names) -> Answer {
    change(admin, path, false).await
}

/// Whoever is not in a group has left it, so that a second call says the same as the first.
async fn change(admin: Admin, path: Names, is_in: bool) -> Answer {
    let hold = Hold::of(&admin)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            hold.check(cx, path.part("organization"), path.part("member"))?;
            let (one, group) = found(cx, &path)?;
            let user = somebody(cx, &path)?;
            if !is_in {
                of_organization::leave(cx, &group.id, &user.id)?;
            } else if organization::find_member(cx, &one.id, &user.id)?.is_none() {
                let why = "User is not member of the organization";
                return Err(AdminError::message(400, why));
            } else if !of_organization::join(cx, &one.id, &group.id, &user.id)? {
                let why = "User is already a member of the group";
                return Err(AdminError::message(409, why));
            }
            let operation = if is_in { audit::CREATE } else { audit::DELETE };
            let place = format!(
                "organizations/{}/groups/{}/members/{}",
                one.id, group.id, user.id
            );
            let kind = "ORGANIZATION_GROUP_MEMBERSHIP";
            Ok(audit::record(cx, &actor, operation, kind, place)?)
        })
        .await?;
    Ok(no_content())
}

async fn of_member(admin: Admin, path: Names, params: Params) -> Answer {
    let sight = Sight::of(&admin)?;
    let (query, how) = (query_of(&params, ALL)?, shown(&params));
    let body = admin
        .read(move |cx| {
            let of = path.part("organization");
            sight.check(cx, of, path.part("member"))?;
            let (member, _) = member_found(cx, of, path.part("member"))?;
            let one = super::super::found(cx, of)?;
            let ids = of_organization::list_of_member(cx, &one.id, &member.user)?;
            let tree = Tree::read(cx, &one.id)?;
            let mine: Vec<&Group> = query.narrow(tree.of_ids(&ids));
            tree.show_all(cx, &mine, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}
