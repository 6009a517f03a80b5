//! Levels of authentication in a flow (`conditional-level-of-authentication`): which are asked for, and which are reached.
//!
//! As at Keycloak, the first level of a flow is asked of everybody, and a higher one of whoever came for it. What the browser's session has
//! reached is not asked for again as long as the condition says (`loa-max-age`).

use std::collections::{BTreeMap, BTreeSet};

use super::{Because, Ran, SessionLimit, Walk};
use crate::flow::{Node, Tree};

/// The condition on a level.
pub(super) const CONDITION: &str = "conditional-level-of-authentication";

/// For how many seconds a level is enough that Keycloak 17 kept in the session.
const KEPT_IN_SESSION: i64 = 36_000;

/// The levels that somebody has reached on their way through a flow, and how many sessions it lets them have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The level they are at; `None` where the flow has said nothing of levels.
    pub level: Option<i64>,
    /// Those for which they have proved something just now.
    pub anew: BTreeSet<i64>,
    /// The limits of sessions that they have met.
    pub limits: Vec<SessionLimit>,
}

impl Reached {
    pub(super) fn rise(&mut self, to: Option<i64>) {
        if let Some(level) = to {
            self.level = Some(level);
            self.anew.insert(level);
        }
    }
}

/// The level that a condition is about; `None` if that is no number.
pub(super) fn of(step: &Node) -> Option<i64> {
    step.setting("loa-condition-level").trim().parse().ok()
}

/// For how many seconds a level is enough. One without a number is enough for the sign-in that it was reached in.
fn age_of(step: &Node) -> i64 {
    let set = step.setting("loa-max-age").trim().parse().ok();
    let is_kept = step.setting("loa-store-in-user-session") == "true";
    set.unwrap_or(if is_kept { KEPT_IN_SESSION } else { 0 })
}

/// The levels that a flow knows, and for how many seconds each is enough: of several conditions the strictest counts.
pub(super) fn ages(flow: &Tree) -> BTreeMap<i64, i64> {
    let mut ages = BTreeMap::new();
    gather(flow, &mut ages);
    ages
}

fn gather(flow: &Tree, ages: &mut BTreeMap<i64, i64>) {
    for step in flow.steps.iter().filter(|step| step.is_on()) {
        match &step.flow {
            Some(flow) => gather(flow, ages),
            None if step.provider() == Some(CONDITION) => {
                let Some(level) = of(step) else { continue };
                let age = age_of(step);
                let known = ages.entry(level).or_insert(age);
                *known = age.min(*known);
            }
            None => {}
        }
    }
}

/// The highest level that somebody may reach by a flow; `None` if it knows none.
#[must_use]
pub fn highest(flow: &Tree) -> Option<i64> {
    ages(flow).into_keys().next_back()
}

impl Walk<'_> {
    /// The level that is asked for, as far as the flow has one.
    fn asked_level(&self) -> Option<i64> {
        let highest = self.ages.keys().next_back().copied();
        self.facts.level.min(highest)
    }

    /// The session of the browser has reached this level, and not too long ago.
    fn had(&self, level: i64, most: i64) -> bool {
        self.facts.had.get(&level).is_some_and(|age| *age <= most)
    }

    /// A session of the browser is enough, or has reached too low a level: then it says who that is, and the flow goes on from there.
    pub(super) fn session(&mut self) -> Ran {
        if !self.facts.has_session {
            return Ran::PassedOver(Because::of("no-session"));
        }
        self.is_known = true;
        if self.ages.is_empty() {
            return Ran::Done(Because::of("session"));
        }
        let before = (!self.facts.had.is_empty()).then(|| {
            let levels = self.ages.iter();
            let lasting = levels.take_while(|(level, most)| self.had(**level, **most));
            lasting.map(|(level, _)| *level).last().unwrap_or_default()
        });
        self.reached.level = before;
        match self.asked_level() > before {
            true => Ran::PassedOver(Because::of("session-too-low")),
            false => Ran::Done(Because::of("session")),
        }
    }

    /// Whether what stands under a condition on a level has to be proved.
    pub(super) fn wants_level(&mut self, step: &Node) -> (bool, Because) {
        let level = of(step).unwrap_or_default();
        let because = Because::about("level", level.to_string());
        let Some(reached) = self.reached.level else {
            return (true, because);
        };
        if self.asked_level() < Some(level) {
            return (false, because);
        }
        let is_there = self.reached.anew.contains(&level) || self.had(level, age_of(step));
        if is_there {
            self.reached.level = Some(reached.max(level));
        }
        (!is_there, because)
    }
}
