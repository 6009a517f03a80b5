//! How flows stand inside each other, to refuse what has no end before it is made.

use std::collections::BTreeSet;

use cloakroom_model::id::FlowId;

use super::Flows;

impl Flows {
    /// A flow is another one, or inside of it however deep.
    #[must_use]
    pub fn is_inside(&self, flow: &FlowId, other: &FlowId) -> bool {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![other]);
        while let Some(one) = waiting.pop() {
            if one == flow {
                return true;
            }
            if seen.insert(one) {
                waiting.extend(
                    self.steps_of(one)
                        .filter_map(|step| step.child_flow.as_ref()),
                );
            }
        }
        false
    }

    /// How many flows are nested in a flow; 0 if it has none inside. None is read that is deeper than `most`.
    #[must_use]
    pub fn depth(&self, flow: &FlowId, most: usize) -> usize {
        let Some(rest) = most.checked_sub(1) else {
            return 0;
        };
        let inside: BTreeSet<&FlowId> = self
            .steps_of(flow)
            .filter_map(|step| step.child_flow.as_ref())
            .collect();
        let deepest = inside.into_iter().map(|child| self.depth(child, rest) + 1);
        deepest.max().unwrap_or(0)
    }

    /// How many flows a flow is nested in; 0 if it stands by itself.
    #[must_use]
    pub fn height(&self, flow: &FlowId, most: usize) -> usize {
        let Some(rest) = most.checked_sub(1) else {
            return 0;
        };
        let steps = self.steps.iter();
        let around = steps.filter(|step| step.child_flow.as_ref() == Some(flow));
        let around: BTreeSet<&FlowId> = around.map(|step| &step.flow).collect();
        let highest = around
            .into_iter()
            .map(|parent| self.height(parent, rest) + 1);
        highest.max().unwrap_or(0)
    }
}
