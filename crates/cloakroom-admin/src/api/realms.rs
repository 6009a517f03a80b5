//! `/admin/realms`: tenants and their settings.

pub(crate) mod change;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_keycloak::import::{Found, InMemory};
use cloakroom_keycloak::read::{self, Unreadable};
use cloakroom_keycloak::realm as shape;
use cloakroom_model::realm::{self, RealmRow};
use cloakroom_model::{Cx, Fault, Realm, client};
use cloakroom_web::web::{self, Bytes, PayloadConfig, ServiceConfig};
use serde_json::json;

use super::partial::refuse_doubled;
use super::{Answer, Params, default_groups, is_on, listed, no_content};
use crate::access::{Admin, encode};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::listed::Listed;
use crate::transfer::{self, Manner, Policy};

/// The largest realm that is taken in one request, in bytes. Larger ones come from files.
const WHOLE_REALM: usize = 64 * 1024 * 1024;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms")
        .app_data(PayloadConfig::new(WHOLE_REALM))
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}")
        .route(web::get().to(find))
        .route(web::put().to(change::update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
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

async fn list(admin: Admin, params: Params) -> Answer {
    let all = admin.read(|cx| Ok(realm::list(&mut cx.db)?)).await?;
    let names = all.iter().map(|row| row.name.clone()).collect();
    let rights = admin.rights_in_all(names).await?;
    let is_brief = is_on(&params, "briefRepresentation");
    let mut shown = Listed::default();
    for (row, rights) in all.iter().zip(rights) {
        let sees_all = rights.contains("view-realm") || rights.contains("manage-realm");
        if sees_all && is_brief {
            shown.push(&shape::show_briefly(row))?;
        } else if sees_all {
            shown.push(&shape::show(row)?)?;
        } else if rights.iter().any(|right| right != "create-realm") {
            shown.push(&json!({"realm": row.name}))?;
        }
    }
    if shown.is_empty() {
        return Err(AdminError::forbidden());
    }
    Ok(listed(shown.end()))
}

async fn find(admin: Admin) -> Answer {
    admin.check_any()?;
    let row = row(&admin.realm);
    if admin.may(&["view-realm", "manage-realm"]) {
        let mut shown = shape::show(&row)?;
        let groups = admin.read(default_groups::paths).await?;
        if !groups.is_empty() {
            read::set(&mut shown, "defaultGroups", json!(groups));
        }
        return Ok(HttpResponse::Ok().json(shown));
    }
    let sees_people = admin.may(&["view-users", "manage-users"]);
    Ok(HttpResponse::Ok().json(shape::show_little(&row, sees_people)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    if admin.realm.name != MASTER || !admin.may(&["create-realm"]) {
        return Err(AdminError::forbidden());
    }
    let unreadable = |error| match error {
        Unreadable::Long { .. } => error.into(),
        _ => AdminError::message(400, "unable to read contents from stream"),
    };
    refuse_doubled(&body)?;
    let fields = shape::fields();
    let mut sent = read::object(&body, "RealmRepresentation", &fields).map_err(unreadable)?;
    let name = read::text(&sent, "realm").map_err(unreadable)?;
    let name = name.unwrap_or_default().to_owned();
    check_name(&name)?;
    let settings = shape::apply(&blueprint::settings::defaults()?, &sent).map_err(unreadable)?;
    change::check(&settings, &sent)?;
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

async fn remove(admin: Admin) -> Answer {
    admin.check(&["manage-realm"])?;
    if admin.realm.name == MASTER {
        return Err(AdminError::message(400, "Can't remove master realm"));
    }
    let master = admin
        .app
        .realm(MASTER)
        .await?
        .ok_or_else(AdminError::not_found)?;
    let (gone, actor) = (admin.realm.clone(), admin.actor.clone());
    let work = move |cx: &mut Cx<'_>| -> Result<()> {
        realm::hold(cx)?;
        let manager = client::find_id(cx, &format!("{}-realm", gone.name))?;
        if let Some(id) = manager {
            client::remove(cx, &id)?;
        }
        if !realm::remove(&mut cx.in_realm(&gone))? {
            return Err(Fault::gone().into());
        }
        audit::record(cx, &actor, audit::DELETE, "REALM", gone.name.clone())?;
        Ok(())
    };
    admin
        .app
        .enter(&master, cloakroom_model::Door::Write, work)
        .await?;
    Ok(no_content())
}
