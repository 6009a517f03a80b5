//! `/admin/realms/{realm}/partialImport` and `/partial-export`: parts of a realm in Keycloak's files.

use actix_web::HttpResponse;
use cloakroom_keycloak::export::{self, Choice};
use cloakroom_keycloak::import::{IfExists, InMemory};
use cloakroom_keycloak::read::{self, Object, Unreadable};
use cloakroom_model::Door;
use cloakroom_web::web::{self, Bytes, PayloadConfig, ServiceConfig};
use serde_json::Value;

use super::{Answer, Params, is_on};
use crate::access::Admin;
use crate::audit;
use crate::error::AdminError;
use crate::transfer;

/// The largest file that is taken in one request, in bytes.
const FILE: usize = 64 * 1024 * 1024;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let import = web::resource("/admin/realms/{realm}/partialImport")
        .app_data(PayloadConfig::new(FILE))
        .route(web::post().to(import));
    cfg.service(import);
    cfg.route(
        "/admin/realms/{realm}/partial-export",
        web::post().to(export),
    );
}

/// Whole realm files are sent here too, so members that it does not read are passed over.
async fn import(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let mut sent = read::map(&body)?;
    let named = read::text(&sent, "ifResourceExists")?;
    let named = named.or(read::text(&sent, "policy")?).unwrap_or("SKIP");
    let policy = IfExists::from_name(named).ok_or(Unreadable::Type)?;
    let users: Option<Vec<Object>> = read::member(&sent, "users")?;
    sent.remove("users");
    let people = InMemory(users.unwrap_or_default());
    let password_policy = admin.realm.settings.password_policy.clone();
    let part = transfer::Part::prepare(&admin.app, sent, people, password_policy).await?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    let done = admin.write(move |cx| {
        let results = part.import(cx, policy, &grants)?;
        audit::record(cx, &actor, audit::ACTION, "REALM", "partialImport")?;
        Ok(results)
    });
    Ok(HttpResponse::Ok().json(done.await?))
}

async fn export(admin: Admin, params: Params) -> Answer {
    admin.check(&["manage-realm"])?;
    let choice = Choice {
        secrets: false,
        clients: is_on(&params, "exportClients"),
        groups_and_roles: is_on(&params, "exportGroupsAndRoles"),
        users: false,
    };
    if choice.clients {
        admin.check(&["manage-clients", "view-clients"])?;
    }
    let work = move |cx: &mut cloakroom_model::Cx<'_>| {
        let shown = export::realm_without_users(cx, choice);
        Ok::<_, AdminError>(shown?)
    };
    let mut shown = admin.app.enter(&admin.realm, Door::Scan, work).await?;
    forget_organizations(&mut shown);
    Ok(HttpResponse::Ok().json(shown))
}

/// Organizations are no part of the file, so nothing in it may point at one.
fn forget_organizations(shown: &mut Object) {
    if shown.contains_key("organizations") {
        return;
    }
    let providers = shown
        .get_mut("identityProviders")
        .and_then(Value::as_array_mut);
    for provider in providers.into_iter().flatten() {
        if let Some(members) = provider.as_object_mut() {
            members.remove("organizationId");
        }
    }
}
