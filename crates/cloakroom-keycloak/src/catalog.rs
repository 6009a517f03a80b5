//! What can be configured: names, labels and settings of providers, in Keycloak's words.
//!
//! The ids, the names of settings, their types and defaults are the interface that clients know; the
//! descriptions are our own.

use std::sync::LazyLock;

use cloakroom_model::flow::RequiredAction;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::read::set;

/// A provider that can be configured.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Which family it is of, where a list has several.
    #[serde(default)]
    pub kind: String,
    /// Its id, which never changes.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// The group in which consoles list it.
    #[serde(default)]
    pub category: String,
    /// The requirements that a step of a flow may have.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The client has a secret, if this proves it; `None` for other kinds.
    #[serde(default)]
    pub secret: Option<bool>,
    /// Its settings; `None` if it has no place for any.
    #[serde(default)]
    pub properties: Option<Vec<Value>>,
    /// What else is said of it.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

impl Entry {
    /// The settings as they are shown.
    pub fn show_properties(&self) -> Value {
        let all = self.properties.iter().flatten();
        all.map(show_property).collect()
    }

    /// Something about it can be set.
    pub fn is_configurable(&self) -> bool {
        self.properties.as_ref().is_some_and(|all| !all.is_empty())
    }

    /// The names of the settings that nobody may read again.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let all = self.properties.iter().flatten();
        let hidden = all.filter(|one| one.get("secret") == Some(&json!(true)));
        hidden.filter_map(|one| one.get("name")?.as_str())
    }
}

fn show_property(property: &Value) -> Value {
    let mut shown = property.clone();
    for switch in ["secret", "required", "readOnly"] {
        if property.get(switch).is_none() {
            set(&mut shown, switch, json!(false));
        }
    }
    shown
}

fn parse(text: &str) -> Vec<Entry> {
    // A test reads each list; an empty one would be seen there.
    serde_json::from_str(text).unwrap_or_default()
}

static AUTHENTICATORS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse(include_str!("catalog/authenticators.json")));
static REQUIRED_ACTIONS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse(include_str!("catalog/required_actions.json")));

static COMPONENTS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse(include_str!("catalog/components.json")));
static IDENTITY_PROVIDERS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse(include_str!("catalog/identity_providers.json")));
static IDENTITY_PROVIDER_MAPPERS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| parse(include_str!("catalog/identity_provider_mappers.json")));

/// The components of a family, `org.keycloak.keys.KeyProvider` for example.
pub fn components(family: &str) -> impl Iterator<Item = &'static Entry> {
    COMPONENTS.iter().filter(move |entry| entry.kind == family)
}

/// The kinds of identity providers.
pub fn identity_providers() -> &'static [Entry] {
    &IDENTITY_PROVIDERS
}

/// The kind of identity provider with this id.
pub fn identity_provider(id: &str) -> Option<&'static Entry> {
    IDENTITY_PROVIDERS.iter().find(|entry| entry.id == id)
}

/// The mappers that an identity provider of this kind may have.
pub fn identity_provider_mappers(provider: &str) -> impl Iterator<Item = &'static Entry> {
    IDENTITY_PROVIDER_MAPPERS.iter().filter(move |entry| {
        let fitting = entry.metadata.get("providers").and_then(Value::as_array);
        fitting.is_some_and(|all| all.iter().any(|one| one == provider))
    })
}

/// The authenticators of one kind: `authenticator`, `client`, `form` or `action`.
pub fn authenticators(kind: &str) -> impl Iterator<Item = &'static Entry> {
    AUTHENTICATORS
        .iter()
        .filter(move |entry| entry.kind == kind)
}

/// The authenticator with this id, of any kind.
pub fn authenticator(id: &str) -> Option<&'static Entry> {
    AUTHENTICATORS.iter().find(|entry| entry.id == id)
}

/// What each client sets for the way in which it proves itself.
pub fn per_client(authenticator: &str) -> Value {
    if authenticator != "federated-jwt" {
        return json!([]);
    }
    let property = |name, label, help| {
        show_property(&json!({
            "name": name, "label": label, "helpText": help, "type": "String", "required": true,
        }))
    };
    json!([
        property(
            "jwt.credential.issuer",
            "Identity provider",
            "The alias of the identity provider that signs the assertion.",
        ),
        property(
            "jwt.credential.sub",
            "Federated subject",
            "The client's name there, the subject of the assertion.",
        ),
    ])
}

/// All required actions.
pub fn required_actions() -> &'static [Entry] {
    &REQUIRED_ACTIONS
}

/// The required action with this id.
pub fn required_action(id: &str) -> Option<&'static Entry> {
    REQUIRED_ACTIONS.iter().find(|entry| entry.id == id)
}

/// The required actions that the realm has not.
pub fn unregistered(registered: &[RequiredAction]) -> impl Iterator<Item = &'static Entry> {
    let is_new = |entry: &&Entry| registered.iter().all(|one| one.provider_id != entry.id);
    REQUIRED_ACTIONS.iter().filter(is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_can_be_read_and_each_property_has_a_name() {
        for (name, list) in [
            ("authenticators", &*AUTHENTICATORS),
            ("required actions", &*REQUIRED_ACTIONS),
            ("components", &*COMPONENTS),
            ("identity providers", &*IDENTITY_PROVIDERS),
            ("identity provider mappers", &*IDENTITY_PROVIDER_MAPPERS),
        ] {
            assert!(!list.is_empty(), "{name}");
            for property in list.iter().flat_map(|one| one.properties.iter().flatten()) {
                assert!(property["name"].is_string(), "{name}: {property}");
            }
        }
    }
}
