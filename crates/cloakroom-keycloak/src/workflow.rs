//! `WorkflowRepresentation`: a workflow as JSON.

use cloakroom_model::workflow::Workflow;
use serde_json::{Map, Value, json};

use crate::read::{self, Object, Unreadable, set};

/// The workflow as it is shown, with the ids of itself and its steps or without.
pub fn show(workflow: &Workflow, with_ids: bool) -> Value {
    let mut shown = Value::Object(workflow.definition.clone());
    set(&mut shown, "name", json!(workflow.name));
    if with_ids {
        set(&mut shown, "id", json!(workflow.id));
        return shown;
    }
    let steps = shown.get_mut("steps").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten().filter_map(Value::as_object_mut) {
        step.remove("id");
    }
    shown
}

/// Why a workflow does not fit, in Keycloak's texts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A member has the wrong type.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The name is missing.
    #[error("Workflow name cannot be null or empty.")]
    Unnamed,
    /// A step is of a kind that there is not.
    #[error("Could not find step provider: {0}")]
    Step(String),
}

/// The name and the definition that were sent; `new_id` makes the ids of steps.
pub fn read(
    sent: &Object,
    mut new_id: impl FnMut() -> String,
) -> Result<(String, Map<String, Value>), Unfit> {
    let name = read::text(sent, "name")?.filter(|name| !name.is_empty());
    let name = name.ok_or(Unfit::Unnamed)?.to_owned();
    read::text(sent, "on")?;
    read::text(sent, "if")?;
    read::switch(sent, "enabled")?;
    let mut definition = sent.clone();
    definition.retain(|member, value| !OWN.contains(&member.as_str()) && !value.is_null());
    let mut steps: Vec<Object> = read::member(sent, "steps")?.unwrap_or_default();
    for step in &mut steps {
        let kind = read::text(step, "uses")?.unwrap_or_default().to_owned();
        if !STEPS.contains(&kind.as_str()) {
            return Err(Unfit::Step(kind));
        }
        step.insert("id".to_owned(), json!(new_id()));
    }
    if !steps.is_empty() {
        definition.insert("steps".to_owned(), json!(steps));
    }
    Ok((name, definition))
}

/// Members that are columns of their own or that only the server says.
const OWN: [&str; 4] = ["id", "name", "state", "steps"];

/// The kinds of steps.
const STEPS: [&str; 15] = [
    "add-required-action",
    "delete-client",
    "delete-user",
    "disable-client",
    "disable-user",
    "grant-role",
    "join-group",
    "leave-group",
    "notify-user",
    "remove-required-action",
    "remove-user-attribute",
    "restart",
    "revoke-role",
    "set-user-attribute",
    "unlink-user",
];

/// All members that a workflow's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "enabled",
    "on",
    "schedule",
    "concurrency",
    "if",
    "steps",
    "state",
    "with",
    "cancelInProgress",
    "restartInProgress",
];
