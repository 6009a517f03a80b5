//! How flows stand inside each other, to refuse what has no end before it is made.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::flow::MOST;
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

    /// A flow would have more steps than are read if this one got another step, by itself or with a flow that is there. A
    /// flow that stands in one twice counts twice.
    #[must_use]
    pub fn is_full(&self, flow: &FlowId, child: Option<&FlowId>) -> bool {
        let mut steps: BTreeMap<&FlowId, Vec<Option<&FlowId>>> = BTreeMap::new();
        for step in &self.steps {
            let beside = steps.entry(&step.flow).or_default();
            beside.push(step.child_flow.as_ref());
        }
        steps.entry(flow).or_default().push(child);
        let mut sizes = BTreeMap::new();
        let mut grown = steps.keys().filter(|one| self.is_inside(flow, one));
        grown.any(|one| grown_size(one, &steps, &mut sizes) > MOST)
    }

    /// Each flow with one that stands in it.
    fn pairs(&self) -> impl Iterator<Item = (&FlowId, &FlowId)> {
        let steps = self.steps.iter();
        steps.filter_map(|step| Some((&step.flow, step.child_flow.as_ref()?)))
    }
}

/// How many steps a flow has with those of the flows inside it; each flow is counted once, however many ways lead to it.
pub(crate) fn grown_size<'a>(
    flow: &'a FlowId,
    steps: &BTreeMap<&'a FlowId, Vec<Option<&'a FlowId>>>,
    sizes: &mut BTreeMap<&'a FlowId, usize>,
) -> usize {
    if let Some(size) = sizes.get(flow) {
        return *size;
    }
    // One that stands inside itself has no end.
    sizes.insert(flow, MOST + 1);
    let mut size = 0_usize;
    for child in steps.get(flow).into_iter().flatten() {
        let inside = child.map_or(0, |child| grown_size(child, steps, sizes));
        size = size.saturating_add(1).saturating_add(inside);
    }
    sizes.insert(flow, size);
    size
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
    fn a_flow_that_stands_in_one_twice_counts_twice() {
        // A flow of the first layer has 9 steps, and 81 and 729 in the layers below it.
        let mut all = layers(4, 9);
        let (first, last) = (FlowId::new("0-0"), FlowId::new("3-0"));
        let step = all.steps[0].clone();
        assert!(!all.is_full(&first, None));
        let mut twice = all.clone();
        assert!(!twice.is_full(&first, Some(&FlowId::new("1-0"))));
        twice.steps.push(step.clone());
        assert!(twice.is_full(&first, Some(&FlowId::new("1-0"))));
        // A step in the last flow is one for each of the 81 ways that lead to it.
        assert!(!all.is_full(&last, None));
        for place in 0..2 {
            all.steps.push(Execution {
                id: ExecutionId::new(format!("more {place}")),
                flow: last.clone(),
                child_flow: None,
                ..step.clone()
            });
        }
        assert!(all.is_full(&last, None));
        assert!(!all.is_full(&FlowId::new("elsewhere"), None));
        all.steps[0].child_flow = Some(first.clone());
        assert!(all.is_full(&first, None), "it has no end");
    }

    #[test]
    fn what_has_no_end_is_as_deep_as_is_asked_for() {
        let mut all = layers(3, 2);
        all.steps[0].child_flow = Some(all.steps[0].flow.clone());
        assert_eq!(all.depth(&FlowId::new("0-0"), 11), 11);
        assert_eq!(layers(14, 2).depth(&FlowId::new("0-0"), 11), 11);
    }
}
