//! A flow as one tree: its steps with their settings and the flows inside it, as it is decided, drafted and kept.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AuthenticatorConfig, Execution, Flow, change, list, list_configs, list_executions};
use crate::cx::Cx;
use crate::id::{ExecutionId, FlowId};
use crate::schema::{executions, flows};
use crate::{Fault, Result};

/// So many steps of a flow are read, those of the flows inside it among them.
pub const MOST: usize = 1_000;

/// No flow is nested deeper; a circle ends here.
pub const DEEPEST: usize = 10;

/// A flow with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Its id.
    pub id: FlowId,
    /// Its name.
    pub alias: String,
    /// What it is for.
    pub description: Option<String>,
    /// `basic-flow`, `client-flow` or `form-flow`.
    pub kind: String,
    /// It came with the realm.
    pub built_in: bool,
    /// Its steps, in their order.
    pub steps: Vec<Node>,
}

/// A step of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: ExecutionId,
    /// `REQUIRED`, `ALTERNATIVE`, `CONDITIONAL` or `DISABLED`.
    pub requirement: String,
    /// The authenticator; for a flow, the provider of its form, if it has one.
    pub authenticator: Option<String>,
    /// The authenticator's settings.
    pub config: Option<AuthenticatorConfig>,
    /// The flow that it stands for.
    pub flow: Option<Tree>,
}

impl Node {
    /// The authenticator of a step that is no flow.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        match self.flow {
            Some(_) => None,
            None => self.authenticator.as_deref(),
        }
    }

    /// A setting of its authenticator; empty if it has none of this name.
    #[must_use]
    pub fn setting(&self, name: &str) -> &str {
        let config = self.config.as_ref();
        let value = config.and_then(|config| config.config.get(name));
        value.map_or("", String::as_str)
    }

    /// It counts in its flow.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.requirement != "DISABLED"
    }
}

impl Tree {
    /// The first step with this authenticator that counts: neither it nor a flow around it is `DISABLED`.
    #[must_use]
    pub fn step(&self, authenticator: &str) -> Option<&Node> {
        let mut on = self.steps.iter().filter(|step| step.is_on());
        on.find_map(|step| match &step.flow {
            Some(flow) => flow.step(authenticator),
            None => (step.provider() == Some(authenticator)).then_some(step),
        })
    }

    /// Puts this before its name, and before those of the flows inside it.
    pub fn rename(&mut self, prefix: &str) {
        self.alias.insert_str(0, prefix);
        let flows = self.steps.iter_mut().filter_map(|step| step.flow.as_mut());
        flows.for_each(|flow| flow.rename(prefix));
    }

    /// How deep flows are nested in it; 0 if it has none inside.
    #[must_use]
    pub fn depth(&self) -> usize {
        let flows = self.steps.iter().filter_map(|step| step.flow.as_ref());
        let deepest = flows.map(|flow| flow.depth().saturating_add(1)).max();
        deepest.unwrap_or(0)
    }

    /// The flows inside it, at any depth.
    #[must_use]
    pub fn inner(&self) -> Vec<&Self> {
        let flows = self.steps.iter().filter_map(|step| step.flow.as_ref());
        flows
            .flat_map(|flow| std::iter::once(flow).chain(flow.inner()))
            .collect()
    }
}

/// All flows of a realm.
#[derive(Clone, Debug, Default)]
pub struct Book {
    flows: Vec<Flow>,
    executions: Vec<Execution>,
    configs: Vec<AuthenticatorConfig>,
}

impl Book {
    /// Reads the flows of this request's realm.
    pub fn load(cx: &mut Cx<'_>) -> Result<Self> {
        Ok(Self {
            flows: list(cx)?,
            executions: list_executions(cx)?,
            configs: list_configs(cx)?,
        })
    }

    /// The same without the settings that are keys to other services, to be kept in memory.
    pub(crate) fn without_secrets(mut self) -> Self {
        for config in &mut self.configs {
            config
                .config
                .retain(|name, _| !change::is_secret_setting(name));
        }
        self
    }

    #[cfg(test)]
    pub(super) fn of(flows: Vec<Flow>) -> Self {
        Self {
            flows,
            ..Self::default()
        }
    }

    pub(super) fn id_of(&self, alias: &str) -> Option<&FlowId> {
        let mut flows = self.flows.iter();
        flows.find(|flow| flow.alias == alias).map(|flow| &flow.id)
    }

    /// The flow with this id.
    #[must_use]
    pub fn tree(&self, id: &FlowId) -> Option<Tree> {
        let flow = self.flows.iter().find(|flow| flow.id == *id)?;
        Some(self.grow(flow, 0, &mut MOST.clone()))
    }

    /// The flow with this alias.
    #[must_use]
    pub fn named(&self, alias: &str) -> Option<Tree> {
        self.tree(self.id_of(alias)?)
    }

    fn grow(&self, flow: &Flow, depth: usize, left: &mut usize) -> Tree {
        let steps = self.executions.iter().filter(|step| step.flow == flow.id);
        let mut found = Vec::new();
        for step in steps {
            // One that stands inside itself has no end.
            let rest = left.checked_sub(1).filter(|_| depth <= DEEPEST);
            let Some(rest) = rest else {
                found.push(closed(step, "REQUIRED", BEYOND.to_owned()));
                break;
            };
            *left = rest;
            found.push(self.node(step, depth, left));
        }
        Tree {
            id: flow.id.clone(),
            alias: flow.alias.clone(),
            description: flow.description.clone(),
            kind: flow.provider_id.clone(),
            built_in: flow.built_in,
            steps: found,
        }
    }

    fn node(&self, step: &Execution, depth: usize, left: &mut usize) -> Node {
        let flow = match &step.child_flow {
            Some(id) => {
                let Some(child) = self.flows.iter().find(|flow| flow.id == *id) else {
                    return closed(step, &step.requirement, format!("flow {id}"));
                };
                Some(self.grow(child, depth + 1, left))
            }
            None => None,
        };
        let mut configs = self.configs.iter();
        let config = configs.find(|config| step.config.as_ref() == Some(&config.id));
        Node {
            id: step.id.clone(),
            requirement: step.requirement.clone(),
            authenticator: step.authenticator.clone(),
            config: config.cloned(),
            flow,
        }
    }
}

/// What stands in place of the steps that are not read: no authenticator has a name like it.
const BEYOND: &str = "more steps than are read";

/// A step that nobody gets by: what it stood for is not here, and may have been a second factor or a denial.
fn closed(step: &Execution, requirement: &str, name: String) -> Node {
    Node {
        id: step.id.clone(),
        requirement: requirement.to_owned(),
        authenticator: Some(name),
        config: None,
        flow: None,
    }
}

/// What came of putting a tree in place of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It stands there.
    Done,
    /// Another flow has the name of one inside it.
    Taken(String),
    /// A flow inside it is a part of another flow too, which would change with it.
    Shared(String),
    /// The flow is gone.
    Gone,
}

/// Puts the steps of a tree in place of those that the flow with its id has.
///
/// The flow keeps its id and its name, so whatever is bound to it stays bound. Unless it answers [`Replaced::Done`],
/// nothing was changed.
pub fn replace(cx: &mut Cx<'_>, tree: &Tree) -> Result<Replaced> {
    let book = Book::load(cx)?;
    let Some(live) = book.tree(&tree.id) else {
        return Ok(Replaced::Gone);
    };
    let mut going: Vec<FlowId> = live.inner().iter().map(|flow| flow.id.clone()).collect();
    let is_outside = |step: &&Execution| step.flow != live.id && !going.contains(&step.flow);
    let elsewhere: Vec<&Execution> = book.executions.iter().filter(is_outside).collect();
    let shared = live.inner().into_iter().find(|flow| {
        let mut others = elsewhere.iter();
        others.any(|step| step.child_flow.as_ref() == Some(&flow.id))
    });
    if let Some(flow) = shared {
        return Ok(Replaced::Shared(flow.alias.clone()));
    }
    let others = book.flows.iter().filter(|flow| !going.contains(&flow.id));
    let mut names: BTreeSet<&str> = others.map(|flow| flow.alias.as_str()).collect();
    if let Some(twice) = tree.inner().iter().find(|flow| !names.insert(&flow.alias)) {
        return Ok(Replaced::Taken(twice.alias.clone()));
    }
    let kept = elsewhere.iter().filter_map(|step| step.config.clone());
    let kept: BTreeSet<String> = kept.collect();
    let mine = |step: &&Execution| step.flow == live.id || going.contains(&step.flow);
    for step in book.executions.iter().filter(mine) {
        if let Some(config) = step.config.as_ref().filter(|id| !kept.contains(*id)) {
            change::remove_config(cx, config)?;
        }
    }
    let inner = flows::table
        .filter(flows::realm_id.eq(&cx.realm.id))
        .filter(flows::id.eq_any(going.clone()));
    diesel::delete(inner).execute(cx.db.conn()?)?;
    going.push(live.id.clone());
    let steps = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .filter(executions::flow_id.eq_any(going));
    diesel::delete(steps).execute(cx.db.conn()?)?;
    let top = book.flows.iter().find(|flow| flow.id == live.id);
    if let Some(top) = top {
        let flow = Flow {
            description: tree.description.clone(),
            built_in: tree.built_in,
            ..top.clone()
        };
        change::update(cx, &flow)?;
    }
    plant(cx, &live.id, &tree.steps)?;
    Ok(Replaced::Done)
}

/// Stores steps as those of a flow. What has an id that is taken meanwhile gets another.
fn plant(cx: &mut Cx<'_>, flow: &FlowId, steps: &[Node]) -> Result<()> {
    for (step, place) in steps.iter().zip(1i64..) {
        let child = match &step.flow {
            Some(inner) => {
                let mut child = Flow {
                    id: inner.id.clone(),
                    alias: inner.alias.clone(),
                    description: inner.description.clone(),
                    provider_id: inner.kind.clone(),
                    top_level: false,
                    built_in: inner.built_in,
                };
                if !super::insert(cx, &child)? {
                    child.id = FlowId::new(cx.new_id());
                    // Its name was free a moment ago: somebody else takes it right now.
                    if !super::insert(cx, &child)? {
                        return Err(Fault::busy());
                    }
                }
                plant(cx, &child.id, &inner.steps)?;
                Some(child.id)
            }
            None => None,
        };
        if let Some(config) = &step.config
            && !super::insert_config(cx, config)?
        {
            change::update_config(cx, config)?;
        }
        let mut execution = Execution {
            id: step.id.clone(),
            flow: flow.clone(),
            authenticator: step.authenticator.clone(),
            child_flow: child,
            config: step.config.as_ref().map(|config| config.id.clone()),
            requirement: step.requirement.clone(),
            priority: place.saturating_mul(10),
        };
        if !super::insert_execution(cx, &execution)? {
            execution.id = ExecutionId::new(cx.new_ordered_id());
            super::insert_execution(cx, &execution)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
