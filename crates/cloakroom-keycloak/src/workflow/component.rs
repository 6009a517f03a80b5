//! A workflow in a file of a realm: a component with one for each of its steps, as Keycloak writes it.

use cloakroom_model::workflow::Workflow;
use serde_json::{Map, Value, json};

use super::steps;
use crate::read::Object;

/// The family of the components that are workflows.
pub const FAMILY: &str = "org.keycloak.models.workflow.WorkflowProvider";

/// The family of those that are their steps.
pub const STEPS: &str = "org.keycloak.models.workflow.WorkflowStepProvider";

/// Members of a workflow, and what they are called among the settings of a component.
const SETTINGS: [(&str, &str); 6] = [
    ("/on", "on"),
    ("/if", "conditions"),
    ("/concurrency/restart-in-progress", "restart-in-progress"),
    ("/concurrency/cancel-in-progress", "cancel-in-progress"),
    ("/schedule/after", "schedule.after"),
    ("/schedule/batch-size", "schedule.batch-size"),
];

/// A workflow as a component.
pub fn show(workflow: &Workflow) -> Value {
    let whole = Value::Object(workflow.definition.clone());
    let mut config = Map::new();
    config.insert("name".to_owned(), json!([workflow.name]));
    for (member, setting) in SETTINGS {
        let text = match whole.pointer(member) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        config.insert(setting.to_owned(), json!([text]));
    }
    if !workflow.is_enabled() {
        config.insert("enabled".to_owned(), json!(["false"]));
    }
    let all = steps(workflow);
    let is_of_clients = all.iter().any(|step| step.kind.is_of_clients());
    let supports = if is_of_clients { "CLIENTS" } else { "USERS" };
    config.insert("supports".to_owned(), json!([supports]));
    let sent = whole.get("steps").and_then(Value::as_array);
    let inside: Vec<Value> = sent
        .into_iter()
        .flatten()
        .zip(&all)
        .zip(1..)
        .map(|((sent, step), at)| {
            let mut config = json!(step.with);
            if let Some(after) = sent.get("after") {
                crate::read::set(&mut config, "after", json!([after]));
            }
            crate::read::set(&mut config, "priority", json!([at.to_string()]));
            json!({
                "id": step.id,
                "providerId": sent.get("uses"),
                "subComponents": {},
                "config": config,
            })
        })
        .collect();
    json!({
        "id": workflow.id,
        "providerId": "default",
        "subComponents": {STEPS: inside},
        "config": config,
    })
}

/// A component as a workflow that is sent.
pub fn sent(component: &Object) -> Object {
    let config = component.get("config");
    let first = |name: &str| config?.get(name)?.get(0)?.as_str();
    let mut sent = Object::new();
    let put = |place: &mut Object, name: &str, text: Option<&str>| {
        if let Some(text) = text {
            let number = text.parse::<i32>().ok().filter(|_| name == "batch-size");
            let value = number.map_or_else(|| json!(text), |number| json!(number));
            place.insert(name.to_owned(), value);
        }
    };
    put(&mut sent, "name", first("name"));
    put(&mut sent, "on", first("on"));
    put(&mut sent, "if", first("conditions"));
    let (mut rules, mut schedule) = (Object::new(), Object::new());
    for rule in ["restart-in-progress", "cancel-in-progress"] {
        put(&mut rules, rule, first(rule));
    }
    put(&mut schedule, "after", first("schedule.after"));
    put(&mut schedule, "batch-size", first("schedule.batch-size"));
    for (name, part) in [("concurrency", rules), ("schedule", schedule)] {
        if !part.is_empty() {
            sent.insert(name.to_owned(), Value::Object(part));
        }
    }
    if first("enabled") == Some("false") {
        sent.insert("enabled".to_owned(), json!(false));
    }
    let inside = component
        .get("subComponents")
        .and_then(|all| all.get(STEPS));
    let mut steps: Vec<&Value> = inside
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    steps.sort_by_key(|step| place_of(step));
    let steps: Vec<Value> = steps.into_iter().map(step_sent).collect();
    sent.insert("steps".to_owned(), json!(steps));
    sent
}

fn place_of(step: &Value) -> i64 {
    let place = step.pointer("/config/priority/0").and_then(Value::as_str);
    place.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX)
}

fn step_sent(step: &Value) -> Value {
    let config = step.get("config").and_then(Value::as_object);
    let mut with = config.cloned().unwrap_or_default();
    with.remove("priority");
    for value in with.values_mut() {
        // One text is written by itself, as Keycloak shows it.
        if let Some([one]) = value.as_array().map(Vec::as_slice) {
            *value = one.clone();
        }
    }
    let after = with.remove("after");
    let mut sent = json!({"uses": step.get("providerId")});
    if let Some(after) = after {
        crate::read::set(&mut sent, "after", after);
    }
    if !with.is_empty() {
        crate::read::set(&mut sent, "with", Value::Object(with));
    }
    sent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_workflow_comes_back_as_it_was() {
        let steps = json!([
            {"uses": "grant-role", "after": "1d", "with": {"role": ["a", "b"]}, "id": "1"},
            {"uses": "disable-user", "id": "2"},
            {"uses": "restart", "with": {"position": "0"}, "id": "3"},
        ]);
        let definition = json!({
            "on": "user-created", "if": "has-role(a)", "enabled": false, "steps": steps,
            "schedule": {"after": "5d", "batch-size": 7},
            "concurrency": {"restart-in-progress": "true"},
        });
        let workflow = Workflow {
            id: "w".to_owned(),
            name: "n".to_owned(),
            definition: definition.as_object().cloned().unwrap_or_default(),
            trusted: true,
        };
        let mut shown = show(&workflow);
        let turned = shown.pointer_mut(&format!("/subComponents/{STEPS}"));
        if let Some(all) = turned.and_then(Value::as_array_mut) {
            all.reverse();
        }
        let again = sent(shown.as_object().unwrap_or(&Object::new()));
        let mut ids = ["1", "2", "3"].into_iter().map(str::to_owned);
        let read = super::super::read(&again, || ids.next().unwrap_or_default());
        assert_eq!(read, Ok(("n".to_owned(), workflow.definition)));
    }
}
