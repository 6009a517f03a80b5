//! `/admin/realms/{realm}/users/profile`: which attributes people have, and what they must look like.

use actix_web::HttpResponse;
use cloakroom_keycloak::user_profile as shape;
use cloakroom_login::profile::{self, Occasion, config};
use cloakroom_model::Realm;
use cloakroom_model::user::User;
use cloakroom_model::user_profile::{self, OF_DIRECTORIES, Side, UserProfile};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

use super::Answer;
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let profile = web::resource("/admin/realms/{realm}/users/profile")
        .route(web::get().to(find))
        .route(web::put().to(update));
    cfg.service(profile);
    cfg.route(
        "/admin/realms/{realm}/users/profile/metadata",
        web::get().to(metadata),
    );
}

const VIEW: &[&str] = &[
    "view-realm",
    "manage-realm",
    "view-users",
    "manage-users",
    "query-users",
];

/// Takes from a user what an administrator may not set, and refuses what the profile refuses.
///
/// `user` is the person as sent, `before` as stored; `None` for somebody new.
pub(crate) fn check(realm: &Realm, before: Option<&User>, user: &mut User) -> Result<()> {
    let found = profile::check(realm, Occasion::ADMIN, before, user);
    if found.is_empty() {
        return Ok(());
    }
    Err(AdminError::fields(&found))
}

/// A user with nothing but what administrators may see. Somebody of a directory, or of Kerberos alone, is shown with what
/// is said of them there, which is not theirs to hide.
pub(crate) fn visible(realm: &Realm, user: &User) -> User {
    let mut shown = profile::visible(&realm.profile, Side::Admin, user);
    let is_of_directory = |name: &&str| user.attributes.contains_key(*name);
    if !["LDAP_ID", "KERBEROS_PRINCIPAL"]
        .iter()
        .any(is_of_directory)
    {
        return shown;
    }
    for name in OF_DIRECTORIES {
        if let Some(values) = user.attributes.get(name)
            && realm.profile.attribute(name).is_none()
        {
            shown.attributes.insert(name.to_owned(), values.clone());
        }
    }
    shown
}

/// The profile describes this attribute, and keeps it from administrators.
pub(crate) fn is_hidden(realm: &Realm, name: &str) -> bool {
    let attribute = realm.profile.attribute(name);
    attribute.is_some_and(|attribute| !attribute.may_view(Side::Admin))
}

/// What a form for a person needs to know.
pub(crate) fn describe(realm: &Realm, is_new: bool) -> Value {
    shape::metadata(&realm.profile, &realm.settings, Side::Admin, is_new)
}

async fn find(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    Ok(HttpResponse::Ok().json(&admin.realm.profile))
}

async fn metadata(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    Ok(HttpResponse::Ok().json(describe(&admin.realm, true)))
}

/// An empty body goes back to the profile of a new realm.
async fn update(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let is_reset = body.trim_ascii().is_empty();
    let sent = if is_reset {
        UserProfile::at_first(&admin.realm.name)?
    } else {
        shape::read(&body)?
    };
    check_config(&admin.realm, &sent)?;
    let (actor, stored) = (admin.actor.clone(), sent.clone());
    admin
        .write(move |cx| {
            if is_reset {
                user_profile::reset(cx)?;
            } else {
                user_profile::store(cx, &stored)?;
            }
            audit::record(cx, &actor, audit::UPDATE, "USER_PROFILE", "users/profile")?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(sent))
}

/// Refuses a profile that no form could be made of.
pub(crate) fn check_config(realm: &Realm, profile: &UserProfile) -> Result<()> {
    let has_scope = |name: &str| realm.scope_named(name).is_some();
    let found = config::check(profile, &has_scope);
    if found.is_empty() {
        return Ok(());
    }
    let all = format!("[{}]", found.join(", "));
    Err(AdminError::message(400, all))
}
