//! Members of an organization.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::{name, set};
use cloakroom_keycloak::{organization as shape, user as user_shape};
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, Member, Search};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, VIEW, found};
use crate::access::{Actor, Admin, encode};
use crate::api::{Answer, Params, is_on, no_content, page, user_profile};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(
        &format!("{BASE}/members/{{member}}/organizations"),
        web::get().to(of_user),
    );
    let all = format!("{BASE}/{{organization}}/members");
    cfg.route(&format!("{all}/count"), web::get().to(count));
    let one = format!("{all}/{{member}}");
    cfg.route(&format!("{one}/organizations"), web::get().to(of_member));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::delete().to(remove));
    let kind = format!("{all}/{{member}}/membership-type");
    cfg.route(&kind, web::put().to(set_kind));
    let all = web::resource(all)
        .route(web::get().to(list))
        .route(web::post().to(add));
    cfg.service(all).service(one);
}

/// A member as administrators see people: without the attributes that the user profile keeps from them.
pub(super) fn show(cx: &Cx<'_>, user: &User, managed: bool, brief: bool) -> Value {
    let user = user_profile::visible(cx.realm, user);
    let mut shown = if brief {
        user_shape::show_briefly(&user)
    } else {
        user_shape::show(&user)
    };
    set(
        &mut shown,
        "membershipType",
        json!(shape::membership(managed)),
    );
    shown
}

pub(super) fn user_of(cx: &mut Cx<'_>, id: &UserId) -> Result<User> {
    user::find(cx, id)?.ok_or_else(AdminError::not_found)
}

async fn list(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let (first, max) = page(&params, 10)?;
    let kind = params.get("membershipType").map(String::as_str);
    let managed = kind.map(managed_of).transpose()?;
    let search = Search {
        text: params.get("search").map(|text| user::fold(text)),
        exact: is_on(&params, "exact"),
        managed,
    };
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let shown = admin
        .read(move |cx| {
            let one = found(cx, &id)?;
            let mut shown = Vec::new();
            for member in organization::list_members(cx, &one.id, &search, first, max)? {
                let user = user_of(cx, &member.user)?;
                shown.push(show(cx, &user, member.managed, brief));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn count(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let count = admin
        .read(move |cx| {
            let one = found(cx, &id)?;
            Ok(organization::count_members(cx, &one.id)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(count))
}

fn record(cx: &mut Cx<'_>, actor: &Actor, what: &'static str, path: String) -> Result<()> {
    let kind = "ORGANIZATION_MEMBERSHIP";
    Ok(audit::record(cx, actor, what, kind, path)?)
}

/// The id of a user, as JSON text or bare.
async fn add(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let user = UserId::new(name(&body)?);
    let (actor, of, who) = (admin.actor.clone(), id.clone(), user.clone());
    admin
        .write(move |cx| {
            let one = found(cx, &of)?;
            let user = user_of(cx, &who)?;
            let member = Member {
                user: user.id.clone(),
                managed: false,
            };
            if !organization::add_member(cx, &one.id, &member)? {
                let why = "User is already a member of the organization.";
                return Err(AdminError::message(409, why));
            }
            let path = format!("organizations/{of}/members/{}", user.id);
            record(cx, &actor, audit::CREATE, path)
        })
        .await?;
    let kind = format!("organizations/{}/members", encode(&id));
    Ok(admin.created(&kind, user.as_str()))
}

pub(super) fn member_found(
    cx: &mut Cx<'_>,
    organization: &str,
    id: &str,
) -> Result<(Member, User)> {
    let one = found(cx, organization)?;
    let member = organization::find_member(cx, &one.id, &UserId::new(id))?;
    let member = member.ok_or_else(AdminError::not_found)?;
    let user = user_of(cx, &member.user)?;
    Ok((member, user))
}

async fn find_one(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(VIEW)?;
    let (_, organization, id) = path.into_inner();
    let shown = admin
        .read(move |cx| {
            let (member, user) = member_found(cx, &organization, &id)?;
            Ok(show(cx, &user, member.managed, false))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Who came with an organization goes with it; all others stay users of the realm.
async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (_, organization, id) = path.into_inner();
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let (member, user) = member_found(cx, &organization, &id)?;
            let of = found(cx, &organization)?.id;
            if member.managed {
                grants.check_account(cx, &user.id)?;
            }
            organization::remove_member(cx, &of, &user.id)?;
            if member.managed && !user::remove(cx, &user.id)? {
                return Err(Fault::corrupt("a member is no user").into());
            }
            let path = format!("organizations/{organization}/members/{id}");
            record(cx, &actor, audit::DELETE, path)
        })
        .await?;
    Ok(no_content())
}

/// The name of a kind of membership, as JSON text or bare.
async fn set_kind(admin: Admin, path: Path<(String, String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (_, organization, id) = path.into_inner();
    let text = String::from_utf8_lossy(&body);
    let managed = managed_of(text.trim().trim_matches('"'))?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let (member, user) = member_found(cx, &organization, &id)?;
            let of = found(cx, &organization)?.id;
            // Whoever is managed is removed together with the membership.
            if managed && !member.managed {
                grants.check_account(cx, &user.id)?;
            }
            organization::update_member(cx, &of, &Member { managed, ..member })?;
            let path = format!("organizations/{organization}/members/{id}");
            record(cx, &actor, audit::UPDATE, path)
        })
        .await?;
    Ok(no_content())
}

fn managed_of(kind: &str) -> Result<bool> {
    match kind {
        "MANAGED" => Ok(true),
        "UNMANAGED" => Ok(false),
        _ => {
            let why = "membershipType is MANAGED or UNMANAGED";
            Err(AdminError::message(400, why))
        }
    }
}

fn organizations(cx: &mut Cx<'_>, user: &UserId, brief: bool) -> Result<Vec<Value>> {
    super::check_on(cx)?;
    let user = user_of(cx, user)?;
    let mut shown = Vec::new();
    for id in organization::list_of_user(cx, &user.id)? {
        if let Some(one) = organization::find(cx, &id)? {
            shown.push(shape::show(&one, brief));
        }
    }
    Ok(shown)
}

async fn of_user(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let id = UserId::new(path.into_inner().1);
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let shown = admin.read(move |cx| organizations(cx, &id, brief)).await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn of_member(admin: Admin, path: Path<(String, String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let (_, organization, id) = path.into_inner();
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let shown = admin
        .read(move |cx| {
            let (member, _) = member_found(cx, &organization, &id)?;
            organizations(cx, &member.user, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
