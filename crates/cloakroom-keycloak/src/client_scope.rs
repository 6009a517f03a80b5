//! `ClientScopeRepresentation`: a client scope as JSON.

use crate::read::set;
use cloakroom_model::scope::Scope;
use serde_json::{Value, json};

use crate::mapper;
use crate::read::{self, Object, Unreadable};

/// The client scope as it is shown.
pub fn show(scope: &Scope) -> Value {
    let mut shown = json!({
        "id": scope.id,
        "name": scope.name,
        "protocol": scope.protocol,
        "attributes": scope.attributes,
    });
    if let Some(description) = &scope.description {
        set(&mut shown, "description", json!(description));
    }
    if !scope.mappers.is_empty() {
        set(
            &mut shown,
            "protocolMappers",
            scope.mappers.iter().map(mapper::export).collect(),
        );
    }
    shown
}

/// What is sent changes, the rest stays.
pub fn apply(scope: &mut Scope, sent: &Object) -> Result<(), Unreadable> {
    // However the body was read, an index has to have room for what is in it.
    read::check_lengths(sent, "ClientScopeRepresentation")?;
    if let Some(name) = read::text(sent, "name")? {
        scope.name = name.to_owned();
    }
    if let Some(protocol) = read::text(sent, "protocol")? {
        scope.protocol = protocol.to_owned();
    }
    if let Some(description) = read::text(sent, "description")? {
        scope.description = Some(description.to_owned());
    }
    // Each attribute that is sent changes, and the others stay as well.
    if let Some(attributes) = read::texts(sent, "attributes")? {
        let said = attributes.into_iter();
        let filled = said.filter_map(|(name, value)| Some((name, value?)));
        scope.attributes.extend(filled);
    }
    Ok(())
}

/// All members that a client scope's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "protocol",
    "attributes",
    "protocolMappers",
];
