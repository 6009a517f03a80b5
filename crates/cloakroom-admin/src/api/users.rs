//! `/admin/realms/{realm}/users`: people.

pub(crate) mod password;

use cloakroom_keycloak::read::set;
use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::blueprint;
use cloakroom_keycloak::{read, user as shape};
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, Query, Stored, User};
use cloakroom_model::{Cx, group};
use serde_json::{Value, json};

use super::{Answer, Params, is_on, no_content, page, switch, user_profile};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) const MANAGE: &[&str] = &["manage-users"];
pub(crate) const VIEW: &[&str] = &["view-users", "manage-users"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/users/count", web::get().to(count));
    let all = web::resource("/admin/realms/{realm}/users")
        .route(web::get().to(list))
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

fn query(params: &Params) -> Result<Query> {
    let (first, max) = page(params, 100)?;
    let text = |name: &str| params.get(name).cloned();
    Ok(Query {
        search: text("search"),
        username: text("username"),
        email: text("email"),
        first_name: text("firstName"),
        last_name: text("lastName"),
        exact: is_on(params, "exact"),
        enabled: switch(params, "enabled"),
        email_verified: switch(params, "emailVerified"),
        first,
        max,
    })
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(&["view-users", "manage-users", "query-users"])?;
    if !admin.may(VIEW) {
        return Ok(HttpResponse::Ok().json(json!([])));
    }
    let query = query(&params)?;
    let found = admin.read(move |cx| search(cx, &query)).await?;
    let brief = is_on(&params, "briefRepresentation");
    let may_manage = admin.may(MANAGE);
    let shown: Vec<Value> = found
        .iter()
        .map(|user| {
            let user = user_profile::visible(&admin.realm, user);
            let mut shown = if brief {
                shape::show_briefly(&user)
            } else {
                shape::show(&user)
            };
            set(&mut shown, "access", json!({"manage": may_manage}));
            shown
        })
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// `id:` in a search names one user; a service account is found by its whole name only.
fn search(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<User>> {
    if let Some(id) = query
        .search
        .as_deref()
        .and_then(|text| text.strip_prefix("id:"))
    {
        return Ok(user::find(cx, &UserId::new(id.trim()))?
            .into_iter()
            .collect());
    }
    let mut found = user::list(cx, query)?;
    if let Some(name) = query.username.as_deref().filter(|_| found.is_empty())
        && name.starts_with("service-account-")
    {
        found.extend(user::find_by_username(cx, name)?);
    }
    Ok(found)
}

async fn count(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let query = query(&params)?;
    let count = admin.read(move |cx| Ok(user::count(cx, &query)?)).await?;
    Ok(HttpResponse::Ok().json(count))
}

async fn find_one(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let user = admin.read(move |cx| found(cx, &id)).await?;
    let mut shown = shape::show(&user_profile::visible(&admin.realm, &user));
    if is_on(&params, "userProfileMetadata") {
        let metadata = user_profile::describe(&admin.realm, false);
        set(&mut shown, "userProfileMetadata", metadata);
    }
    let manage = admin.may(MANAGE);
    set(
        &mut shown,
        "access",
        json!({
            "view": true,
            "manage": manage,
            "manageGroupMembership": manage,
            "mapRoles": manage,
            "resetPassword": manage,
            "impersonate": admin.may(&["impersonation"]),
        }),
    );
    Ok(HttpResponse::Ok().json(shown))
}

async fn unmanaged(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let user = admin.read(move |cx| found(cx, &id)).await?;
    let mut seen = user_profile::visible(&admin.realm, &user).attributes;
    seen.retain(|name, _| admin.realm.profile.attribute(name).is_none());
    Ok(HttpResponse::Ok().json(seen))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "UserRepresentation", shape::FIELDS)?;
    let mut draft = new_user();
    shape::apply(&mut draft, &sent)?;
    if admin.realm.settings.registration_email_as_username
        && let Some(email) = &draft.email
    {
        draft.username.clone_from(email);
    }
    if draft.username.is_empty() {
        return Err(AdminError::message(400, "User name is missing"));
    }
    user_profile::check(&admin.realm, None, &mut draft)?;
    let credentials: Vec<read::Object> = read::member(&sent, "credentials")?.unwrap_or_default();
    let mut passwords = Vec::new();
    for credential in &credentials {
        let made = password::prepare(&admin, &draft, credential).await?;
        if made.is_temporary {
            password::demand_new(&mut draft);
        }
        passwords.push(made);
    }
    let groups: Vec<String> = read::member(&sent, "groups")?.unwrap_or_default();
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let mut user = draft.clone();
            user.id = UserId::new(cx.new_id());
            user.created_at = cx.now;
            insert(cx, &user, &groups).map_err(AdminError::undoing)?;
            for made in &passwords {
                password::store(cx, &user.id, made)?;
            }
            audit::record(
                cx,
                &actor,
                audit::CREATE,
                "USER",
                format!("users/{}", user.id),
            )?;
            Ok(user.id)
        })
        .await?;
    Ok(admin.created("users", id.as_str()))
}

fn new_user() -> User {
    User {
        id: UserId::new(""),
        username: String::new(),
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: false,
        created_at: cloakroom_web::app::now(),
        not_before: 0,
        service_account_client: None,
        attributes: BTreeMap::new(),
        required_actions: Vec::new(),
    }
}

fn insert(cx: &mut Cx<'_>, user: &User, group_names: &[String]) -> Result<()> {
    if user::insert(cx, user)? != Stored::Done {
        return Err(taken(cx, user)?);
    }
    if let Some(role) = blueprint::default_role(&cx.realm.settings) {
        user::grant_role(cx, &user.id, &role)?;
    }
    for id in group::defaults(cx)? {
        user::join(cx, &user.id, &id)?;
    }
    let all = if group_names.is_empty() {
        Vec::new()
    } else {
        group::list(cx)?
    };
    for name in group_names {
        let path = format!("/{}", name.trim_start_matches('/'));
        let known = all.iter().find(|one| group::path(&all, &one.id) == path);
        let known = known.ok_or_else(|| AdminError::error(404, "Group not found"))?;
        user::join(cx, &user.id, &known.id)?;
    }
    Ok(())
}

/// Which of a user's names another one has.
fn taken(cx: &mut Cx<'_>, user: &User) -> Result<AdminError> {
    let same = user::find_by_username(cx, &user.username)?;
    let what = if same.is_some_and(|other| other.id != user.id) {
        "username"
    } else {
        "email"
    };
    let text = format!("User exists with same {what}");
    Ok(AdminError::message(409, text))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "UserRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let credentials: Vec<read::Object> = read::member(&sent, "credentials")?.unwrap_or_default();
    let mut passwords = Vec::new();
    if !credentials.is_empty() {
        let asked = id.clone();
        let user = admin.read(move |cx| found(cx, &asked)).await?;
        for credential in &credentials {
            passwords.push(password::prepare(&admin, &user, credential).await?);
        }
    }
    admin
        .write(move |cx| {
            let before = found(cx, &id)?;
            let mut user = before.clone();
            shape::apply(&mut user, &sent)?;
            for made in &passwords {
                if made.is_temporary {
                    password::demand_new(&mut user);
                }
                password::store(cx, &user.id, made)?;
            }
            let renamed = user.username != before.username;
            if renamed && user::find_by_username(cx, &user.username)?.is_some() {
                return Err(taken(cx, &user)?);
            }
            if user.service_account_client.is_none() {
                user_profile::check(cx.realm, Some(&before), &mut user)?;
            }
            match user::update(cx, &user)? {
                Stored::Done => {}
                Stored::Taken => return Err(taken(cx, &user)?),
                Stored::Gone => return Err(AdminError::error(404, "User not found")),
            }
            audit::record(cx, &actor, audit::UPDATE, "USER", format!("users/{id}"))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found(cx, &id)?;
            user::remove(cx, &user.id)?;
            audit::record(cx, &actor, audit::DELETE, "USER", format!("users/{id}"))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
