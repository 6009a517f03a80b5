//! `ComponentRepresentation`: a configured provider as JSON, its secrets masked.

use cloakroom_model::component::{Component, Config};
use cloakroom_model::key;
use serde_json::{Value, json};

use crate::catalog::{self, Entry};
use crate::identity_provider::MASK;
use crate::read::{self, Object, Unreadable, set};

/// The kind of provider that a component is of; `None` for kinds whose settings are free.
pub fn entry(component: &Component) -> Option<&'static Entry> {
    catalog::components(&component.provider_type).find(|entry| entry.id == component.provider_id)
}

/// The family of user federation, whose providers share settings that no provider lists.
pub const FEDERATION: &str = "org.keycloak.storage.UserStorageProvider";

/// The setting is one that administrators see and set.
fn is_listed(entry: Option<&Entry>, name: &str) -> bool {
    let Some(entry) = entry.filter(|entry| entry.kind != FEDERATION) else {
        return true;
    };
    let mut all = entry.properties.iter().flatten();
    all.any(|property| property.get("name") == Some(&json!(name)))
}

/// The component as it is shown: what its kind keeps for itself is left out.
pub fn show(component: &Component) -> Value {
    let entry = entry(component);
    let mut config = component.config.clone();
    for (name, values) in &component.secrets {
        let masked = values.iter().map(|_| MASK.to_owned()).collect();
        config.insert(name.clone(), masked);
    }
    config.retain(|name, _| is_listed(entry, name));
    let mut shown = json!({
        "id": component.id,
        "parentId": component.parent_id,
        "providerId": component.provider_id,
        "providerType": component.provider_type,
        "config": config,
    });
    if let Some(name) = &component.name {
        set(&mut shown, "name", json!(name));
    }
    if let Some(sub_type) = &component.sub_type {
        set(&mut shown, "subType", json!(sub_type));
    }
    shown
}

/// What is sent changes, the rest stays. An empty value takes a setting away, a masked secret
/// stays what it was, and settings that the kind does not know are dropped, as in Keycloak.
pub fn apply(component: &mut Component, sent: &Object) -> Result<(), Unreadable> {
    if let Some(name) = read::text(sent, "name")? {
        component.name = Some(name.to_owned());
    }
    if let Some(parent) = read::text(sent, "parentId")?.filter(|id| !id.is_empty()) {
        parent.clone_into(&mut component.parent_id);
    }
    if let Some(sub_type) = read::text(sent, "subType")? {
        component.sub_type = Some(sub_type.to_owned());
    }
    let Some(config) = config_sent(sent)? else {
        return Ok(());
    };
    let entry = entry(component);
    for (name, values) in config {
        if !is_listed(entry, &name) {
            continue;
        }
        let is_secret = entry.is_some_and(|entry| entry.secrets().any(|one| one == name));
        let kept = if is_secret {
            &mut component.secrets
        } else {
            &mut component.config
        };
        if values.is_empty() {
            kept.remove(&name);
        } else if values.iter().all(|value| value != MASK) {
            kept.insert(name, values);
        }
    }
    Ok(())
}

/// The settings that were sent, without values that say nothing; a single value may stand for its
/// list.
fn config_sent(sent: &Object) -> Result<Option<Config>, Unreadable> {
    let Some(config) = sent.get("config").filter(|config| !config.is_null()) else {
        return Ok(None);
    };
    let config = config.as_object().ok_or(Unreadable::Type)?;
    let mut read = Config::new();
    for (name, values) in config {
        let values = match values {
            Value::Array(values) => values.clone(),
            other => vec![other.clone()],
        };
        let mut texts = Vec::new();
        for value in values {
            match value {
                Value::Null => {}
                Value::String(text) if text.trim().is_empty() => {}
                Value::String(text) => texts.push(text),
                Value::Bool(_) | Value::Number(_) => texts.push(value.to_string()),
                Value::Array(_) | Value::Object(_) => return Err(Unreadable::Type),
            }
        }
        read.insert(name.clone(), texts);
    }
    Ok(Some(read))
}

/// All members that a component's representation has.
pub const API_FIELDS: &[&str] = &[
    "id",
    "name",
    "providerId",
    "providerType",
    "parentId",
    "subType",
    "config",
];

/// All members that a component has in a realm's representation.
pub const FIELDS: &[&str] = &[
    "config",
    "id",
    "name",
    "parentId",
    "providerId",
    "providerType",
    "subComponents",
    "subType",
];

/// The settings of keys that an administrator sees; all others are the key itself.
const OPEN_OF_KEYS: &[&str] = &[
    "active",
    "algorithm",
    "ecGenerateCertificate",
    "ecdhAlgorithm",
    "ecdhEllipticCurveKey",
    "ecdsaEllipticCurveKey",
    "eddsaEllipticCurveKey",
    "enabled",
    "keyAlias",
    "keySize",
    "keyUse",
    "keystore",
    "keystoreType",
    "priority",
    "secretSize",
];

/// Settings of other providers that nobody sees.
const SECRET: &[&str] = &[
    "bindCredential",
    "clientSecret",
    "keyPassword",
    "keystorePassword",
    "password",
    "secret",
];

/// Tells the settings that an administrator sees from those that are sealed.
pub fn split(family: &str, config: Config) -> (Config, Config) {
    config.into_iter().partition(|(name, _)| {
        if family == key::PROVIDER_TYPE {
            OPEN_OF_KEYS.contains(&name.as_str())
        } else {
            !SECRET.contains(&name.as_str())
        }
    })
}
