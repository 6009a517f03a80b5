//! `AuthenticationFlowRepresentation` and its parts: flows, their steps and the steps' settings.

mod nesting;

pub(crate) use nesting::grown_size;

use std::collections::BTreeMap;

use cloakroom_model::flow::{self, AuthenticatorConfig, Execution, Flow, Tree};
use cloakroom_model::id::FlowId;
use cloakroom_model::{Cx, Result};
use serde_json::{Value, json};

use crate::catalog;
use crate::export::MASK;
use crate::read::{self, Object, Unreadable, set};

/// All flows of a realm with their steps.
#[derive(Clone, Debug)]
pub struct Flows {
    /// The flows.
    pub flows: Vec<Flow>,
    /// The steps, in the order of each flow.
    pub steps: Vec<Execution>,
    /// The settings of steps.
    pub configs: Vec<AuthenticatorConfig>,
}

impl Flows {
    /// Reads the flows of this request's realm.
    pub fn load(cx: &mut Cx<'_>) -> Result<Self> {
        let mut flows = flow::list(cx)?;
        flows.sort_by_key(|flow| (rank(&flow.alias), flow.alias.clone()));
        Ok(Self {
            flows,
            steps: flow::list_executions(cx)?,
            configs: flow::list_configs(cx)?,
        })
    }

    /// A tree as the flows, steps and settings that it is made of.
    pub fn of(tree: &Tree) -> Self {
        let mut all = Self {
            flows: Vec::new(),
            steps: Vec::new(),
            configs: Vec::new(),
        };
        all.take(tree, true);
        all
    }

    fn take(&mut self, tree: &Tree, top_level: bool) {
        self.flows.push(Flow {
            id: tree.id.clone(),
            alias: tree.alias.clone(),
            description: tree.description.clone(),
            provider_id: tree.kind.clone(),
            top_level,
            built_in: tree.built_in,
        });
        for (step, place) in tree.steps.iter().zip(1i64..) {
            self.configs.extend(step.config.clone());
            self.steps.push(Execution {
                id: step.id.clone(),
                flow: tree.id.clone(),
                authenticator: step.authenticator.clone(),
                child_flow: step.flow.as_ref().map(|flow| flow.id.clone()),
                config: step.config.as_ref().map(|config| config.id.clone()),
                requirement: step.requirement.clone(),
                priority: place.saturating_mul(10),
            });
            if let Some(flow) = &step.flow {
                self.take(flow, false);
            }
        }
    }

    /// The flow with this id.
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id.as_str() == id)
    }

    /// The flow with this alias.
    pub fn named(&self, alias: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.alias == alias)
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Execution> {
        self.steps.iter().find(|step| step.id.as_str() == id)
    }

    /// The steps of a flow, in their order.
    pub fn steps_of(&self, flow: &FlowId) -> impl Iterator<Item = &Execution> {
        self.steps.iter().filter(move |step| &step.flow == flow)
    }

    /// The settings with this id.
    pub fn config(&self, id: &str) -> Option<&AuthenticatorConfig> {
        self.configs.iter().find(|config| config.id == id)
    }

    fn config_of(&self, step: &Execution) -> Option<&AuthenticatorConfig> {
        self.config(step.config.as_deref()?)
    }

    /// The flow as it is shown and exported: its steps name other flows by alias.
    pub fn show(&self, flow: &Flow) -> Value {
        let steps: Vec<Value> = self
            .steps_of(&flow.id)
            .map(|step| self.show_exported(step))
            .collect();
        let mut shown = json!({
            "id": flow.id,
            "alias": flow.alias,
            "providerId": flow.provider_id,
            "topLevel": flow.top_level,
            "builtIn": flow.built_in,
            "authenticationExecutions": steps,
        });
        if let Some(description) = &flow.description {
            set(&mut shown, "description", json!(description));
        }
        shown
    }

    fn show_exported(&self, step: &Execution) -> Value {
        let is_flow = step.child_flow.is_some();
        let mut shown = json!({
            "authenticatorFlow": is_flow,
            // The misspelt twin is what old clients read.
            "autheticatorFlow": is_flow,
            "requirement": step.requirement,
            "priority": step.priority,
            "userSetupAllowed": false,
        });
        if let Some(authenticator) = &step.authenticator {
            set(&mut shown, "authenticator", json!(authenticator));
        }
        if let Some(config) = self.config_of(step) {
            set(&mut shown, "authenticatorConfig", json!(config.alias));
        }
        let child = step
            .child_flow
            .as_ref()
            .and_then(|id| self.flow(id.as_str()));
        if let Some(child) = child {
            set(&mut shown, "flowAlias", json!(child.alias));
        }
        shown
    }

    /// The steps of a flow and of the flows inside it, one below the other.
    pub fn show_steps(&self, flow: &FlowId) -> Vec<Value> {
        let mut shown = Vec::new();
        self.flatten(flow, 0, &mut shown);
        shown
    }

    fn flatten(&self, flow: &FlowId, level: usize, shown: &mut Vec<Value>) {
        // No tree is deeper than it has flows, so a damaged one cannot loop.
        if level > self.flows.len() {
            return;
        }
        for (index, step) in self.steps_of(flow).enumerate() {
            let mut one = json!({
                "id": step.id,
                "requirement": step.requirement,
                "configurable": false,
                "level": level,
                "index": index,
                "priority": step.priority,
            });
            let child = step
                .child_flow
                .as_ref()
                .and_then(|id| self.flow(id.as_str()));
            match child {
                Some(child) => describe_flow(&mut one, step, child),
                None => self.describe_step(&mut one, step),
            }
            shown.push(one);
            if let Some(child) = child {
                self.flatten(&child.id, level + 1, shown);
            }
        }
    }

    fn describe_step(&self, shown: &mut Value, step: &Execution) {
        let id = step.authenticator.as_deref().unwrap_or_default();
        let entry = catalog::authenticator(id);
        let name = entry.map_or(id, |entry| entry.name.as_str());
        let configurable = entry.is_some_and(catalog::Entry::is_configurable);
        set(shown, "displayName", json!(name));
        set(shown, "providerId", json!(id));
        set(shown, "configurable", json!(configurable));
        let choices = entry
            .map(|entry| entry.choices.as_slice())
            .unwrap_or_default();
        set(shown, "requirementChoices", json!(choices));
        if let Some(config) = self.config_of(step) {
            set(shown, "authenticationConfig", json!(config.id));
            if configurable {
                set(shown, "alias", json!(config.alias));
            }
        }
    }
}

fn describe_flow(shown: &mut Value, step: &Execution, child: &Flow) {
    let choices: &[&str] = match child.provider_id.as_str() {
        "basic-flow" => &["REQUIRED", "ALTERNATIVE", "DISABLED", "CONDITIONAL"],
        "client-flow" => &["ALTERNATIVE", "REQUIRED", "DISABLED"],
        "form-flow" => &["REQUIRED", "DISABLED"],
        _ => &[],
    };
    set(shown, "displayName", json!(child.alias));
    set(shown, "authenticationFlow", json!(true));
    set(shown, "flowId", json!(child.id));
    set(shown, "requirementChoices", json!(choices));
    if let Some(description) = &child.description {
        set(shown, "description", json!(description));
    }
    if let Some(form) = step
        .authenticator
        .as_ref()
        .filter(|_| child.provider_id == "form-flow")
    {
        set(shown, "providerId", json!(form));
    }
}

/// A step on its own.
pub fn show_step(step: &Execution) -> Value {
    let is_flow = step.child_flow.is_some();
    let mut shown = json!({
        "id": step.id,
        "parentFlow": step.flow,
        "authenticatorFlow": is_flow,
        "autheticatorFlow": is_flow,
        "requirement": step.requirement,
        "priority": step.priority,
    });
    if let Some(authenticator) = &step.authenticator {
        set(&mut shown, "authenticator", json!(authenticator));
    }
    if let Some(config) = &step.config {
        set(&mut shown, "authenticatorConfig", json!(config));
    }
    if let Some(child) = &step.child_flow {
        set(&mut shown, "flowId", json!(child));
    }
    shown
}

/// Settings as they are shown, with a mask in place of what only the step itself has to know.
pub fn show_config(config: &AuthenticatorConfig) -> Value {
    let shown = config.config.iter().map(|(name, value)| {
        let is_secret = flow::is_secret_setting(name);
        (name, if is_secret { MASK } else { value.as_str() })
    });
    let shown: BTreeMap<&String, &str> = shown.collect();
    json!({"id": config.id, "alias": config.alias, "config": shown})
}

/// Puts the settings that were sent in place of those that there were: a mask stands for the secret behind it.
pub fn change_config(
    config: &mut AuthenticatorConfig,
    sent: &Object,
) -> std::result::Result<(), Unreadable> {
    let mut after = config_sent(sent)?;
    for (name, value) in &mut after {
        if flow::is_secret_setting(name)
            && value == MASK
            && let Some(before) = config.config.get(name)
        {
            value.clone_from(before);
        }
    }
    config.config = after;
    Ok(())
}

/// The settings that were sent: what is empty is not set.
pub fn config_sent(sent: &Object) -> std::result::Result<BTreeMap<String, String>, Unreadable> {
    Ok(read::settings(sent, "config")?.unwrap_or_default())
}

/// The order in which the flows of a new realm are listed; others come after them.
fn rank(alias: &str) -> usize {
    let known = [
        "browser",
        "direct grant",
        "registration",
        "reset credentials",
        "clients",
        "first broker login",
        "docker auth",
        "saml ecp",
    ];
    known
        .iter()
        .position(|one| *one == alias)
        .unwrap_or(known.len())
}

/// All members that a flow's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "alias",
    "description",
    "providerId",
    "topLevel",
    "builtIn",
    "authenticationExecutions",
];

/// All members of a step in a flow's list.
pub const STEP_INFO_FIELDS: &[&str] = &[
    "id",
    "requirement",
    "displayName",
    "alias",
    "description",
    "requirementChoices",
    "configurable",
    "authenticationFlow",
    "providerId",
    "authenticationConfig",
    "flowId",
    "level",
    "index",
    "priority",
];

/// All members of a step on its own.
pub const STEP_FIELDS: &[&str] = &[
    "id",
    "authenticator",
    "authenticatorConfig",
    "authenticatorFlow",
    "autheticatorFlow",
    "flowId",
    "parentFlow",
    "requirement",
    "priority",
];

/// All members that settings of a step have.
pub const CONFIG_FIELDS: &[&str] = &["id", "alias", "config"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_that_is_sent_back_stands_for_the_secret_behind_it() {
        let mut config = AuthenticatorConfig {
            id: "1".to_owned(),
            alias: "captcha".to_owned(),
            config: BTreeMap::from([
                ("site.key".to_owned(), "open".to_owned()),
                ("secret.key".to_owned(), "hush".to_owned()),
            ]),
        };
        let shown = show_config(&config);
        let sent = shown.as_object().cloned().unwrap();

        change_config(&mut config, &sent).unwrap();
        let kept = config.config.clone();
        let renewed = json!({"config": {"site.key": "open", "secret.key": "new"}});
        change_config(&mut config, renewed.as_object().unwrap()).unwrap();

        assert_eq!(
            shown["config"],
            json!({"site.key": "open", "secret.key": MASK})
        );
        assert_eq!(kept["secret.key"], "hush");
        assert_eq!(config.config["secret.key"], "new");
    }
}
