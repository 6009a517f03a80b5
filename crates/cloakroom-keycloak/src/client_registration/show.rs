//! The metadata of a client as it is registered (RFC 7591 §3.2.1).

use cloakroom_model::client::{Client, Settings};
use cloakroom_model::{Realm, Secret};
use serde_json::{Map, Value, json};

use super::{BETWEEN, LISTS, METHODS, PAIRWISE, SWITCHES, TEXTS, flows};

/// The metadata of a client. Where and with which token it is managed, the caller adds.
pub fn show(realm: &Realm, client: &Client, secret: Option<&Secret>) -> Value {
    let settings = &client.settings;
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    set("client_id", json!(client.client_id));
    for (name, text) in [
        ("client_name", &settings.name),
        ("client_uri", &settings.base_url),
    ] {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            set(name, json!(text));
        }
    }
    set("redirect_uris", json!(settings.redirect_uris));
    for (name, attribute) in TEXTS {
        if let Some(text) = settings.attribute(attribute) {
            set(name, json!(text));
        }
    }
    for (name, attribute) in SWITCHES {
        let is_rare = *name == "backchannel_logout_revoke_offline_tokens";
        if !is_rare || settings.attribute(attribute).is_some() {
            set(name, json!(settings.has(attribute)));
        }
    }
    for (name, attribute) in LISTS {
        let values = listed(settings, attribute);
        match *name {
            "post_logout_redirect_uris" => set(name, json!(after_logout(settings, values))),
            "request_uris" => set(name, json!(values)),
            _ if values.is_empty() => {}
            _ => set(name, json!(values)),
        }
    }
    let age = settings.attribute("default.max.age");
    if let Some(age) = age.and_then(|age| age.parse::<u32>().ok()) {
        set("default_max_age", json!(age));
    }
    let keys = settings.attribute("jwks.string");
    if let Some(keys) = keys.filter(|_| settings.has("use.jwks.string"))
        && let Ok(keys) = serde_json::from_str::<Value>(keys)
    {
        set("jwks", keys);
    }
    set("grant_types", json!(flows::grants(settings)));
    set("response_types", json!(flows::types(realm, settings)));
    let optional = client
        .optional_scopes
        .iter()
        .filter_map(|id| realm.scope(id));
    let mut scopes: Vec<&str> = optional.map(|scope| scope.name.as_str()).collect();
    scopes.sort_unstable();
    set("scope", json!(scopes.join(" ")));
    let pairwise = client.mappers.iter().find(|own| own.mapper == PAIRWISE);
    let subject = if pairwise.is_some() {
        "pairwise"
    } else {
        "public"
    };
    set("subject_type", json!(subject));
    if let Some(sector) = pairwise.and_then(|own| own.text("sectorIdentifierUri")) {
        set("sector_identifier_uri", json!(sector));
    }
    set("tls_client_certificate_bound_access_tokens", json!(false));
    set("token_endpoint_auth_method", json!(method(settings)));
    let uses_secret = !settings.public_client && settings.client_authenticator_type != "client-jwt";
    if let Some(secret) = secret.filter(|_| uses_secret) {
        set("client_secret", json!(secret.expose()));
        set("client_secret_expires_at", json!(0));
    }
    Value::Object(shown)
}

fn listed<'a>(settings: &'a Settings, attribute: &str) -> Vec<&'a str> {
    let text = settings.attribute(attribute).unwrap_or_default();
    text.split(BETWEEN).filter(|one| !one.is_empty()).collect()
}

/// Absent or `+` are the redirect URIs, and `-` is none.
fn after_logout<'a>(settings: &'a Settings, listed: Vec<&'a str>) -> Vec<&'a str> {
    let own = || settings.redirect_uris.iter().map(String::as_str);
    if listed.is_empty() {
        return own().collect();
    }
    let mut uris = Vec::new();
    for one in listed {
        match one {
            "+" => uris.extend(own()),
            "-" => {}
            uri => uris.push(uri),
        }
    }
    uris
}

fn method(settings: &Settings) -> &str {
    if settings.public_client {
        return "none";
    }
    let own = settings.client_authenticator_type.as_str();
    let known = METHODS.iter().find(|(_, name)| *name == own);
    known.map_or("client_secret_basic", |(method, _)| method)
}
