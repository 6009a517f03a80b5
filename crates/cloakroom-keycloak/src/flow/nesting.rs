//! How flows stand inside each other, to refuse what has no end before it is made.

use std::collections::{BTreeMap, BTreeSet};

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
        let mut inside: BTreeMap<&FlowId, Vec<&FlowId>> = BTreeMap::new();
        for (around, child) in self.pairs() {
            inside.entry(around).or_default().push(child);
        }
        levels(flow, &inside, most)
    }

    /// How many flows a flow is nested in; 0 if it stands by itself.
    #[must_use]
    pub fn height(&self, flow: &FlowId, most: usize) -> usize {
        let mut around: BTreeMap<&FlowId, Vec<&FlowId>> = BTreeMap::new();
        for (parent, child) in self.pairs() {
            around.entry(child).or_default().push(parent);
        }
        levels(flow, &around, most)
    }

    /// Each flow with one that stands in it.
    fn pairs(&self) -> impl Iterator<Item = (&FlowId, &FlowId)> {
        let steps = self.steps.iter();
        steps.filter_map(|step| Some((&step.flow, step.child_flow.as_ref()?)))
    }
}

/// How many steps lead on from a flow, `most` if there are more. Each level is a set: flows that share others are not
/// walked once for each way that leads to them.
fn levels(start: &FlowId, next: &BTreeMap<&FlowId, Vec<&FlowId>>, most: usize) -> usize {
    let mut level: BTreeSet<&FlowId> = [start].into();
    for count in 0..most {
        level = level
            .into_iter()
            .flat_map(|flow| next.get(flow).into_iter().flatten().copied())
            .collect();
        if level.is_empty() {
            return count;
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use cloakroom_model::flow::{DEEPEST, Execution};
    use cloakroom_model::id::ExecutionId;

    use super::*;

    /// In each layer all flows have all flows of the next one inside.
    fn layers(many: usize, wide: usize) -> Flows {
        let name = |layer: usize, place: usize| FlowId::new(format!("{layer}-{place}"));
        let mut steps = Vec::new();
        for layer in 1..many {
            for (around, inside) in (0..wide).flat_map(|one| (0..wide).map(move |two| (one, two))) {
                steps.push(Execution {
                    id: ExecutionId::new(format!("{layer}-{around}-{inside}")),
                    flow: name(layer - 1, around),
                    authenticator: None,
                    child_flow: Some(name(layer, inside)),
                    config: None,
                    requirement: "REQUIRED".to_owned(),
                    priority: 0,
                });
            }
        }
        Flows {
            flows: Vec::new(),
            steps,
            configs: Vec::new(),
        }
    }

    #[test]
    fn flows_that_share_others_are_not_walked_for_each_way() {
        // There are 8 to the power of 9 ways from the first layer to the last.
        let (all, most) = (layers(10, 8), DEEPEST + 1);
        let (first, last) = (FlowId::new("0-0"), FlowId::new("9-7"));
        assert_eq!(all.depth(&first, most), 9);
        assert_eq!(all.height(&last, most), 9);
        assert_eq!(all.depth(&last, most), 0);
        assert_eq!(all.height(&first, most), 0);
        assert_eq!(all.depth(&FlowId::new("4-3"), most), 5);
        assert_eq!(all.height(&FlowId::new("4-3"), most), 4);
    }

    #[test]
    fn what_has_no_end_is_as_deep_as_is_asked_for() {
        let mut all = layers(3, 2);
        all.steps[0].child_flow = Some(all.steps[0].flow.clone());
        assert_eq!(all.depth(&FlowId::new("0-0"), 11), 11);
        assert_eq!(layers(14, 2).depth(&FlowId::new("0-0"), 11), 11);
    }
}
