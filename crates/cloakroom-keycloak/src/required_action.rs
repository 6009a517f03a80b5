//! `RequiredActionProviderRepresentation`: a required action of a realm as JSON.

use cloakroom_model::flow::RequiredAction;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable};

/// The required action as it is shown.
pub fn show(action: &RequiredAction) -> Value {
    json!({
        "alias": action.alias,
        "name": action.name,
        "providerId": action.provider_id,
        "enabled": action.enabled,
        "defaultAction": action.default_action,
        "priority": action.priority,
        "config": action.config,
    })
}

/// What is sent takes the place of what is there, as in Keycloak.
///
/// Switches that are absent are off, a place is the first, and
/// settings are none. A name stays, since an action without one could not be told from others.
pub fn apply(action: &mut RequiredAction, sent: &Object) -> Result<(), Unreadable> {
    if let Some(alias) = read::text(sent, "alias")?.filter(|alias| !alias.is_empty()) {
        action.alias = alias.to_owned();
    }
    if let Some(name) = read::text(sent, "name")? {
        action.name = name.to_owned();
    }
    action.enabled = read::switch(sent, "enabled")?.unwrap_or(false);
    action.default_action = read::switch(sent, "defaultAction")?.unwrap_or(false);
    action.priority = read::member(sent, "priority")?.unwrap_or(0);
    action.config = read::settings(sent, "config")?.unwrap_or_default();
    Ok(())
}

/// All members that a required action's representation has.
pub const FIELDS: &[&str] = &[
    "alias",
    "name",
    "providerId",
    "enabled",
    "defaultAction",
    "priority",
    "config",
];
