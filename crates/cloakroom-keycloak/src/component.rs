//! `ComponentRepresentation`: a configured provider as JSON, without its secrets.

use crate::read::set;
use cloakroom_model::component::Component;
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
