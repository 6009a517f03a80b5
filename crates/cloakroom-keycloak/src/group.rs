//! `GroupRepresentation`: a group as JSON.

use cloakroom_model::group::Group;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// The group as lists show it on request, without what is inside it.
pub fn show_briefly(group: &Group, path: &str) -> Value {
    let mut shown = json!({
        "id": group.id,
        "name": group.name,
        "path": path,
        "subGroups": [],
    });
    if let Some(parent) = &group.parent {
        set(&mut shown, "parentId", json!(parent));
    }
    if let Some(description) = &group.description {
        set(&mut shown, "description", json!(description));
    }
    shown
}

/// What is sent changes. A description that is not sent goes, as in Keycloak.
pub fn apply(group: &mut Group, sent: &Object) -> Result<(), Unreadable> {
    if let Some(name) = read::text(sent, "name")? {
        group.name = name.to_owned();
    }
    group.description = read::text(sent, "description")?.map(str::to_owned);
    if let Some(attributes) = read::lists_only(sent, "attributes")? {
        group.attributes = read::attributes(attributes);
    }
    Ok(())
}

/// All members that a group's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "path",
    "parentId",
    "subGroupCount",
    "attributes",
    "realmRoles",
    "clientRoles",
    "subGroups",
    "access",
];
