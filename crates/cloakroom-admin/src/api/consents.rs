//! `/admin/realms/{realm}/users/{user}/consents`: what a user allowed clients to do.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_model::id::ClientUuid;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, client, consent, session};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::users::{MANAGE, VIEW, found_by};
use super::{Answer, Names, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let consents = "/admin/realms/{realm}/users/{user}/consents";
    cfg.route(consents, web::get().to(list));
    cfg.route(&format!("{consents}/{{client}}"), web::delete().to(revoke));
}

async fn list(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let body = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            let mut offline = offline_clients(cx, &user)?;
            let mut shown = Vec::new();
            for one in consent::list(cx, &user.id)? {
                let Some(client) = client::find_by_id(cx, &one.client)? else {
                    continue;
                };
                let names = one.scopes.iter().filter_map(|id| cx.realm.scope(id));
                let mut names: Vec<&str> = names.map(|scope| scope.name.as_str()).collect();
                if client.settings.has("display.on.consent.screen") {
                    names.push(&client.client_id);
                }
                let is_offline = offline.remove(&one.client).is_some();
                shown.push(json!({
                    "clientId": client.client_id,
                    "grantedClientScopes": names,
                    "createdDate": one.created_at.millis(),
                    "lastUpdatedDate": one.updated_at.millis(),
                    "additionalGrants": additional_grants(is_offline, &one.client),
                }));
            }
            // A client that asks for no consent may still act while the user is away.
            for (id, client_id) in offline {
                shown.push(json!({
                    "clientId": client_id,
                    "grantedClientScopes": [],
                    "additionalGrants": additional_grants(true, &id),
                }));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The clients that take part in an offline session of the user, with their names.
fn offline_clients(cx: &mut Cx<'_>, user: &User) -> Result<BTreeMap<ClientUuid, String>> {
    let mut clients = BTreeMap::new();
    for one in session::list_of_user(cx, &user.id, true)? {
        for part in session::list_clients(cx, &one.id, true)? {
            if let Some(client) = client::find_by_id(cx, &part.client)? {
                clients.insert(part.client, client.client_id.clone());
            }
        }
    }
    Ok(clients)
}

fn additional_grants(has_offline_token: bool, client: &ClientUuid) -> Value {
    match has_offline_token {
        true => json!([{ "client": client, "key": "Offline Token" }]),
        false => json!([]),
    }
}

async fn revoke(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let user = found_by(cx, path.part("user"), &manages, "manage")?;
            let client = client::find(cx, path.part("client"))?;
            let client = client.ok_or_else(|| AdminError::error(404, "Client not found"))?;
            if !consent::take_back(cx, &user.id, &client.id)? {
                let why = "Consent nor offline token not found";
                return Err(AdminError::error(404, why));
            }
            let path = format!("users/{}/consents/{}", user.id, client.client_id);
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
