//! `/admin/realms/{realm}/ui-ext`: what Keycloak's console asks for that no other call answers.

pub(super) mod actors;
mod alerts;
mod authentication;
mod backups;
mod because;
mod days;
mod defaults;
mod desk;
mod domains;
mod flows;
mod jobs;
mod kept;
mod key_fetches;
mod keys;
mod mappings;
mod providers;
pub(crate) mod recycle_bin;
mod roles;
mod sessions;
mod system;
mod texts;
mod trail;
mod trials;
mod uses;
mod views;

use actix_web::HttpResponse;
use cloakroom_keycloak::event::LISTENERS;
use cloakroom_keycloak::read::set;
use cloakroom_model::realm;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::realms::change;
use super::users::find;
use super::{Answer, Params, page};
use crate::access::Admin;
use crate::error::AdminError;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let at = |path: &str| format!("/admin/realms/{{realm}}/ui-ext{path}");
    cfg.route(&at(""), web::put().to(change::update_with_profile));
    cfg.route(&at("/realms/names"), web::get().to(realm_names));
    cfg.route(&at("/info"), web::get().to(info));
    cfg.route(&at("/available-event-listeners"), web::get().to(listeners));
    cfg.route(
        &at("/brute-force-user"),
        web::get().to(find::list_with_failures),
    );
    actors::configure(cfg);
    alerts::configure(cfg);
    authentication::configure(cfg);
    backups::configure(cfg);
    because::configure(cfg);
    days::configure(cfg);
    defaults::configure(cfg);
    desk::configure(cfg);
    domains::configure(cfg);
    flows::configure(cfg);
    jobs::configure(cfg);
    key_fetches::configure(cfg);
    keys::configure(cfg);
    mappings::configure(cfg);
    providers::configure(cfg);
    recycle_bin::configure(cfg);
    roles::configure(cfg);
    sessions::configure(cfg);
    system::configure(cfg);
    texts::configure(cfg);
    trail::configure(cfg);
    trials::configure(cfg);
    uses::configure(cfg);
    views::configure(cfg);
}

const VIEW_REALM: &[&str] = &["view-realm", "manage-realm"];

/// The realms that the caller administers, by name.
async fn realm_names(admin: Admin, params: Params) -> Answer {
    admin.check_any()?;
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let all = admin.read(|cx| Ok(realm::list(&mut cx.db)?)).await?;
    let names = all.iter().map(|row| row.name.clone()).collect();
    let rights = admin.rights_in_all(names).await?;
    let mut shown = Vec::new();
    for (row, rights) in all.iter().zip(rights) {
        let is_mine = rights.iter().any(|right| right != "create-realm");
        let is_wanted = search
            .as_ref()
            .is_none_or(|text| row.name.to_lowercase().contains(text));
        if is_mine && is_wanted {
            let mut one = json!({"name": row.name});
            if let Some(display) = &row.settings.display_name {
                set(&mut one, "displayName", json!(display));
            }
            shown.push(one);
        }
    }
    Ok(HttpResponse::Ok().json(part(shown, first, max)))
}

/// A page of what is there already.
fn part(all: Vec<Value>, first: i64, max: i64) -> Vec<Value> {
    let first = usize::try_from(first).unwrap_or(0);
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    all.into_iter().skip(first).take(max).collect()
}

/// People are in the database of the server alone.
async fn info(admin: Admin) -> Answer {
    admin.check_any()?;
    Ok(HttpResponse::Ok().json(json!({"userProfileProvidersEnabled": false})))
}

async fn listeners(admin: Admin) -> Answer {
    if !admin.may(VIEW_REALM) && !admin.may(&["view-events", "manage-events"]) {
        return Err(AdminError::forbidden());
    }
    let all = LISTENERS.iter().map(|id| json!({"id": id}));
    Ok(HttpResponse::Ok().json(all.collect::<Vec<Value>>()))
}
