//! Flows and required actions, and what uses them.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_keycloak::{catalog, required_action};
use cloakroom_model::client;
use cloakroom_model::flow::{self, BINDINGS, bound_alias};
use cloakroom_model::identity_provider::{self, IdentityProvider};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::{VIEW_REALM, part};
use crate::access::Admin;
use crate::api::authentication::VIEW_ACTIONS;
use crate::api::{Answer, Names, Params, page};
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/authentication-management";
    cfg.route(&format!("{at}/flows"), web::get().to(flows));
    cfg.route(&format!("{at}/required-actions"), web::get().to(actions));
    cfg.route(&format!("{at}/{{type}}/{{id}}"), web::get().to(users_of));
}

/// The clients that sign people in by this flow and not by the realm's, of those that have flows of their own.
fn clients_of(bound: &[(String, Vec<String>)], flow: &flow::Flow) -> Vec<String> {
    let uses = |ids: &[String]| ids.iter().any(|id| id == flow.id.as_str());
    let users = bound.iter().filter(|(_, ids)| uses(ids));
    users.map(|(client_id, _)| client_id.clone()).collect()
}

/// The identity providers that end a login with this flow.
fn providers_of(all: &[IdentityProvider], flow: &flow::Flow) -> Vec<String> {
    let uses = |one: &&IdentityProvider| {
        let settings = &one.settings;
        let named = [
            &settings.first_broker_login_flow_alias,
            &settings.post_broker_login_flow_alias,
        ];
        named
            .into_iter()
            .flatten()
            .any(|alias| *alias == flow.alias)
    };
    let users = all.iter().filter(uses);
    users.map(|one| one.alias.clone()).collect()
}

/// The flows that are not inside others, and what uses each: the realm, or else clients or identity providers.
async fn flows(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    let realm = admin.realm.clone();
    let is_bound = move |alias: &str| {
        let mut all = BINDINGS.iter();
        all.any(|(name, _)| bound_alias(&realm.settings, name) == alias)
    };
    let shown = admin
        .read(move |cx| {
            let bound = client::list_bound(cx)?;
            let ending = identity_provider::list(cx)?;
            let mut shown = Vec::new();
            for one in flow::list(cx)?.iter().filter(|one| one.top_level) {
                let mut flow = json!({"id": one.id, "alias": one.alias, "builtIn": one.built_in});
                if let Some(description) = &one.description {
                    set(&mut flow, "description", json!(description));
                }
                let (clients, providers) = (clients_of(&bound, one), providers_of(&ending, one));
                let used = if is_bound(&one.alias) {
                    Some(("DEFAULT", vec![one.alias.clone()]))
                } else if !clients.is_empty() {
                    Some(("SPECIFIC_CLIENTS", clients))
                } else {
                    (!providers.is_empty()).then_some(("SPECIFIC_PROVIDERS", providers))
                };
                if let Some((kind, values)) = used {
                    set(&mut flow, "usedBy", json!({"type": kind, "values": values}));
                }
                shown.push(flow);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The required actions, and whether they have settings.
async fn actions(admin: Admin) -> Answer {
    admin.check(VIEW_ACTIONS)?;
    let all = admin.read(|cx| Ok(flow::list_actions(cx)?)).await?;
    let show = |one: &flow::RequiredAction| {
        let entry = catalog::required_action(&one.provider_id);
        let mut shown = required_action::show(one);
        let configurable = entry.is_some_and(catalog::Entry::is_configurable);
        set(&mut shown, "configurable", json!(configurable));
        shown
    };
    let shown: Vec<Value> = all.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// The names of the clients, or of the identity providers, that use a flow.
async fn users_of(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW_REALM)?;
    let (first, max) = page(&params, 10)?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let names = admin
        .read(move |cx| {
            let id = path.part("id");
            let flow = flow::list(cx)?
                .into_iter()
                .find(|flow| flow.id.as_str() == id);
            let flow = flow.ok_or_else(|| AdminError::error(404, "Could not find flow"))?;
            match path.part("type") {
                "clients" => Ok(clients_of(&client::list_bound(cx)?, &flow)),
                "idp" => Ok(providers_of(&identity_provider::list(cx)?, &flow)),
                _ => Err(AdminError::not_found()),
            }
        })
        .await?;
    let is_wanted = |name: &String| {
        let part = search.as_ref();
        part.is_none_or(|part| name.to_lowercase().contains(part))
    };
    let wanted = names.into_iter().filter(is_wanted).map(|name| json!(name));
    Ok(HttpResponse::Ok().json(part(wanted.collect(), first, max)))
}
