//! Required actions: what users may have to do before a login ends.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog::{self, Entry};
use cloakroom_keycloak::{read, required_action as shape};
use cloakroom_login::profile::Violation;
use cloakroom_model::Cx;
use cloakroom_model::flow::{self, RequiredAction};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{MANAGE, VIEW, VIEW_ACTIONS};
use crate::access::Admin;
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication";
    cfg.route(
        &format!("{base}/unregistered-required-actions"),
        web::get().to(unregistered),
    );
    cfg.route(
        &format!("{base}/register-required-action"),
        web::post().to(register),
    );
    cfg.route(&format!("{base}/required-actions"), web::get().to(list));
    let one = format!("{base}/required-actions/{{alias}}");
    for (way, up) in [("raise", true), ("lower", false)] {
        let path = format!("{one}/{way}-priority");
        cfg.route(
            &path,
            web::post().to(move |admin, path| shift(admin, path, up)),
        );
    }
    cfg.route(
        &format!("{one}/config-description"),
        web::get().to(describe),
    );
    let config = web::resource(format!("{one}/config"))
        .route(web::get().to(config))
        .route(web::put().to(update_config))
        .route(web::delete().to(remove_config));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(config).service(one);
}

/// The realm's action of this alias; Keycloak ends the sentence for none in two ways.
fn found(cx: &mut Cx<'_>, alias: &str, end: &str) -> Result<RequiredAction> {
    let all = flow::list_actions(cx)?;
    let found = all.into_iter().find(|action| action.alias == alias);
    found.ok_or_else(|| AdminError::error(404, format!("Failed to find required action{end}")))
}

fn record(
    cx: &mut Cx<'_>,
    admin: &crate::access::Actor,
    what: &'static str,
    alias: &str,
) -> Result<()> {
    let path = format!("authentication/required-actions/{alias}");
    Ok(audit::record(cx, admin, what, "REQUIRED_ACTION", path)?)
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW_ACTIONS)?;
    let all = admin.read(|cx| Ok(flow::list_actions(cx)?)).await?;
    let shown: Vec<Value> = all.iter().map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let action = admin.read(move |cx| found(cx, &alias, "")).await?;
    Ok(HttpResponse::Ok().json(shape::show(&action)))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(&body, "RequiredActionProviderRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut action = found(cx, &alias, "")?;
            shape::apply(&mut action, &sent)?;
            let all = flow::list_actions(cx)?;
            if action.alias != alias && all.iter().any(|one| one.alias == action.alias) {
                let why = format!("Required action {} already exists", action.alias);
                return Err(AdminError::message(409, why));
            }
            flow::update_action(cx, &alias, &action)?;
            record(cx, &actor, audit::UPDATE, &alias)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (alias, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let action = found(cx, &alias, ".")?;
            flow::remove_action(cx, &action.alias)?;
            record(cx, &actor, audit::DELETE, &alias)
        })
        .await?;
    Ok(no_content())
}

/// Changes places with the action before it or after it.
async fn shift(admin: Admin, path: Path<(String, String)>, up: bool) -> Answer {
    admin.check(MANAGE)?;
    let (alias, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let mut action = found(cx, &alias, ".")?;
            let all = flow::list_actions(cx)?;
            let at = all.iter().position(|one| one.alias == alias);
            let other = at.and_then(|at| if up { at.checked_sub(1) } else { Some(at + 1) });
            let other = other.and_then(|at| all.get(at)).cloned();
            if let Some(mut other) = other {
                std::mem::swap(&mut action.priority, &mut other.priority);
                flow::update_action(cx, &other.alias, &other)?;
                flow::update_action(cx, &alias, &action)?;
            }
            record(cx, &actor, audit::UPDATE, &alias)
        })
        .await?;
    Ok(no_content())
}

async fn unregistered(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(flow::list_actions(cx)?)).await?;
    let shown: Vec<Value> = catalog::unregistered(&all)
        .map(|entry| json!({"name": entry.name, "providerId": entry.id}))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn register(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::map(&body)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let id = read::text(&sent, "providerId")?.unwrap_or_default();
            let entry = catalog::required_action(id).ok_or_else(|| {
                let why = "Required Action Provider with given providerId not found";
                AdminError::error(400, why)
            })?;
            let all = flow::list_actions(cx)?;
            if all
                .iter()
                .any(|one| one.alias == entry.id || one.provider_id == entry.id)
            {
                let why = "A Required Action Provider with given alias already exists.";
                return Err(AdminError::described(409, "conflict", why));
            }
            let last = all.iter().map(|one| one.priority).max();
            let name = read::text(&sent, "name")?.filter(|name| !name.is_empty());
            let action = RequiredAction {
                alias: entry.id.clone(),
                name: name.unwrap_or(&entry.name).to_owned(),
                provider_id: entry.id.clone(),
                enabled: true,
                default_action: false,
                priority: last.map_or(0, |last| last.saturating_add(1)),
                config: BTreeMap::new(),
            };
            flow::insert_action(cx, &action)?;
            record(cx, &actor, audit::CREATE, &action.alias)
        })
        .await?;
    Ok(no_content())
}

async fn describe(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let entry = configurable(&path.1).ok_or_else(|| {
        AdminError::error(404, "Could not find configurable RequiredAction provider")
    })?;
    Ok(HttpResponse::Ok().json(json!({"properties": entry.show_properties()})))
}

fn configurable(alias: &str) -> Option<&'static Entry> {
    catalog::required_action(alias).filter(|entry| entry.is_configurable())
}

fn check_configurable(alias: &str) -> Result<&'static Entry> {
    configurable(alias).ok_or_else(|| AdminError::error(400, "RequiredAction is not configurable"))
}

async fn config(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    check_configurable(&alias)?;
    let action = admin.read(move |cx| found(cx, &alias, "")).await?;
    Ok(HttpResponse::Ok().json(json!({"config": action.config})))
}

/// A setting whose default is a number takes numbers.
fn check_config(entry: &Entry, config: &BTreeMap<String, String>) -> Result<()> {
    for property in entry.properties.iter().flatten() {
        let name = property
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let default = property.get("defaultValue");
        let is_number = default.is_some_and(|value| {
            value.is_number()
                || value
                    .as_str()
                    .is_some_and(|text| text.parse::<u32>().is_ok())
        });
        let bad = config.get(name).filter(|text| text.parse::<u32>().is_err());
        if is_number && bad.is_some() {
            let bad = Violation {
                attribute: name.to_owned(),
                message: "error-invalid-value".to_owned(),
                params: vec![json!(name)],
            };
            return Err(AdminError::fields(&[bad]));
        }
    }
    Ok(())
}

async fn update_config(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(&body, "RequiredActionConfigRepresentation", &["config"])?;
    let config = cloakroom_keycloak::flow::config_sent(&sent)?;
    check_config(check_configurable(&alias)?, &config)?;
    set_config(&admin, alias, config).await
}

async fn remove_config(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    check_configurable(&alias)?;
    set_config(&admin, alias, BTreeMap::new()).await
}

async fn set_config(admin: &Admin, alias: String, config: BTreeMap<String, String>) -> Answer {
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut action = found(cx, &alias, "")?;
            action.config = config.clone();
            flow::update_action(cx, &alias, &action)?;
            let path = format!("authentication/required-actions/{alias}/config");
            audit::record(cx, &actor, audit::UPDATE, "REQUIRED_ACTION_CONFIG", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
