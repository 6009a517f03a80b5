//! How long the server worked at each step of a sign-in, for those who read why one failed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// A step of a sign-in, or of a request for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Which application asks.
    Client,
    /// Where its answer may go.
    Address,
    /// What it asks for can be read.
    Request,
    /// It may ask for that.
    Allowed,
    /// It may ask for these scopes.
    Scope,
    /// Who is meant.
    User,
    /// Whether they may try now.
    Lock,
    /// The password is looked at, here or by whoever keeps it.
    Password,
    /// The account behind it.
    Account,
    /// What the flow makes of them.
    Flow,
    /// What is proved beside the password.
    Further,
    /// What has to be done first.
    Actions,
    /// What the application is allowed.
    Consent,
    /// Whether an application is the one that it says.
    Proof,
    /// What it brings in exchange for tokens.
    Grant,
}

impl Step {
    const ALL: [Self; 15] = [
        Self::Client,
        Self::Address,
        Self::Request,
        Self::Allowed,
        Self::Scope,
        Self::User,
        Self::Lock,
        Self::Password,
        Self::Account,
        Self::Flow,
        Self::Further,
        Self::Actions,
        Self::Consent,
        Self::Proof,
        Self::Grant,
    ];

    /// Its name in an event; the console has the same names.
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Address => "address",
            Self::Request => "request",
            Self::Allowed => "allowed",
            Self::Scope => "scope",
            Self::User => "user",
            Self::Lock => "lock",
            Self::Password => "password",
            Self::Account => "account",
            Self::Flow => "flow",
            Self::Further => "further",
            Self::Actions => "actions",
            Self::Consent => "consent",
            Self::Proof => "proof",
            Self::Grant => "grant",
        }
    }
}

/// The times of the steps that were taken. Where no clock runs there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laps {
    /// The clock that runs: what was done since then belongs to the next lap.
    since: Option<Instant>,
    /// What was taken by this clock.
    taken: Vec<(Step, Duration)>,
    /// What earlier requests of the same sign-in took, in whole milliseconds.
    before: Vec<(Step, u64)>,
}

impl Laps {
    /// A clock that runs since then.
    pub const fn since(began: Instant) -> Self {
        Self {
            since: Some(began),
            taken: Vec::new(),
            before: Vec::new(),
        }
    }

    /// What was done since the last lap, or since the clock runs, was this step.
    pub fn lap(&mut self, step: Step) {
        let Some(since) = self.since else {
            return;
        };
        let now = Instant::now();
        self.since = Some(now);
        self.add(step, now.saturating_duration_since(since));
    }

    /// Adds what was measured elsewhere: outside of this unit of work.
    pub fn add(&mut self, step: Step, took: Duration) {
        match self.taken.iter_mut().find(|(one, _)| *one == step) {
            Some((_, sum)) => *sum = sum.saturating_add(took),
            None => self.taken.push((step, took)),
        }
    }

    /// Takes over what an earlier part of the same sign-in took; a step that is taken again counts anew.
    pub fn recall(&mut self, earlier: &Self) {
        self.before = earlier.all().collect();
    }

    /// The same from what [`Laps::written`] says. Whatever is none of its words is passed over.
    pub fn recall_written(&mut self, text: &str) {
        let mut words = text.split(' ');
        self.before.clear();
        while let (Some(name), Some(millis)) = (words.next(), words.next()) {
            let step = Step::ALL.into_iter().find(|step| step.name() == name);
            if let (Some(step), Ok(millis)) = (step, millis.parse::<u64>()) {
                self.before.push((step, millis));
            }
        }
    }

    /// Each step and its whole milliseconds in one line, `user 1 password 54`; empty where nothing was taken.
    pub fn written(&self) -> String {
        let mut text = String::new();
        for (step, millis) in self.all() {
            let gap = if text.is_empty() { "" } else { " " };
            // A text never refuses to be written to.
            let _ = write!(text, "{gap}{} {millis}", step.name());
        }
        text
    }

    fn all(&self) -> impl Iterator<Item = (Step, u64)> + '_ {
        Step::ALL.into_iter().filter_map(|step| {
            let mut taken = self.taken.iter().filter(|(one, _)| *one == step);
            let mut before = self.before.iter().filter(|(one, _)| *one == step);
            let now = taken
                .next()
                .map(|(_, took)| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            let millis = now.or_else(|| before.next().map(|(_, millis)| *millis))?;
            Some((step, millis))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(many: u64) -> Duration {
        Duration::from_millis(many)
    }

    #[test]
    fn where_no_clock_runs_nothing_is_taken() {
        let mut laps = Laps::default();
        laps.lap(Step::User);

        assert_eq!(laps.written(), "");
    }

    #[test]
    fn a_lap_is_what_was_done_since_the_last_one() {
        let began = Instant::now().checked_sub(millis(500)).unwrap();
        let mut laps = Laps::since(began);
        laps.lap(Step::User);
        laps.lap(Step::Lock);

        let written = laps.written();
        let numbers: Vec<u64> = written
            .split(' ')
            .filter_map(|one| one.parse().ok())
            .collect();
        assert_eq!(numbers.len(), 2, "{written}");
        assert!(numbers[0] >= 500, "{written}");
        assert!(numbers[1] < 500, "{written}");
    }

    #[test]
    fn a_step_of_two_parts_is_both_of_them_in_the_order_of_a_sign_in() {
        let mut laps = Laps::default();
        laps.add(Step::Password, millis(40));
        laps.add(Step::User, Duration::from_micros(900));
        laps.add(Step::Password, millis(14));

        assert_eq!(laps.written(), "user 0 password 54");
    }

    #[test]
    fn a_request_knows_what_those_before_it_took_and_counts_its_own_steps_anew() {
        let mut first = Laps::default();
        first.add(Step::User, millis(3));
        first.add(Step::Password, millis(54));
        let mut second = Laps::default();
        second.recall_written(&first.written());
        second.add(Step::Password, millis(51));
        second.add(Step::Further, millis(2));

        assert_eq!(second.written(), "user 3 password 51 further 2");
        let mut third = Laps::default();
        third.recall(&second);
        assert_eq!(third.written(), second.written());
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let mut laps = Laps::default();
        for (text, left) in [
            ("user 3 sleep 5 lock x password 7", "user 3 password 7"),
            ("user", ""),
            ("", ""),
        ] {
            laps.recall_written(text);
            assert_eq!(laps.written(), left, "{text}");
        }
    }
}
