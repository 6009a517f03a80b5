//! Settings of steps by their id.

use actix_web::HttpResponse;
use cloakroom_keycloak::flow::{self as shape, Flows};
use cloakroom_keycloak::read;
use cloakroom_model::flow::{self, AuthenticatorConfig};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};

use super::{MANAGE, VIEW};
use crate::access::Admin;
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication/config";
    cfg.route(base, web::post().to(create));
    let one = web::resource(format!("{base}/{{config}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(one);
}

pub(super) fn missing() -> AdminError {
    AdminError::error(404, "Could not find authenticator config")
}

/// Settings have an alias that no others have.
pub(super) fn check_alias(all: &Flows, alias: &str) -> Result<()> {
    let what = "authentication execution configuration";
    if alias.is_empty() {
        let why = format!("Failed to create {what} with empty alias name");
        return Err(AdminError::message(409, why));
    }
    if all.configs.iter().any(|config| config.alias == alias) {
        let why = format!("Authentication execution configuration {alias} already exists");
        return Err(AdminError::message(409, why));
    }
    Ok(())
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(
        &body,
        "AuthenticatorConfigRepresentation",
        shape::CONFIG_FIELDS,
    )?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let alias = read::text(&sent, "alias")?.unwrap_or_default();
            check_alias(&Flows::load(cx)?, alias)?;
            let config = AuthenticatorConfig {
                id: cx.new_id(),
                alias: alias.to_owned(),
                config: shape::config_sent(&sent)?,
            };
            flow::insert_config(cx, &config)?;
            let path = format!("authentication/config/{}", config.id);
            audit::record(cx, &actor, audit::CREATE, "AUTHENTICATOR_CONFIG", path)?;
            Ok(config.id)
        })
        .await?;
    Ok(admin.created("authentication/config", &id))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let all = admin.read(|cx| Ok(Flows::load(cx)?)).await?;
    let config = all.config(&id).ok_or_else(missing)?;
    Ok(HttpResponse::Ok().json(shape::show_config(config)))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(
        &body,
        "AuthenticatorConfigRepresentation",
        shape::CONFIG_FIELDS,
    )?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let mut config = all.config(&id).cloned().ok_or_else(missing)?;
            if let Some(alias) = read::text(&sent, "alias")?
                && alias != config.alias
            {
                check_alias(&all, alias)?;
                alias.clone_into(&mut config.alias);
            }
            shape::change_config(&mut config, &sent)?;
            flow::update_config(cx, &config)?;
            let path = format!("authentication/config/{id}");
            audit::record(cx, &actor, audit::UPDATE, "AUTHENTICATOR_CONFIG", path)?;
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
            if !flow::remove_config(cx, &id)? {
                return Err(missing());
            }
            let path = format!("authentication/config/{id}");
            audit::record(cx, &actor, audit::DELETE, "AUTHENTICATOR_CONFIG", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
