//! The steps of an administrator's flow, as a tree, with what is set for each.

use std::collections::BTreeMap;

use cloakroom_model::flow::{self, AuthenticatorConfig, Execution, Flow};
use cloakroom_model::id::FlowId;
use cloakroom_model::{Cx, Fault};

/// No flow is nested deeper; a circle ends here.
const DEEPEST: usize = 10;

/// When a step counts. What is switched off is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// It has to succeed.
    Required,
    /// One of its kind has to succeed.
    Alternative,
    /// It has to succeed if its conditions hold.
    Conditional,
}

/// A step of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it counts.
    pub requirement: Requirement,
    /// What it is.
    pub what: What,
}

/// What a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An authenticator with its settings.
    Authenticator(String, BTreeMap<String, String>),
    /// A flow of its own.
    Flow(Vec<Step>),
}

/// The steps of the flow of this name in their order; `None` if there is no such flow.
///
/// # Errors
/// If the flows cannot be read.
pub fn read(cx: &mut Cx<'_>, alias: &str) -> Result<Option<Vec<Step>>, Fault> {
    let book = Book {
        flows: flow::list(cx)?,
        executions: flow::list_executions(cx)?,
        configs: flow::list_configs(cx)?,
    };
    let top = book.flows.iter().find(|flow| flow.alias == alias);
    Ok(top.map(|top| book.steps(&top.id, 0)))
}

/// All of a realm's flows.
struct Book {
    flows: Vec<Flow>,
    executions: Vec<Execution>,
    configs: Vec<AuthenticatorConfig>,
}

impl Book {
    fn steps(&self, of: &FlowId, depth: usize) -> Vec<Step> {
        let is_of = |step: &&Execution| step.flow == *of && depth < DEEPEST;
        let mut steps: Vec<&Execution> = self.executions.iter().filter(is_of).collect();
        steps.sort_by_key(|step| step.priority);
        let read = |step: &&Execution| self.step(step, depth);
        steps.iter().filter_map(read).collect()
    }

    fn step(&self, step: &Execution, depth: usize) -> Option<Step> {
        let requirement = match step.requirement.as_str() {
            "REQUIRED" => Requirement::Required,
            "ALTERNATIVE" => Requirement::Alternative,
            "CONDITIONAL" => Requirement::Conditional,
            _ => return None,
        };
        let what = match (&step.child_flow, &step.authenticator) {
            (Some(child), _) => What::Flow(self.steps(child, depth + 1)),
            (None, Some(name)) => What::Authenticator(name.clone(), self.config(step)),
            (None, None) => return None,
        };
        Some(Step { requirement, what })
    }

    fn config(&self, step: &Execution) -> BTreeMap<String, String> {
        let is_it = |config: &&AuthenticatorConfig| step.config.as_ref() == Some(&config.id);
        let found = self.configs.iter().find(is_it);
        found
            .map(|config| config.config.clone())
            .unwrap_or_default()
    }
}
