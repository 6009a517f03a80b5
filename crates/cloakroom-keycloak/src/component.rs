//! `ComponentRepresentation`: a configured provider as JSON, without its secrets.

use crate::read::set;
use cloakroom_model::component::{Component, Config};
use cloakroom_model::key;
use serde_json::{Value, json};

/// The component as it is shown.
pub fn show(component: &Component) -> Value {
    let mut shown = json!({
        "id": component.id,
        "parentId": component.parent_id,
        "providerId": component.provider_id,
        "providerType": component.provider_type,
        "config": component.config,
    });
    if let Some(name) = &component.name {
        set(&mut shown, "name", json!(name));
    }
    if let Some(sub_type) = &component.sub_type {
        set(&mut shown, "subType", json!(sub_type));
    }
    shown
}

/// All members that a component's representation has.
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
