//! A workflow as Keycloak's files have it: a component, and one below it for each step.

use std::collections::BTreeMap;

use cloakroom_model::workflow::Workflow;
use serde_json::{Map, Value, json};

use crate::read::Object;

/// The family of workflows.
pub(crate) const FAMILY: &str = "org.keycloak.models.workflow.WorkflowProvider";

/// The family of their steps.
pub(crate) const STEPS: &str = "org.keycloak.models.workflow.WorkflowStepProvider";

/// The one kind of workflow that there is.
const PROVIDER: &str = "default";

/// Which step comes before which.
const PRIORITY: &str = "priority";

/// Settings of a workflow beside its name: the place in its representation, and what a component calls it.
const SETTINGS: [(&[&str], &str); 7] = [
    (&["enabled"], "enabled"),
    (&["on"], "on"),
    (&["if"], "conditions"),
    (&["concurrency", "cancel-in-progress"], "cancel-in-progress"),
    (
        &["concurrency", "restart-in-progress"],
        "restart-in-progress",
    ),
    (&["schedule", "after"], "schedule.after"),
    (&["schedule", "batch-size"], "schedule.batch-size"),
];

type Config = BTreeMap<String, Vec<String>>;

/// A step of a component: its id if it has one, its kind and its settings.
pub(crate) struct Step {
    pub(crate) id: Option<String>,
    pub(crate) kind: String,
    pub(crate) config: Config,
}

/// The representation of what came as a component, and the ids of its steps in their order.
pub(crate) fn sent(config: &Config, mut steps: Vec<Step>) -> (Object, Vec<Option<String>>) {
    let mut sent = Map::new();
    if let Some(name) = first(config, "name") {
        sent.insert("name".to_owned(), json!(name));
    }
    for (place, name) in SETTINGS {
        let Some(text) = first(config, name) else {
            continue;
        };
        let value = match *place {
            ["enabled"] => json!(text.trim().eq_ignore_ascii_case("true")),
            [_, "batch-size"] => text
                .trim()
                .parse()
                .map_or(json!(text), |size: i32| json!(size)),
            _ => json!(text),
        };
        match *place {
            [member] => {
                sent.insert(member.to_owned(), value);
            }
            [group, member] => {
                let group = sent.entry(group).or_insert_with(|| json!({}));
                crate::read::set(group, member, value);
            }
            _ => {}
        }
    }
    steps.sort_by_key(|step| {
        let priority = first(&step.config, PRIORITY).and_then(|text| text.trim().parse().ok());
        priority.unwrap_or(i64::MAX)
    });
    let ids = steps.iter().map(|step| step.id.clone()).collect();
    let steps: Vec<Value> = steps.into_iter().map(step_sent).collect();
    sent.insert("steps".to_owned(), json!(steps));
    (sent, ids)
}

fn step_sent(step: Step) -> Value {
    let mut shown = json!({"uses": step.kind});
    let mut with = Map::new();
    for (name, values) in step.config {
        match (name.as_str(), values.as_slice()) {
            (PRIORITY, _) | (_, []) => {}
            ("after", [after, ..]) => crate::read::set(&mut shown, "after", json!(after)),
            (_, [one]) => {
                with.insert(name, json!(one));
            }
            _ => {
                with.insert(name, json!(values));
            }
        }
    }
    if !with.is_empty() {
        crate::read::set(&mut shown, "with", Value::Object(with));
    }
    shown
}

fn first<'c>(config: &'c Config, name: &str) -> Option<&'c str> {
    config.get(name)?.first().map(String::as_str)
}

/// A workflow as a component with its steps below it.
pub(crate) fn show(workflow: &Workflow) -> Value {
    let mut config = Config::from([("name".to_owned(), vec![workflow.name.clone()])]);
    let definition = Value::Object(workflow.definition.clone());
    for (place, name) in SETTINGS {
        let found = place
            .iter()
            .try_fold(&definition, |value, member| value.get(member));
        if let Some(values) = found.and_then(texts) {
            config.insert(name.to_owned(), values);
        }
    }
    let steps = workflow.definition.get("steps").and_then(Value::as_array);
    let steps: Vec<&Value> = steps.into_iter().flatten().collect();
    let kinds = steps.iter().filter_map(|step| step.get("uses")?.as_str());
    let about = kinds.clone().any(|kind| kind.ends_with("-client"));
    let about = if about { "CLIENTS" } else { "USERS" };
    config.insert("supports".to_owned(), vec![about.to_owned()]);
    let steps: Vec<Value> = steps
        .iter()
        .enumerate()
        .map(|(at, step)| show_step(step, at + 1))
        .collect();
    json!({
        "id": workflow.id,
        "providerId": PROVIDER,
        "subComponents": {STEPS: steps},
        "config": config,
    })
}

fn show_step(step: &Value, priority: usize) -> Value {
    let mut config = Config::from([(PRIORITY.to_owned(), vec![priority.to_string()])]);
    let with = step.get("with").and_then(Value::as_object);
    let settings = with.into_iter().flatten();
    let after = step.get("after").map(|after| ("after", after));
    let settings = settings.map(|(name, value)| (name.as_str(), value));
    for (name, value) in settings.chain(after) {
        if let Some(values) = texts(value).filter(|values| !values.is_empty()) {
            config.insert(name.to_owned(), values);
        }
    }
    json!({
        "id": step.get("id"),
        "providerId": step.get("uses"),
        "subComponents": {},
        "config": config,
    })
}

/// The texts of a setting, which may be one or a list; `None` if it is something else.
fn texts(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(all) => all.iter().map(one).collect(),
        other => one(other).map(|text| vec![text]),
    }
}
