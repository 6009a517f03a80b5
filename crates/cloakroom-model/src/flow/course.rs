//! The course of a sign-in through a flow: one pure decision, from the steps and what is known of browser and person.
//!
//! As Keycloak reads a flow: where a step is required, or conditional and its conditions hold, the alternatives beside it
//! do not count; where none is, the first alternative that succeeds is enough; and a flow in which nothing succeeds has
//! failed. A step that this server has no page for ends the sign-in where it is required, and is passed over where
//! something else may take its place.

mod condition;
mod facts;
mod guard;
mod level;
mod limit;
mod step;
mod vote;

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, Tree};

pub use facts::{Facts, Gone, Person, SET_UP_KEY, SET_UP_OTP, SET_UP_PASSKEY, person};
pub use guard::{Ways, locks_out, takes_passkey};
pub use level::{Reached, highest as highest_level};
pub use limit::{SessionLimit, is_session_limit};
pub use step::is_carried_out;

/// What somebody met in a flow, in its order, and how that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// What was met.
    pub strides: Vec<Stride>,
    /// How it ended.
    pub end: End,
    /// The levels of authentication that were reached on the way, and the limits that were met.
    pub reached: Reached,
}

impl Course {
    /// The kinds of credentials that are proved on the way beside a password, in their order.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        self.because_of(FURTHER)
    }

    /// The kinds of credentials that have to be set up because the flow asks for them.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.because_of(TO_SET_UP)
    }

    /// The kinds of credentials that somebody is asked for beside the first proof.
    ///
    /// A flow that asks for nothing, and has something set up, would let the first proof alone add another way in beside
    /// those that somebody has: they are asked for one of these, for what they have declined if there is nothing else.
    #[must_use]
    pub fn kinds(&self, facts: &Facts) -> Vec<String> {
        let asked: Vec<String> = self.asked().map(str::to_owned).collect();
        if !asked.is_empty() || facts.has_passkey || self.missing().next().is_none() {
            return asked;
        }
        facts.second().into_iter().collect()
    }

    /// A password was proved on the way.
    #[must_use]
    pub fn has_password(&self) -> bool {
        let mut met = self.strides.iter();
        met.any(|stride| stride.because.why == "password")
    }

    /// A passkey stood for a name and a password on the way.
    #[must_use]
    pub fn has_passkey(&self) -> bool {
        let mut met = self.strides.iter();
        met.any(|stride| stride.because.why == step::BY_PASSKEY)
    }

    fn because_of(&self, why: &'static str) -> impl Iterator<Item = &str> {
        let mine = self.strides.iter().filter(move |stride| {
            stride.verdict == Verdict::Done && !stride.is_flow && stride.because.why == why
        });
        mine.map(|stride| stride.because.about.as_str())
    }
}

/// A step is done because this kind of credential is proved in it.
const FURTHER: &str = "proves";
/// A step is done because this kind of credential is set up afterwards.
const TO_SET_UP: &str = "to-set-up";

/// One step, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stride {
    /// How deep it is inside other flows.
    pub depth: usize,
    /// Its authenticator, or the name of the flow that it stands for.
    pub name: String,
    /// It stands for a flow.
    pub is_flow: bool,
    /// `REQUIRED`, `ALTERNATIVE`, `CONDITIONAL` or `DISABLED`.
    pub requirement: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Because of this.
    pub because: Because,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded, or its condition holds.
    Done,
    /// It changes nothing, and others may.
    PassedOver,
    /// The sign-in ends here.
    Ended,
    /// It is not come to.
    NotReached,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::PassedOver => "passed-over",
            Self::Ended => "ended",
            Self::NotReached => "not-reached",
        }
    }
}

/// Why that came of a step; what a name or a value is about stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The name of the reason.
    pub why: &'static str,
    /// The provider, role, attribute or kind of credential that it is about.
    pub about: String,
}

impl Because {
    fn of(why: &'static str) -> Self {
        Self {
            why,
            about: String::new(),
        }
    }

    fn about(why: &'static str, about: impl Into<String>) -> Self {
        Self {
            why,
            about: about.into(),
        }
    }
}

/// How a sign-in ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The person is let in.
    In,
    /// The browser is sent to this identity provider.
    Sent(String),
    /// Nobody has been named whom the flow could go on with.
    Nobody,
    /// This step refuses.
    Refused(String),
    /// Nothing in this flow refuses, and nothing in it succeeds.
    Nothing(String),
    /// This step has to be taken, and this server does not have it.
    CannotRun(String),
}

/// Takes a sign-in through a flow.
#[must_use]
pub fn decide(flow: &Tree, facts: &Facts) -> Course {
    let mut walk = Walk {
        facts,
        strides: Vec::new(),
        is_known: facts.is_known,
        ages: level::ages(flow),
        reached: Reached::default(),
        used: BTreeSet::new(),
        executed: BTreeSet::new(),
        stopped: None,
        is_declined: false,
    };
    let end = match walk.flow(flow, 0, false) {
        Ok(()) => End::In,
        Err(end) => end,
    };
    Course {
        strides: walk.strides,
        end,
        reached: walk.reached,
    }
}

/// What has been found out on the way.
struct Walk<'a> {
    facts: &'a Facts,
    strides: Vec<Stride>,
    /// A step has said who that is.
    is_known: bool,
    /// The levels that the flow knows, and for how many seconds each of them is enough.
    ages: BTreeMap<i64, i64>,
    /// The levels that were reached.
    reached: Reached,
    /// The kinds of credentials that were used.
    used: BTreeSet<&'static str>,
    /// The flows that succeeded.
    executed: BTreeSet<String>,
    /// The browser has left, and nothing after that is come to.
    stopped: Option<End>,
    /// What stands before in the same alternatives was declined: nothing is set up in its place.
    is_declined: bool,
}

/// What comes out of a step that does not end it all.
enum Ran {
    Done(Because),
    PassedOver(Because),
}

/// What comes out of a step: what is an error ends the flow, unless an alternative takes its place.
type Outcome = Result<Ran, (End, Because)>;

impl Walk<'_> {
    /// `is_entered` where the conditions that stand in it hold.
    fn flow(&mut self, flow: &Tree, depth: usize, is_entered: bool) -> Result<(), End> {
        let before = self.is_declined;
        let ended = self.steps(flow, depth, is_entered);
        self.is_declined = before;
        ended
    }

    fn steps(&mut self, flow: &Tree, depth: usize, is_entered: bool) -> Result<(), End> {
        let counts = |step: &&Node| step.is_on() && !condition::is_one(step);
        let has_required = flow
            .steps
            .iter()
            .filter(counts)
            .any(|step| step.requirement != "ALTERNATIVE");
        let (mut succeeded, mut failed) = (false, None);
        for step in &flow.steps {
            let at = self.push(step, depth);
            if step.is_on() && condition::is_one(step) {
                let (verdict, why) = match is_entered {
                    true => (Verdict::Done, "holds"),
                    false => (Verdict::PassedOver, "condition"),
                };
                self.tell(at, verdict, Because::of(why));
                continue;
            }
            let skipped = self.skipped(step, has_required, succeeded, failed.as_ref());
            if let Some((verdict, why)) = skipped {
                self.tell(at, verdict, Because::of(why));
                continue;
            }
            match self.step(step, depth) {
                Ok(Ran::Done(because)) => {
                    self.tell(at, Verdict::Done, because);
                    succeeded = true;
                }
                Ok(Ran::PassedOver(because)) => {
                    self.tell(at, Verdict::PassedOver, because);
                    // A flow whose conditions do not hold is as good as not there.
                    if step.requirement == "REQUIRED" {
                        failed = Some(End::Refused(name_of(step)));
                    }
                }
                // Nothing takes the place of a browser that has left, nor of a denial.
                Err((end, because)) if matches!(end, End::Sent(_)) || step::is_denial(&end) => {
                    self.tell(at, Verdict::Ended, because);
                    self.stopped = Some(end.clone());
                    failed = Some(end);
                }
                Err((end, because)) => {
                    let verdict = match has_required {
                        true => Verdict::Ended,
                        false => Verdict::PassedOver,
                    };
                    self.tell(at, verdict, because);
                    failed = Some(end);
                    self.is_declined |= self.was_declined(at);
                }
            }
        }
        if let Some(end) = self.stopped.clone() {
            return Err(end);
        }
        match (has_required, succeeded, failed) {
            (true, true, None) | (false, true, _) => Ok(()),
            (_, _, Some(end)) => Err(end),
            (_, false, None) => Err(End::Nothing(flow.alias.clone())),
        }
    }

    /// Why a step of a flow is not looked at.
    fn skipped(
        &self,
        step: &Node,
        has_required: bool,
        succeeded: bool,
        failed: Option<&End>,
    ) -> Option<(Verdict, &'static str)> {
        if !step.is_on() {
            return Some((Verdict::NotReached, "disabled"));
        }
        if self.stopped.is_some() {
            return Some((Verdict::NotReached, "left"));
        }
        if has_required && step.requirement == "ALTERNATIVE" {
            return Some((Verdict::NotReached, "beside-required"));
        }
        if has_required && failed.is_some() {
            return Some((Verdict::NotReached, "ended-before"));
        }
        if !has_required && succeeded {
            return Some((Verdict::NotReached, "enough"));
        }
        None
    }

    fn step(&mut self, step: &Node, depth: usize) -> Outcome {
        let Some(flow) = &step.flow else {
            return self.authenticator(step);
        };
        let mut rising = None;
        // Conditions are asked before the flow is entered that they are in.
        if step.requirement == "CONDITIONAL" {
            match self.conditions(flow)? {
                Ok(level) => rising = level,
                Err(because) => return Ok(Ran::PassedOver(because)),
            }
        }
        let is_entered = step.requirement == "CONDITIONAL";
        match self.flow(flow, depth + 1, is_entered) {
            Ok(()) => {
                self.executed.insert(flow.alias.clone());
                self.reached.rise(rising);
                Ok(Ran::Done(Because::of("inside")))
            }
            Err(end) => Err((end, Because::of("inside-failed"))),
        }
    }

    /// The step, or one inside it, was declined.
    fn was_declined(&self, at: usize) -> bool {
        let mut met = self.strides.iter().skip(at);
        met.any(|stride| stride.because.why == step::DECLINED)
    }

    fn push(&mut self, step: &Node, depth: usize) -> usize {
        self.strides.push(Stride {
            depth,
            name: name_of(step),
            is_flow: step.flow.is_some(),
            requirement: step.requirement.clone(),
            verdict: Verdict::NotReached,
            because: Because::of("left"),
        });
        self.strides.len() - 1
    }

    fn tell(&mut self, at: usize, verdict: Verdict, because: Because) {
        if let Some(stride) = self.strides.get_mut(at) {
            stride.verdict = verdict;
            stride.because = because;
        }
    }
}

fn name_of(step: &Node) -> String {
    match &step.flow {
        Some(flow) => flow.alias.clone(),
        None => step.authenticator.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
