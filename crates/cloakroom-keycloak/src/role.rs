//! `RoleRepresentation`: a role as JSON.

use crate::read::set;
use cloakroom_model::role::Role;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable};

/// The role as lists show it.
pub fn show_briefly(role: &Role, composite: bool) -> Value {
    let mut shown = json!({
        "id": role.id,
        "name": role.name,
        "composite": composite,
        "clientRole": role.client_role,
        "containerId": role.container_id,
    });
    if let Some(description) = &role.description {
        set(&mut shown, "description", json!(description));
    }
    shown
}

/// The role with its attributes.
pub fn show(role: &Role, composite: bool) -> Value {
    let mut shown = show_briefly(role, composite);
    set(&mut shown, "attributes", json!(role.attributes));
    shown
}

/// What is sent changes. A description that is not sent goes, as in Keycloak.
pub fn apply(role: &mut Role, sent: &Object) -> Result<(), Unreadable> {
    if let Some(name) = read::text(sent, "name")? {
        role.name = name.to_owned();
    }
    role.description = read::text(sent, "description")?.map(str::to_owned);
    if let Some(attributes) = read::lists_only(sent, "attributes")? {
        role.attributes = read::attributes(attributes);
    }
    Ok(())
}

/// All members that a role's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "scopeParamRequired",
    "composites",
    "composite",
    "clientRole",
    "containerId",
    "attributes",
];
