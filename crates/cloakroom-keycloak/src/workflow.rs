//! `WorkflowRepresentation`: a workflow as JSON.

pub(crate) mod component;
pub mod expression;
mod step;

use cloakroom_model::workflow::run::Run;
use cloakroom_model::workflow::{EVENTS, Workflow};
use serde_json::{Map, Value, json};

use self::step::About;
pub use self::step::{Kind, Step, steps};
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

/// The workflow as it is shown for somebody for whom it is under way: which steps are done, and when the others are due.
pub fn show_run(workflow: &Workflow, run: &Run) -> Value {
    let mut shown = show(workflow, true);
    let waits: Vec<i64> = steps(workflow).iter().map(|step| step.after).collect();
    let all = shown.get_mut("steps").and_then(Value::as_array_mut);
    let mut due: Option<i64> = None;
    for (step, after) in all.into_iter().flatten().zip(waits) {
        let is_next = step.get("id").and_then(Value::as_str) == Some(run.step.as_str());
        due = match due {
            None if is_next => Some(run.due_at.millis()),
            None => None,
            Some(before) => Some(before.saturating_add(after)),
        };
        match due {
            None => set(step, "status", json!("COMPLETED")),
            Some(at) => {
                set(step, "scheduled-at", json!(at));
                set(step, "status", json!("PENDING"));
            }
        }
    }
    if let Some(problem) = &run.problem {
        set(&mut shown, "state", json!({"errors": [problem]}));
    }
    shown
}

/// How often a workflow looks for whom it is for by itself, and how many it takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Milliseconds between two looks.
    pub after: i64,
    /// As many as it takes; `None` for all.
    pub batch: Option<i64>,
}

/// The schedule of a workflow; `None` if it has none.
pub fn schedule(workflow: &Workflow) -> Option<Schedule> {
    let schedule = workflow.definition.get("schedule")?;
    let after = step::duration(schedule.get("after")?.as_str()?)?;
    let batch = schedule.get("batch-size").and_then(Value::as_i64);
    Some(Schedule {
        after,
        batch: batch.filter(|size| *size > 0),
    })
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
    /// An event or a condition is one that there is not.
    #[error("Could not find provider factory with id: {0}")]
    Unknown(String),
    /// Anything else.
    #[error("{0}")]
    Text(String),
}

impl Unfit {
    fn text(why: &str) -> Self {
        Self::Text(why.to_owned())
    }
}

/// A workflow that was sent as JSON.
pub fn parse(body: &[u8]) -> Result<Object, Unreadable> {
    let sent = read::object(body, "WorkflowRepresentation", FIELDS)?;
    for (member, representation, known) in [
        (
            "concurrency",
            "WorkflowConcurrencyRepresentation",
            &CONCURRENCY[..],
        ),
        (
            "schedule",
            "WorkflowScheduleRepresentation",
            &["after", "batch-size"][..],
        ),
    ] {
        if let Some(part) = sent.get(member).filter(|part| !part.is_null()) {
            read::check_members(body, part, representation, known)?;
        }
    }
    Ok(sent)
}

/// The name and the definition that were sent; `new_id` makes the ids of steps. A workflow of another server may be read as well.
pub fn read(
    sent: &Object,
    mut new_id: impl FnMut() -> String,
) -> Result<(String, Map<String, Value>), Unfit> {
    let name = read::text(sent, "name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or(Unfit::Unnamed)?.to_owned();
    read::switch(sent, "enabled")?;
    let mut definition = sent.clone();
    definition.retain(|member, value| !OWN.contains(&member.as_str()) && !value.is_null());
    let mut steps: Vec<Object> = read::member(sent, "steps")?.unwrap_or_default();
    let about = step::complete(&mut steps, &mut new_id)?;
    definition.insert("steps".to_owned(), json!(steps));
    check_events(read::text(sent, "on")?.unwrap_or_default())?;
    check_condition(read::text(sent, "if")?.unwrap_or_default(), about)?;
    if let Some(rules) = concurrency(sent)? {
        definition.insert("concurrency".to_owned(), Value::Object(rules));
    }
    check_schedule(sent)?;
    Ok((name, definition))
}

/// Lets the steps of a new definition keep the ids that they had in the old one, where the same steps stand in the same order; false if they do not.
pub fn keep_ids(old: &Map<String, Value>, new: &mut Map<String, Value>) -> bool {
    let old = old.get("steps").and_then(Value::as_array);
    let new = new.get_mut("steps").and_then(Value::as_array_mut);
    match (old, new) {
        (Some(old), Some(new)) => step::keep_ids(old, new),
        _ => false,
    }
}

fn check_events(text: &str) -> Result<(), Unfit> {
    if text.trim().is_empty() {
        return Ok(());
    }
    for name in expression::names(text).map_err(Unfit::Text)? {
        let name = name.to_lowercase().replace('_', "-");
        if !EVENTS.contains(&name.as_str()) {
            return Err(Unfit::Unknown(name));
        }
    }
    Ok(())
}

fn check_condition(text: &str, about: About) -> Result<(), Unfit> {
    if text.trim().is_empty() {
        return Ok(());
    }
    for name in expression::names(text).map_err(Unfit::Text)? {
        if !CONDITIONS.contains(&name) {
            // An event is known under the name that it has, and is no condition for it.
            let event = name.to_lowercase().replace('_', "-");
            let is_event = EVENTS.contains(&event.as_str());
            return Err(Unfit::Unknown(if is_event {
                event
            } else {
                name.to_owned()
            }));
        }
    }
    match about {
        About::Clients => Err(Unfit::text(
            "Provided condition types (USERS) are not compatible with workflow type (CLIENTS).",
        )),
        _ => Ok(()),
    }
}

/// What becomes of a run that is under way when the workflow is to begin again: texts, though a switch may be sent for one.
fn concurrency(sent: &Object) -> Result<Option<Object>, Unfit> {
    let Some(mut rules) = read::member::<Object>(sent, "concurrency")? else {
        return Ok(None);
    };
    rules.retain(|_, value| !value.is_null());
    for member in CONCURRENCY {
        if let Some(Value::Bool(on)) = rules.get(member) {
            let text = on.to_string();
            rules.insert(member.to_owned(), json!(text));
        }
        let text = read::text(&rules, member)?.unwrap_or_default();
        if text != "true" {
            check_events(text)?;
        }
    }
    Ok(Some(rules))
}

fn check_schedule(sent: &Object) -> Result<(), Unfit> {
    let Some(schedule) = read::member::<Object>(sent, "schedule")? else {
        return Ok(());
    };
    read::member::<i32>(&schedule, "batch-size")?;
    let after = read::text(&schedule, "after")?;
    // Keycloak has no answer to these.
    match after.map(step::duration) {
        Some(None) => Err(Unfit::text("Schedule 'after' configuration is not valid.")),
        Some(Some(wait)) if wait < 0 => Err(Unfit::text(
            "Schedule 'after' configuration cannot be negative.",
        )),
        _ => Ok(()),
    }
}

/// Members that are columns of their own, that only the server says, or that say nothing any more.
const OWN: [&str; 7] = [
    "id",
    "name",
    "state",
    "steps",
    "with",
    "cancelInProgress",
    "restartInProgress",
];

const CONCURRENCY: [&str; 2] = ["cancel-in-progress", "restart-in-progress"];

/// What may be asked of whom it is for; all of them are about people.
const CONDITIONS: [&str; 4] = [
    "has-identity-provider-link",
    "has-role",
    "has-user-attribute",
    "is-member-of",
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
