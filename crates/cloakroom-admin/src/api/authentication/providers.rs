//! The kinds of authenticators there are, and their settings.

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog::{self, Entry};
use cloakroom_keycloak::read::set;
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Map, Value, json};

use super::{VIEW, VIEW_FLOWS};
use crate::access::Admin;
use crate::api::Answer;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication";
    for (name, kind) in [
        ("authenticator-providers", "authenticator"),
        ("client-authenticator-providers", "client"),
        ("form-providers", "form"),
        ("form-action-providers", "action"),
    ] {
        let path = format!("{base}/{name}");
        cfg.route(&path, web::get().to(move |admin| list(admin, kind)));
    }
    cfg.route(
        &format!("{base}/config-description/{{provider}}"),
        web::get().to(describe),
    );
    cfg.route(
        &format!("{base}/per-client-config-description"),
        web::get().to(describe_clients),
    );
}

async fn list(admin: Admin, kind: &'static str) -> Answer {
    let rights = if kind == "client" { VIEW_FLOWS } else { VIEW };
    admin.check(rights)?;
    let shown: Vec<Value> = catalog::authenticators(kind).map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

fn show(entry: &Entry) -> Value {
    let mut shown = json!({
        "id": entry.id,
        "displayName": entry.name,
        "description": entry.description,
    });
    if let Some(secret) = entry.secret {
        set(&mut shown, "supportsSecret", json!(secret));
    }
    shown
}

async fn describe(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    // A page with a form has no settings of its own; its actions have.
    let entry = catalog::authenticator(&id).filter(|entry| entry.kind != "form");
    let entry =
        entry.ok_or_else(|| AdminError::error(404, "Could not find authenticator provider"))?;
    Ok(HttpResponse::Ok().json(json!({
        "name": entry.name,
        "providerId": entry.id,
        "helpText": entry.description,
        "properties": entry.show_properties(),
    })))
}

/// The settings that each client has for the way in which it proves itself.
async fn describe_clients(admin: Admin) -> Answer {
    admin.check(VIEW_FLOWS)?;
    let mut shown = Map::new();
    for entry in catalog::authenticators("client") {
        shown.insert(entry.id.clone(), catalog::per_client(&entry.id));
    }
    Ok(HttpResponse::Ok().json(shown))
}
