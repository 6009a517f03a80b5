//! The settings of a client's authorization services, and all of it at once.

use actix_web::HttpResponse;
use cloakroom_keycloak::authorization::{self as shape, settings};
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::authorization::{self, Server};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::json;

use super::{BASE, MANAGE, VIEW, delegated, found, write};
use crate::access::Admin;
use crate::api::{Answer, Names, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let server = web::resource(BASE)
        .route(web::get().to(find_one))
        .route(web::put().to(update));
    cfg.service(server);
    cfg.route(&format!("{BASE}/settings"), web::get().to(export));
    cfg.route(&format!("{BASE}/import"), web::post().to(import));
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let (all, is_keeper) = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let is_keeper = delegated::is_keeper(cx, &all);
            Ok((all, is_keeper))
        })
        .await?;
    let mut shown = json!({
        "id": all.client,
        "clientId": all.client,
        "name": all.client_id,
        "allowRemoteResourceManagement": all.server.allow_remote_resource_management,
        "policyEnforcementMode": all.server.policy_enforcement_mode,
        "decisionStrategy": all.server.decision_strategy,
        "resources": [],
        "policies": [],
        "scopes": [],
    });
    if is_keeper {
        set(&mut shown, "authorizationSchema", delegated::schema());
    }
    Ok(HttpResponse::Ok().json(shown))
}

/// The settings that were sent; what is absent stays.
pub(super) fn apply(server: &mut Server, sent: &Object) -> Result<()> {
    if let Some(on) = read::switch(sent, "allowRemoteResourceManagement")? {
        server.allow_remote_resource_management = on;
    }
    let bad = || AdminError::described(400, "unknown_error", "Cannot parse the JSON");
    if let Some(mode) = read::text(sent, "policyEnforcementMode")? {
        if !["ENFORCING", "PERMISSIVE", "DISABLED"].contains(&mode) {
            return Err(bad());
        }
        mode.clone_into(&mut server.policy_enforcement_mode);
    }
    if let Some(strategy) = read::text(sent, "decisionStrategy")? {
        if !write::STRATEGIES.contains(&strategy) {
            return Err(bad());
        }
        strategy.clone_into(&mut server.decision_strategy);
    }
    Ok(())
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ResourceServerRepresentation", shape::SERVER_FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let mut server = all.server.clone();
            apply(&mut server, &sent)?;
            authorization::set_server(cx, &all.client, &server)?;
            let path = format!("clients/{}/authz/resource-server", all.client);
            let kind = "AUTHORIZATION_RESOURCE_SERVER";
            audit::record(cx, &actor, audit::UPDATE, kind, path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn export(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            Ok(settings::export(cx, &all)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn import(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ResourceServerRepresentation", shape::SERVER_FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let client = super::owner(cx, &path)?;
            // Half an import is none: what was written is undone with the refusal.
            write::import(cx, &client, &sent).map_err(AdminError::undoing)?;
            let path = format!("clients/{}/authz/resource-server/import", client.id);
            let kind = "AUTHORIZATION_RESOURCE_SERVER";
            audit::record(cx, &actor, audit::UPDATE, kind, path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
