//! What an editor does to the steps of a tree.

use super::{AuthenticatorConfig, Node, Tree};
use crate::cx::Cx;
use crate::id::{ExecutionId, FlowId};

/// One change of a tree. A step that goes into a flow comes after those that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A step more, in the flow that this step stands for or at the top.
    Add(Option<ExecutionId>, Node),
    /// When a step counts.
    Require(ExecutionId, String),
    /// A step changes places with the one before it.
    Raise(ExecutionId),
    /// A step changes places with the one after it.
    Lower(ExecutionId),
    /// A step and all that is in it once more, after it.
    Duplicate(ExecutionId),
    /// A step and all that is in it goes.
    Remove(ExecutionId),
    /// What is set for a step.
    Configure(ExecutionId, Option<AuthenticatorConfig>),
}

impl Tree {
    /// Makes the change; false if the step that it is about is not here.
    pub fn change(&mut self, cx: &mut Cx<'_>, change: Change) -> bool {
        match change {
            Change::Add(None, node) => self.steps.push(node),
            Change::Add(Some(into), node) => {
                let place = self.find(&into);
                let flow = place.and_then(|(beside, at)| beside.get_mut(at)?.flow.as_mut());
                let Some(flow) = flow else { return false };
                flow.steps.push(node);
            }
            Change::Require(step, requirement) => {
                let Some(node) = self.node_mut(&step) else {
                    return false;
                };
                node.requirement = requirement;
            }
            Change::Configure(step, config) => {
                let Some(node) = self.node_mut(&step) else {
                    return false;
                };
                node.config = config;
            }
            Change::Raise(step) => return self.shift(&step, true),
            Change::Lower(step) => return self.shift(&step, false),
            Change::Duplicate(step) => {
                let names: Vec<String> = self.inner().iter().map(|one| one.alias.clone()).collect();
                let Some((beside, at)) = self.find(&step) else {
                    return false;
                };
                let Some(node) = beside.get(at) else {
                    return false;
                };
                let copy = again(cx, node, &names);
                beside.insert(at + 1, copy);
            }
            Change::Remove(step) => {
                let Some((beside, at)) = self.find(&step) else {
                    return false;
                };
                beside.remove(at);
            }
        }
        true
    }

    /// The step with this id.
    #[must_use]
    pub fn node(&self, id: &ExecutionId) -> Option<&Node> {
        self.steps.iter().find_map(|step| match &step.flow {
            _ if step.id == *id => Some(step),
            Some(flow) => flow.node(id),
            None => None,
        })
    }

    fn node_mut(&mut self, id: &ExecutionId) -> Option<&mut Node> {
        let (beside, at) = self.find(id)?;
        beside.get_mut(at)
    }

    /// The steps beside the one with this id, and its place among them.
    fn find(&mut self, id: &ExecutionId) -> Option<(&mut Vec<Node>, usize)> {
        if let Some(at) = self.steps.iter().position(|step| step.id == *id) {
            return Some((&mut self.steps, at));
        }
        let mut flows = self.steps.iter_mut().filter_map(|step| step.flow.as_mut());
        flows.find_map(|flow| flow.find(id))
    }

    fn shift(&mut self, id: &ExecutionId, up: bool) -> bool {
        let Some((beside, at)) = self.find(id) else {
            return false;
        };
        let other = if up { at.checked_sub(1) } else { Some(at + 1) };
        if let Some(other) = other.filter(|other| *other < beside.len()) {
            beside.swap(at, other);
        }
        true
    }
}

/// A step with ids of its own; a flow in it gets a name that nothing in this tree has.
fn again(cx: &mut Cx<'_>, node: &Node, names: &[String]) -> Node {
    let mut copy = node.clone();
    copy.id = ExecutionId::new(cx.new_ordered_id());
    if let Some(config) = &mut copy.config {
        config.id = cx.new_id();
    }
    if let Some(flow) = &mut copy.flow {
        flow.id = FlowId::new(cx.new_id());
        flow.built_in = false;
        let mut alias = format!("{} copy", flow.alias);
        while names.contains(&alias) {
            alias.push_str(" copy");
        }
        flow.alias = alias;
        flow.steps = flow.steps.iter().map(|one| again(cx, one, names)).collect();
    }
    copy
}
