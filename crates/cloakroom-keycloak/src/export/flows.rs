//! Authentication flows with their steps and settings, and required actions.

use std::collections::HashMap;

use cloakroom_model::flow::{self, Execution, Flow};
use cloakroom_model::id::FlowId;
use cloakroom_model::{Cx, Result};
use serde_json::{Map, Value, json};

use super::{Choice, MASK};

pub(super) fn show(cx: &mut Cx<'_>, choice: Choice, all: &mut Map<String, Value>) -> Result<()> {
    let flows = flow::list(cx)?;
    let aliases: HashMap<FlowId, String> = flows
        .iter()
        .map(|flow| (flow.id.clone(), flow.alias.clone()))
        .collect();
    let mut configs = flow::list_configs(cx)?;
    if !choice.secrets {
        for (name, value) in configs.iter_mut().flat_map(|one| &mut one.config) {
            if flow::is_secret_setting(name) {
                MASK.clone_into(value);
            }
        }
    }
    let names: HashMap<&str, &str> = configs
        .iter()
        .map(|config| (config.id.as_str(), config.alias.as_str()))
        .collect();
    let mut steps: HashMap<FlowId, Vec<Execution>> = HashMap::new();
    for step in flow::list_executions(cx)? {
        steps.entry(step.flow.clone()).or_default().push(step);
    }
    let mut shown = Vec::new();
    for flow in &flows {
        let mut mine = steps.remove(&flow.id).unwrap_or_default();
        mine.sort_by(|a, b| order(a, &aliases).cmp(&order(b, &aliases)));
        let mine = mine.iter().map(|step| show_step(step, &aliases, &names));
        shown.push(show_flow(flow, mine.collect()));
    }
    all.insert("authenticationFlows".to_owned(), Value::Array(shown));
    let shown = configs.iter();
    let shown = shown.map(|one| json!({"id": one.id, "alias": one.alias, "config": one.config}));
    all.insert("authenticatorConfig".to_owned(), shown.collect());
    all.insert("requiredActions".to_owned(), actions(cx)?);
    Ok(())
}

/// The id of a step is in no file, so two steps of one priority have another order to keep.
fn order<'a>(
    step: &'a Execution,
    aliases: &'a HashMap<FlowId, String>,
) -> (i64, Option<&'a str>, Option<&'a str>) {
    let child = step.child_flow.as_ref().and_then(|id| aliases.get(id));
    let authenticator = step.authenticator.as_deref();
    (step.priority, authenticator, child.map(String::as_str))
}

fn show_flow(flow: &Flow, steps: Vec<Value>) -> Value {
    let mut shown = json!({
        "id": flow.id,
        "alias": flow.alias,
        "providerId": flow.provider_id,
        "topLevel": flow.top_level,
        "builtIn": flow.built_in,
        "authenticationExecutions": steps,
    });
    if let Some(description) = &flow.description {
        crate::read::set(&mut shown, "description", json!(description));
    }
    shown
}

fn show_step(
    step: &Execution,
    aliases: &HashMap<FlowId, String>,
    configs: &HashMap<&str, &str>,
) -> Value {
    let is_flow = step.child_flow.is_some();
    let mut shown = json!({
        "authenticatorFlow": is_flow,
        // Keycloak's first spelling, which it still writes.
        "autheticatorFlow": is_flow,
        "requirement": step.requirement,
        "priority": step.priority,
        "userSetupAllowed": false,
    });
    let config = step
        .config
        .as_deref()
        .and_then(|id| configs.get(id).copied());
    let child = step.child_flow.as_ref().and_then(|id| aliases.get(id));
    let texts = [
        ("authenticator", step.authenticator.as_deref()),
        ("authenticatorConfig", config),
        ("flowAlias", child.map(String::as_str)),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            crate::read::set(&mut shown, name, json!(text));
        }
    }
    shown
}

fn actions(cx: &mut Cx<'_>) -> Result<Value> {
    let mut all = flow::list_actions(cx)?;
    all.sort_by(|a, b| {
        a.priority
            .cmp(&b.priority)
            .then_with(|| a.alias.cmp(&b.alias))
    });
    let shown = all.iter().map(|action| {
        json!({
            "alias": action.alias,
            "name": action.name,
            "providerId": action.provider_id,
            "enabled": action.enabled,
            "defaultAction": action.default_action,
            "priority": action.priority,
            "config": action.config,
        })
    });
    Ok(shown.collect())
}
