//! The steps of a flow that count: all below it, but for what is switched off.

use super::{Execution, Flow, list, list_configs, list_executions};
use crate::Result;
use crate::cx::Cx;
use crate::id::FlowId;

/// A step with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The authenticator.
    pub authenticator: String,
    /// Its settings.
    pub config: std::collections::BTreeMap<String, String>,
}

/// The steps below the flow with this name, in their order. A step counts unless it, or a flow that it is in, is
/// `DISABLED`.
pub fn list_steps(cx: &mut Cx<'_>, alias: &str) -> Result<Vec<Step>> {
    let (flows, steps) = (list(cx)?, list_executions(cx)?);
    let mut found = Vec::new();
    if let Some(top) = flows.iter().find(|flow| flow.alias == alias) {
        collect(&top.id, (&flows, &steps), 0, &mut found);
    }
    let configs = list_configs(cx)?;
    let step = |execution: &Execution| {
        let config = configs
            .iter()
            .find(|config| Some(&config.id) == execution.config.as_ref());
        Some(Step {
            authenticator: execution.authenticator.clone()?,
            config: config
                .map(|config| config.config.clone())
                .unwrap_or_default(),
        })
    };
    Ok(found.into_iter().filter_map(step).collect())
}

/// The realm's flow of the browser has this step.
pub fn has_browser_step(cx: &mut Cx<'_>, authenticator: &str) -> Result<bool> {
    let alias = cx.realm.settings.rest.get("browserFlow");
    let alias = alias.and_then(|alias| alias.as_str()).unwrap_or("browser");
    let steps = list_steps(cx, alias)?;
    Ok(steps.iter().any(|step| step.authenticator == authenticator))
}

/// No flow is nested deeper; a circle ends here.
const DEEPEST: usize = 10;

fn collect<'a>(
    id: &FlowId,
    (flows, steps): (&'a [Flow], &'a [Execution]),
    depth: usize,
    found: &mut Vec<&'a Execution>,
) {
    if depth >= DEEPEST {
        return;
    }
    for step in steps.iter().filter(|step| step.flow == *id) {
        if step.requirement == "DISABLED" {
            continue;
        }
        match &step.child_flow {
            Some(child) if flows.iter().any(|flow| flow.id == *child) => {
                collect(child, (flows, steps), depth + 1, found);
            }
            Some(_) => {}
            None => found.push(step),
        }
    }
}
