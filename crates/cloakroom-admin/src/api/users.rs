//! `/admin/realms/{realm}/users`: people.

pub(crate) mod directory;
pub(crate) mod draft;
pub(crate) mod find;
mod identities;
mod impersonate;
pub(crate) mod mail;
pub(crate) mod many;
pub(crate) mod password;
pub(crate) mod rows;
mod verifiable;

use actix_web::HttpResponse;
use cloakroom_keycloak::blueprint;
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_keycloak::user as shape;
use cloakroom_model::authorization::delegation::{self, Kind as Of};
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::UserId;
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_model::user::identity::{self, Identity};
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::user_profile::OF_DIRECTORIES;
use cloakroom_model::{Cx, Timestamp, identity_provider, lockout};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::json;

use super::ui_ext::recycle_bin;
use super::{Answer, Names, Params, is_on, no_content, user_profile};
use crate::access::{Admin, Grants, Sway, check_without};
use crate::audit;
use crate::error::{AdminError, Result};
use password::Prepared;

pub(crate) const MANAGE: &[&str] = &["manage-users"];
pub(crate) const VIEW: &[&str] = &["view-users", "manage-users"];
/// Who may ask for people at all; whom they then see is another question.
pub(crate) const QUERY: &[&str] = &["query-users", "view-users", "manage-users"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    identities::configure(cfg);
    impersonate::configure(cfg);
    mail::configure(cfg);
    verifiable::configure(cfg);
    cfg.route(
        "/admin/realms/{realm}/users/count",
        web::get().to(find::count),
    );
    let all = web::resource("/admin/realms/{realm}/users")
        .route(web::get().to(find::list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}/users/{user}")
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
    cfg.route(
        "/admin/realms/{realm}/users/{user}/unmanagedAttributes",
        web::get().to(unmanaged),
    );
}

/// The user with this id, or Keycloak's text for none.
pub(crate) fn found(cx: &mut Cx<'_>, id: &str) -> Result<User> {
    let found = user::find(cx, &UserId::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "User not found"))
}

/// The same, if the caller may do this with them; who may not see everybody does not learn who is there.
pub(crate) fn found_by(cx: &mut Cx<'_>, id: &str, sway: &Sway, scope: &str) -> Result<User> {
    sway.check(cx, Of::Users, id, scope)?;
    found(cx, id)
}

/// The same, if their account may be touched by a caller with these rights.
pub(crate) fn found_for_change(
    cx: &mut Cx<'_>,
    id: &str,
    (grants, sway): (&Grants, &Sway),
    scope: &str,
) -> Result<User> {
    let user = found_by(cx, id, sway, scope)?;
    grants.check_account(cx, &user.id)?;
    Ok(user)
}

async fn find_one(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let with_metadata = is_on(&params, "userProfileMetadata");
    let manages = admin.sway(MANAGE);
    let impersonates = admin.sway(&["impersonation"]);
    let shown = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            let id = user.id.clone();
            let mut shown = find::show_all(cx, &[user], false)?;
            let mut shown = shown.pop().unwrap_or_default();
            let mut may = |sway: &Sway, scope| sway.may(cx, Of::Users, id.as_str(), scope);
            let manage = may(&manages, "manage")?;
            let access = json!({
                "view": true,
                "manage": manage,
                "manageGroupMembership": may(&manages, "manage-group-membership")?,
                "mapRoles": may(&manages, "map-roles")?,
                "resetPassword": manage || may(&manages, "reset-password")?,
                "impersonate": may(&impersonates, "impersonate")?,
            });
            set(&mut shown, "access", access);
            let links = identities::of_user(cx, &id)?;
            // Keycloak says that there is none as well, as soon as the realm has a provider.
            if !links.is_empty() || identity_provider::is_any(cx)? {
                set(&mut shown, "federatedIdentities", json!(links));
            }
            if with_metadata {
                let metadata = user_profile::describe(cx.realm, false);
                set(&mut shown, "userProfileMetadata", metadata);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Attributes that the profile does not name.
async fn unmanaged(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let seen = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            let mut seen = user_profile::visible(cx.realm, &user).attributes;
            seen.retain(|name, _| {
                let is_described = cx.realm.profile.attribute(name).is_some();
                !is_described && !OF_DIRECTORIES.contains(&name.as_str())
            });
            Ok(seen)
        })
        .await?;
    Ok(HttpResponse::Ok().json(seen))
}

/// All that a new user comes with.
#[derive(Clone)]
struct New {
    user: User,
    passwords: Vec<Prepared>,
    groups: Vec<String>,
    identities: Vec<Identity>,
    /// When they came, where that was elsewhere.
    created: Option<Timestamp>,
    /// They are an entry of a directory.
    entered: Option<directory::Entered>,
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sway = manages.clone();
    admin
        .read(move |cx| sway.check_all(cx, Of::Users, "manage"))
        .await?;
    let sent = read::object(&body, "UserRepresentation", shape::FIELDS)?;
    let mut user = draft::nobody();
    shape::apply(&mut user, &sent)?;
    if admin.realm.settings.registration_email_as_username
        && let Some(email) = &user.email
    {
        user.username.clone_from(email);
    }
    if user.username.is_empty() {
        return Err(AdminError::message(400, "User name is missing"));
    }
    directory::know(&admin, &user.username).await?;
    let asked = user.clone();
    admin.read(move |cx| check_free(cx, &asked)).await?;
    user_profile::check(&admin.realm, None, &mut user)?;
    let mut new = New {
        passwords: passwords(&admin, &mut user, &sent).await?,
        groups: read::member(&sent, "groups")?.unwrap_or_default(),
        identities: draft::identities(&sent)?,
        created: draft::created(&sent)?,
        entered: None,
        user,
    };
    new.entered = directory::enter(&admin, &new.user, &sent).await?;
    let entered = new.entered.clone();
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let stored = admin
        .write(move |cx| {
            manages.check_all(cx, Of::Users, "manage")?;
            let id = insert(cx, &new, &grants).map_err(AdminError::undoing)?;
            let path = format!("users/{id}");
            audit::record(cx, &actor, audit::CREATE, "USER", path)?;
            Ok(id)
        })
        .await;
    if let (Err(_), Some(entered)) = (&stored, entered) {
        entered.undo(&admin).await;
    }
    Ok(admin.created("users", stored?.as_str()))
}

/// A name that is taken is told of before anything else that is wrong.
fn check_free(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    if user::find_by_username(cx, &user.username)?.is_some() {
        return Err(AdminError::message(409, "User exists with same username"));
    }
    let unique = !cx.realm.settings.duplicate_emails_allowed;
    if let Some(email) = user.email.as_deref().filter(|_| unique)
        && user::find_by_email(cx, email)?.is_some()
    {
        return Err(AdminError::message(409, "User exists with same email"));
    }
    Ok(())
}

/// Hashes the passwords that were sent with a user.
async fn passwords(admin: &Admin, user: &mut User, sent: &Object) -> Result<Vec<Prepared>> {
    let credentials: Vec<Object> = read::member(sent, "credentials")?.unwrap_or_default();
    let mut prepared = Vec::new();
    for credential in &credentials {
        let made = password::prepare(admin, user, credential).await?;
        if made.is_temporary {
            password::demand_new(user);
        }
        prepared.push(made);
    }
    Ok(prepared)
}

fn insert(cx: &mut Cx<'_>, new: &New, grants: &Grants) -> Result<UserId> {
    let sway = grants.sway(MANAGE);
    let mut user = new.user.clone();
    user.id = UserId::new(cx.new_id());
    user.created_at = new.created.unwrap_or(cx.now);
    if user::insert(cx, &user)? != Stored::Done {
        return Err(draft::taken(cx, &user)?);
    }
    if let Some(role) = blueprint::default_role(&cx.realm.settings) {
        user::grant_role(cx, &user.id, &role)?;
    }
    for id in group::defaults(cx)? {
        user::join(cx, &user.id, &id)?;
    }
    for path in &new.groups {
        let known: Option<Group> = draft::group_at(cx, path)?;
        let known = known.ok_or_else(|| {
            AdminError::message(
                400,
                format!("Unable to find group specified by path: {path}"),
            )
        })?;
        grants.check_group(cx, &known.id)?;
        sway.check(cx, Of::Groups, known.id.as_str(), "manage-membership")?;
        user::join(cx, &user.id, &known.id)?;
    }
    for link in &new.identities {
        identity::insert(cx, &user.id, link)?;
    }
    if let Some(entered) = &new.entered {
        entered.join(cx, &mut user)?;
    }
    let is_kept_there = new.entered.as_ref().is_some_and(|one| one.has_password);
    for made in new.passwords.iter().filter(|_| !is_kept_there) {
        password::store(cx, &user.id, made)?;
    }
    Ok(user.id)
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "UserRepresentation", shape::FIELDS)?;
    let id = path.part("user").to_owned();
    let mut passwords = Vec::new();
    if sent.contains_key("credentials") {
        let (asked, sway) = (id.clone(), manages.clone());
        let mut user = admin
            .read(move |cx| found_by(cx, &asked, &sway, "manage"))
            .await?;
        passwords = self::passwords(&admin, &mut user, &sent).await?;
    }
    directory::write_first(&admin, &id, &sent).await?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let before = found_for_change(cx, &id, (&grants, &manages), "manage")?;
            change(cx, &before, &sent, &passwords).map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::UPDATE, "USER", format!("users/{id}"))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

fn change(cx: &mut Cx<'_>, before: &User, sent: &Object, passwords: &[Prepared]) -> Result<()> {
    let mut user = before.clone();
    shape::apply(&mut user, sent)?;
    if cx.realm.settings.registration_email_as_username
        && let Some(email) = user.email.clone().filter(|_| sent.contains_key("email"))
    {
        user.username = email;
    }
    if user.username.trim().is_empty() {
        return Err(AdminError::message(400, "User name is missing"));
    }
    if before.enabled && !user.enabled {
        check_without(cx, &before.id)?;
    }
    for made in passwords {
        if made.is_temporary {
            password::demand_new(&mut user);
        }
        password::store(cx, &user.id, made)?;
    }
    let renamed = user.username != before.username;
    if renamed && user::find_by_username(cx, &user.username)?.is_some() {
        return Err(draft::taken(cx, &user)?);
    }
    if user.service_account_client.is_none() {
        user_profile::check(cx.realm, Some(before), &mut user)?;
    }
    directory::check_kept(cx, before, &user)?;
    match user::update(cx, &user)? {
        Stored::Done => {}
        Stored::Taken => return Err(draft::taken(cx, &user)?),
        Stored::Gone => return Err(AdminError::error(404, "User not found")),
    }
    // To switch an account on is to forgive what it was locked for.
    if read::switch(sent, "enabled")? == Some(true) {
        lockout::clear(cx, &user.id)?;
    }
    Ok(())
}

async fn remove(admin: Admin, path: Names, params: Params) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    let (asked, sway) = (path.part("user").to_owned(), manages.clone());
    let asker = grants.clone();
    let doomed = admin
        .read(move |cx| {
            let doomed = found_for_change(cx, &asked, (&asker, &sway), "manage")?;
            // What is gone from a directory cannot be had back by a refusal.
            check_without(cx, &doomed.id)?;
            Ok(doomed)
        })
        .await?;
    directory::remove_first(&admin, &doomed).await?;
    let kept = admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let doomed = Doomed {
                kind: Kind::User,
                id: user.id.as_str(),
                name: &user.username,
            };
            let kept = recycle_bin::keep(cx, &actor, &params, doomed)?;
            user::remove(cx, &user.id)?;
            delegation::forget(cx, user.id.as_str())?;
            let path = format!("users/{}", user.id);
            audit::record(cx, &actor, audit::DELETE, "USER", path)?;
            Ok(kept)
        })
        .await?;
    Ok(recycle_bin::removed(kept))
}
