//! `ServerInfoRepresentation`: the kinds of providers that there are, with their settings.
//!
//! Ids, names, types and defaults of settings are the interface that consoles and other clients
//! build their forms from. The helping texts of Keycloak are its own and are not here.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

static TYPES: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let read = serde_json::from_str(include_str!("server_info/types.json"));
    read.unwrap_or_default()
});

/// A member of the description, `componentTypes` for example.
///
/// `describe` has a sentence for some ids.
pub fn part(name: &str, describe: &dyn Fn(&str) -> Option<&'static str>) -> Value {
    let mut part = TYPES.get(name).cloned().unwrap_or_else(|| json!({}));
    complete(&mut part, describe, name == "componentTypes");
    part
}

/// There is a protocol mapper of this kind.
pub fn is_protocol_mapper(kind: &str) -> bool {
    let families = TYPES.get("protocolMapperTypes").and_then(Value::as_object);
    let mut kinds = families
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_array)
        .flatten();
    kinds.any(|one| one.get("id").and_then(Value::as_str) == Some(kind))
}

/// Puts in what is the same nearly everywhere and therefore not in the file.
///
/// Kinds of components have metadata; strict clients take no such member from others.
fn complete(
    value: &mut Value,
    describe: &dyn Fn(&str) -> Option<&'static str>,
    is_component: bool,
) {
    match value {
        Value::Array(members) => {
            for member in members {
                complete(member, describe, is_component);
            }
        }
        Value::Object(members) => {
            let is_setting = members.contains_key("name") && members.contains_key("type");
            let is_kind = members.contains_key("id") && members.contains_key("properties");
            if is_setting {
                for switch in ["secret", "required", "readOnly"] {
                    members.entry(switch).or_insert(json!(false));
                }
            }
            if is_kind {
                let id = members.get("id").and_then(Value::as_str);
                let help = id.and_then(describe).unwrap_or_default();
                members.insert("helpText".to_owned(), json!(help));
                if is_component {
                    members.entry("metadata").or_insert_with(|| json!({}));
                }
            }
            for member in members.values_mut() {
                complete(member, describe, is_component);
            }
        }
        _ => {}
    }
}

/// Features that Keycloak has on by default, and that are here: its consoles show pages by them.
pub const FEATURES: &[&str] = &[
    "ACCOUNT_API",
    "ACCOUNT_V3",
    "ADMIN_API",
    "ADMIN_V2",
    "CLIENT_POLICIES",
    "IMPERSONATION",
    "LOGIN_V2",
    "ORGANIZATION",
    "AUTHORIZATION",
    "HOSTNAME_V2",
    "PERSISTENT_USER_SESSIONS",
    "STEP_UP_AUTHENTICATION",
];

/// Features of Keycloak that are off here.
pub const FEATURES_OFF: &[&str] = &[
    "ADMIN_FINE_GRAINED_AUTHZ",
    "CLIENT_SECRET_ROTATION",
    "CLIENT_TYPES",
    "DECLARATIVE_UI",
    "DOCKER",
    "FIPS",
    "KERBEROS",
    "LOGIN_V1",
    "MULTI_SITE",
    "OID4VC_VCI",
    "QUICK_THEME",
    "SCIM_API",
    "SCRIPTS",
    "SPIFFE",
    "TOKEN_EXCHANGE",
    "TRANSIENT_USERS",
    "WORKFLOWS",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_there_and_every_kind_has_its_settings() {
        for name in [
            "componentTypes",
            "protocolMapperTypes",
            "builtinProtocolMappers",
            "clientInstallations",
            "providers",
        ] {
            let part = part(name, &|_| None);
            assert!(
                part.as_object().is_some_and(|part| !part.is_empty()),
                "{name}"
            );
        }
        let types = part("componentTypes", &|_| Some("help"));
        let family = "org.keycloak.broker.provider.IdentityProviderMapper";
        let mappers = types[family].as_array().unwrap();
        assert!(!mappers.is_empty());
        for mapper in mappers {
            assert_eq!(mapper["helpText"], "help");
            let settings = mapper["properties"].as_array().unwrap();
            assert!(settings.iter().all(|one| one["secret"].is_boolean()));
        }
    }
}
