//! Members of an organization.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::{name, set};
use cloakroom_keycloak::{organization as shape, user as user_shape};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, Member, Search};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, VIEW, found, found_by};
use crate::access::{Actor, Admin, Sway, encode};
use crate::api::{ALL, Answer, Params, is_on, no_content, page, user_profile, users};
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

/// A page of those that the caller may see; `list` gives some, after so many others.
pub(in crate::api) fn page_seen<T>(
    cx: &mut Cx<'_>,
    people: &Sway,
    (first, max): (i64, i64),
    list: impl FnOnce(&mut Cx<'_>, i64, i64) -> cloakroom_model::Result<Vec<T>>,
    id: impl Fn(&T) -> &UserId,
) -> Result<Vec<T>> {
    if people.is_full() {
        return Ok(list(cx, first, max)?);
    }
    let opened = people.open(cx)?;
    let mut seen = Vec::new();
    for one in list(cx, 0, ALL)? {
        if opened.may(cx, Of::Users, id(&one).as_str(), "view")? {
            seen.push(one);
        }
    }
    let (first, max) = (usize::try_from(first), usize::try_from(max));
    let page = seen.into_iter().skip(first.unwrap_or(0));
    Ok(page.take(max.unwrap_or(usize::MAX)).collect())
}

async fn list(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    admin.check(users::QUERY)?;
    let people = admin.sway(users::VIEW);
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
            let one = found_by(cx, &id, &views, "view")?;
            let list = |cx: &mut Cx<'_>, first, max| {
                organization::list_members(cx, &one.id, &search, first, max)
            };
            let mut shown = Vec::new();
            for member in page_seen(cx, &people, (first, max), list, |one| &one.user)? {
                let user = user_of(cx, &member.user)?;
                shown.push(show(cx, &user, member.managed, brief));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn count(admin: Admin, path: Path<(String, String)>) -> Answer {
    let views = admin.check_sway(VIEW)?;
    admin.check(users::QUERY)?;
    let people = admin.sway(users::VIEW);
    let id = path.into_inner().1;
    let count = admin
        .read(move |cx| {
            let one = found_by(cx, &id, &views, "view")?;
            if people.is_full() {
                return Ok(organization::count_members(cx, &one.id)?);
            }
            let list = |cx: &mut Cx<'_>, first, max| {
                organization::list_members(cx, &one.id, &Search::default(), first, max)
            };
            let seen = page_seen(cx, &people, (0, ALL), list, |one| &one.user)?;
            Ok(i64::try_from(seen.len()).unwrap_or(i64::MAX))
        })
        .await?;
    Ok(HttpResponse::Ok().json(count))
}

fn record(cx: &mut Cx<'_>, actor: &Actor, what: &'static str, path: String) -> Result<()> {
    let kind = "ORGANIZATION_MEMBERSHIP";
    Ok(audit::record(cx, actor, what, kind, path)?)
}

/// How far a caller sees organizations, and people.
pub(super) struct Sight(Sway, Sway);

impl Sight {
    /// Refuses who has nothing to say of organizations.
    pub(super) fn of(admin: &Admin) -> Result<Self> {
        Ok(Self(admin.check_sway(VIEW)?, admin.sway(users::VIEW)))
    }

    /// Refuses unless the caller may see both the organization and the one who is in it.
    pub(super) fn check(&self, cx: &mut Cx<'_>, organization: &str, id: &str) -> Result<()> {
        found_by(cx, organization, &self.0, "view")?;
        self.1.check(cx, Of::Users, id, "view")
    }
}

/// How far a caller may change organizations, and people.
pub(super) struct Hold(Sway, Sway);

impl Hold {
    /// Refuses who has nothing to say of organizations.
    pub(super) fn of(admin: &Admin) -> Result<Self> {
        Ok(Self(admin.check_sway(MANAGE)?, admin.sway(users::MANAGE)))
    }

    /// Refuses unless the caller may change both the organization and the one who is in it.
    pub(super) fn check(&self, cx: &mut Cx<'_>, organization: &str, id: &str) -> Result<()> {
        found_by(cx, organization, &self.0, "manage")?;
        self.1.check(cx, Of::Users, id, "manage")
    }
}

/// The id of a user, as JSON text or bare.
async fn add(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    let hold = Hold::of(&admin)?;
    let id = path.into_inner().1;
    let user = UserId::new(name(&body)?);
    let (actor, of, who) = (admin.actor.clone(), id.clone(), user.clone());
    admin
        .write(move |cx| {
            hold.check(cx, &of, who.as_str())?;
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
    let sight = Sight::of(&admin)?;
    let (_, organization, id) = path.into_inner();
    let shown = admin
        .read(move |cx| {
            sight.check(cx, &organization, &id)?;
            let (member, user) = member_found(cx, &organization, &id)?;
            Ok(show(cx, &user, member.managed, false))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Who came with an organization goes with it; all others stay users of the realm.
async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let hold = Hold::of(&admin)?;
    let (_, organization, id) = path.into_inner();
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            hold.check(cx, &organization, &id)?;
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
    let hold = Hold::of(&admin)?;
    let (_, organization, id) = path.into_inner();
    let text = String::from_utf8_lossy(&body);
    let managed = managed_of(text.trim().trim_matches('"'))?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            hold.check(cx, &organization, &id)?;
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
    match kind.to_ascii_uppercase().as_str() {
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
    let people = admin.sway(users::VIEW);
    let id = UserId::new(path.into_inner().1);
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let shown = admin
        .read(move |cx| {
            people.check(cx, Of::Users, id.as_str(), "view")?;
            organizations(cx, &id, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn of_member(admin: Admin, path: Path<(String, String, String)>, params: Params) -> Answer {
    let sight = Sight::of(&admin)?;
    let (_, organization, id) = path.into_inner();
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let shown = admin
        .read(move |cx| {
            sight.check(cx, &organization, &id)?;
            let (member, _) = member_found(cx, &organization, &id)?;
            organizations(cx, &member.user, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
