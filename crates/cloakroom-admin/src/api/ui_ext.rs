//! `/admin/realms/{realm}/ui-ext`: what Keycloak's console asks for that no other call answers.

mod because;
mod days;
mod desk;
mod roles;
mod sessions;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use cloakroom_keycloak::event::LISTENERS;
use cloakroom_keycloak::read::set;
use cloakroom_model::{flow, realm};
use serde_json::{Value, json};

use super::realms::change;
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
        &at("/authentication-management/flows"),
        web::get().to(flows),
    );
    because::configure(cfg);
    days::configure(cfg);
    desk::configure(cfg);
    roles::configure(cfg);
    sessions::configure(cfg);
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

/// The settings of a realm that name a flow.
const BINDINGS: [&str; 7] = [
    "browserFlow",
    "registrationFlow",
    "directGrantFlow",
    "resetCredentialsFlow",
    "clientAuthenticationFlow",
    "dockerAuthenticationFlow",
    "firstBrokerLoginFlow",
];

/// The flows that are not inside others, and whether the realm uses them.
async fn flows(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    let all = admin.read(|cx| Ok(flow::list(cx)?)).await?;
    let settings = &admin.realm.settings.rest;
    let is_bound = |alias: &str| {
        let mut bound = BINDINGS.iter().filter_map(|name| settings.get(*name));
        bound.any(|value| value.as_str() == Some(alias))
    };
    let show = |one: &flow::Flow| {
        let mut shown = json!({"id": one.id, "alias": one.alias, "builtIn": one.built_in});
        if let Some(description) = &one.description {
            set(&mut shown, "description", json!(description));
        }
        if is_bound(&one.alias) {
            let used = json!({"type": "DEFAULT", "values": [one.alias]});
            set(&mut shown, "usedBy", used);
        }
        shown
    };
    let top = all.iter().filter(|one| one.top_level);
    let shown: Vec<Value> = top.map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}
