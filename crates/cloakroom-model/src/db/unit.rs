//! A unit of work on its way through the writer, with the answer that its caller waits for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::cx::Link;
use crate::db::{Door, administration};
use crate::fault::{Fault, Verdict};

/// How often a unit of work is run that other nodes were in the way of. Each run sees what they have done, so a second
/// one settles nearly everything.
const RUNS: u8 = 4;

/// How a unit of work ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    Well,
    Faulted,
}

pub(super) trait Job: Send {
    fn run(&mut self, db: &mut Link<'_>) -> Ran;
    /// What it asks may be heard first, and read with what others ask.
    fn is_heard_first(&self) -> bool;
    /// It need not outlive the power of the machine.
    fn is_passing(&self) -> bool;
    /// Forgets how its last run ended.
    fn forget(&mut self);
    /// Answers with this fault, whatever the unit itself thought.
    fn fail(&mut self, fault: Fault);
    fn is_abandoned(&self) -> bool;
    /// Another node was in the way, and it is worth another run.
    fn is_to_run_again(&mut self) -> bool;
    /// Another node has the turn that this has to have, and it may still come.
    fn is_to_wait(&mut self) -> bool;
    fn answer(self: Box<Self>, committed: std::result::Result<(), String>);
}

pub(super) struct Unit<T, E, F> {
    work: F,
    door: Door,
    ran: Option<std::result::Result<T, E>>,
    /// Batches that it has been in.
    runs: u8,
    /// Batches that it waited in for its turn among the nodes.
    waits: u16,
    sender: oneshot::Sender<std::result::Result<T, E>>,
}

impl<T, E, F> Unit<T, E, F> {
    pub(super) fn new(
        work: F,
        door: Door,
        sender: oneshot::Sender<std::result::Result<T, E>>,
    ) -> Self {
        Self {
            work,
            door,
            ran: None,
            runs: 0,
            waits: 0,
            sender,
        }
    }
}

impl<T, E: Verdict, F> Unit<T, E, F> {
    /// The fault that its last run ended with.
    fn fault(&self) -> Option<&Fault> {
        self.ran.as_ref()?.as_ref().err()?.fault()
    }
}

impl<T, E, F> Job for Unit<T, E, F>
where
    T: Send,
    E: Verdict + Send,
    F: FnMut(&mut Link<'_>) -> std::result::Result<T, E> + Send,
{
    fn run(&mut self, db: &mut Link<'_>) -> Ran {
        let work = &mut self.work;
        let result = catch_unwind(AssertUnwindSafe(|| work(db)))
            .unwrap_or_else(|_| Err(Fault::corrupt("a unit of work panicked").into()));
        let faulted = matches!(&result, Err(error) if error.fault().is_some());
        self.ran = Some(result);
        if faulted { Ran::Faulted } else { Ran::Well }
    }

    fn is_heard_first(&self) -> bool {
        self.door == Door::Together
    }

    fn is_passing(&self) -> bool {
        self.door == Door::Passing
    }

    fn forget(&mut self) {
        self.ran = None;
    }

    fn fail(&mut self, fault: Fault) {
        self.ran = Some(Err(fault.into()));
    }

    fn is_abandoned(&self) -> bool {
        self.sender.is_closed()
    }

    fn is_to_run_again(&mut self) -> bool {
        self.runs = self.runs.saturating_add(1);
        self.runs < RUNS && self.fault().is_some_and(Fault::is_conflict)
    }

    fn is_to_wait(&mut self) -> bool {
        if !self.fault().is_some_and(Fault::is_occupied) {
            return false;
        }
        self.waits += 1;
        self.waits < administration::MOST
    }

    fn answer(self: Box<Self>, committed: std::result::Result<(), String>) {
        let Self { ran, sender, .. } = *self;
        let result = match (ran, committed) {
            // A unit's own fault says more than that of its batch.
            (Some(Err(error)), _) if error.fault().is_some() => Err(error),
            (_, Err(why)) => Err(Fault::connection(why).into()),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(Fault::busy().into()),
        };
        // Whoever asked may have gone away; the work stands all the same.
        let _ = sender.send(result);
    }
}
