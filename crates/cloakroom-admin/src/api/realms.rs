//! `/admin/realms`: tenants and their settings.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Bytes, PayloadConfig, ServiceConfig};
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_keycloak::import::{Found, InMemory};
use cloakroom_keycloak::{read, realm as shape};
use cloakroom_login::policy::Policy as PasswordPolicy;
use cloakroom_model::realm::{self, RealmRow, Settings};
use cloakroom_model::{Cx, Realm, client, session};
use serde_json::json;

use super::{Answer, no_content};
use crate::access::{Admin, encode};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::transfer::{self, Manner, Policy};

/// The largest realm that is taken in one request, in bytes. Larger ones come from files.
const WHOLE_REALM: usize = 64 * 1024 * 1024;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms")
        .app_data(PayloadConfig::new(WHOLE_REALM))
        .route(web::get().to(list))
        .route(web::post().to(create))
        .default_service(web::to(no_method));
    let one = web::resource("/admin/realms/{realm}")
        .route(web::get().to(find))
        .route(web::put().to(update))
        .route(web::delete().to(remove))
        .default_service(web::to(no_method));
    cfg.service(all).service(one);
    cfg.route(
        "/admin/realms/{realm}/logout-all",
        web::post().to(logout_all),
    );
    cfg.route(
        "/admin/realms/{realm}/push-revocation",
        web::post().to(push),
    );
    for cache in ["realm", "user", "keys"] {
        let path = format!("/admin/realms/{{realm}}/clear-{cache}-cache");
        cfg.route(&path, web::post().to(clear));
    }
}

async fn no_method() -> Answer {
    Err(AdminError::error(405, "HTTP 405 Method Not Allowed"))
}

fn row(realm: &Realm) -> RealmRow {
    RealmRow {
        id: realm.id.clone(),
        name: realm.name.clone(),
        enabled: realm.enabled,
        version: realm.version,
        settings: realm.settings.clone(),
    }
}

async fn list(admin: Admin) -> Answer {
    let all = admin.read(|cx| Ok(realm::list(&mut cx.db)?)).await?;
    let mut shown = Vec::new();
    for row in all {
        let rights = admin.rights_in(&row.name).await?;
        if rights.contains("view-realm") || rights.contains("manage-realm") {
            shown.push(shape::show(&row)?);
        } else if rights.iter().any(|right| right != "create-realm") {
            shown.push(json!({"realm": row.name}));
        }
    }
    if shown.is_empty() {
        return Err(AdminError::forbidden());
    }
    Ok(HttpResponse::Ok().json(shown))
}

async fn find(admin: Admin) -> Answer {
    admin.check_any()?;
    let row = row(&admin.realm);
    if admin.may(&["view-realm", "manage-realm"]) {
        return Ok(HttpResponse::Ok().json(shape::show(&row)?));
    }
    Ok(HttpResponse::Ok().json(shape::show_little(&row)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    if admin.realm.name != MASTER || !admin.may(&["create-realm"]) {
        return Err(AdminError::forbidden());
    }
    let unreadable = |_| AdminError::message(400, "unable to read contents from stream");
    let fields = shape::fields();
    let mut sent = read::object(&body, "RealmRepresentation", &fields).map_err(unreadable)?;
    let name = read::text(&sent, "realm").map_err(unreadable)?;
    let name = name.unwrap_or_default().to_owned();
    check_name(&name)?;
    check_settings(&shape::apply(&blueprint::settings::defaults()?, &sent).map_err(unreadable)?)?;
    let users = read::member(&sent, "users").map_err(unreadable)?;
    sent.remove("users");
    let found = Found {
        sent,
        people: Box::new(InMemory(users.unwrap_or_default())),
    };
    let manner = Manner {
        policy: Policy::Fail,
        trial: false,
    };
    transfer::bring_in(&admin.app, found, manner).await?;
    let (actor, made) = (admin.actor.clone(), name.clone());
    admin
        .write(move |cx| {
            Ok(audit::record(
                cx,
                &actor,
                audit::CREATE,
                "REALM",
                made.clone(),
            )?)
        })
        .await?;
    let at = format!("{}/admin/realms/{}", admin.app.base_url, encode(&name));
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish())
}

/// What would need escaping in a path is refused, as in Keycloak.
fn check_name(name: &str) -> Result<()> {
    shape::check_name(name).map_err(|why| {
        if why.starts_with("Character") {
            AdminError::error(400, why)
        } else {
            AdminError::message(400, why)
        }
    })
}

fn check_settings(settings: &Settings) -> Result<()> {
    if let Some(policy) = &settings.password_policy {
        PasswordPolicy::parse(policy)
            .map_err(|error| AdminError::message(400, error.to_string()))?;
    }
    if !["all", "external", "none", "ALL", "EXTERNAL", "NONE"]
        .contains(&settings.ssl_required.as_str())
    {
        return Err(AdminError::message(
            400,
            "sslRequired is all, external or none",
        ));
    }
    if settings.sso_session_idle_timeout < 0
        || settings.client_session_idle_timeout > settings.sso_session_idle_timeout
    {
        let why = "Client Session Idle Timeout cannot be greater than Realm SSO Idle Timeout.";
        return Err(AdminError::message(400, why));
    }
    Ok(())
}

async fn update(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let sent = read::object(&body, "RealmRepresentation", &shape::fields())?;
    let settings = shape::apply(&admin.realm.settings, &sent)?;
    check_settings(&settings)?;
    let name = read::text(&sent, "realm")?
        .unwrap_or(&admin.realm.name)
        .to_owned();
    let enabled = read::switch(&sent, "enabled")?.unwrap_or(admin.realm.enabled);
    if name != admin.realm.name {
        check_name(&name)?;
        if admin.realm.name == MASTER {
            return Err(AdminError::message(
                400,
                "The realm master cannot be renamed",
            ));
        }
        rename_manager(&admin, &name).await?;
    }
    let (actor, renamed) = (admin.actor.clone(), name.clone());
    admin
        .write(move |cx| {
            realm::update(cx, &renamed, enabled, &settings)?;
            audit::record(cx, &actor, audit::UPDATE, "REALM", renamed.clone())?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The client of `master` whose roles manage the realm is named after it.
async fn rename_manager(admin: &Admin, name: &str) -> Result<()> {
    if admin.app.realm(name).await?.is_some() {
        return Err(AdminError::message(409, "Realm with same name exists"));
    }
    let Some(master) = admin.app.realm(MASTER).await? else {
        return Err(AdminError::not_found());
    };
    let (old, new) = (
        format!("{}-realm", admin.realm.name),
        format!("{name}-realm"),
    );
    let work = move |cx: &mut Cx<'_>| -> Result<()> {
        let Some(id) = client::find_id(cx, &old)? else {
            return Ok(());
        };
        let Some(found) = client::load(cx, &id)? else {
            return Ok(());
        };
        let draft = client::Draft {
            id,
            client_id: new.clone(),
            enabled: found.enabled,
            secret: client::reveal_secret(cx, &found)?,
            settings: found.settings,
        };
        client::update(cx, &draft)?;
        Ok(())
    };
    admin
        .app
        .enter(&master, cloakroom_model::Door::Write, work)
        .await
}

async fn remove(admin: Admin) -> Answer {
    admin.check(&["manage-realm"])?;
    if admin.realm.name == MASTER {
        return Err(AdminError::message(
            400,
            "The realm master cannot be removed",
        ));
    }
    let master = admin
        .app
        .realm(MASTER)
        .await?
        .ok_or_else(AdminError::not_found)?;
    let (gone, actor) = (admin.realm.clone(), admin.actor.clone());
    let work = move |cx: &mut Cx<'_>| -> Result<()> {
        let manager = client::find_id(cx, &format!("{}-realm", gone.name))?;
        if let Some(id) = manager {
            client::remove(cx, &id)?;
        }
        realm::remove(&mut cx.in_realm(&gone))?;
        audit::record(cx, &actor, audit::DELETE, "REALM", gone.name.clone())?;
        Ok(())
    };
    admin
        .app
        .enter(&master, cloakroom_model::Door::Write, work)
        .await?;
    Ok(no_content())
}

async fn logout_all(admin: Admin) -> Answer {
    admin.check(&["manage-users"])?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            session::remove_all(cx)?;
            audit::record(cx, &actor, audit::ACTION, "REALM", "logout-all")?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Clients learn of a new not-before from introspection; none of them is called.
async fn push(admin: Admin) -> Answer {
    admin.check(&["manage-realm"])?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Reads the realm anew, here and on other nodes.
async fn clear(admin: Admin) -> Answer {
    admin.check(&["manage-realm"])?;
    admin
        .write(|cx| {
            cx.settings_changed();
            cx.people_changed();
            Ok(())
        })
        .await?;
    Ok(no_content())
}
