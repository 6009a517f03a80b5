//! A batch: units of work that are run in one transaction, as one where that goes well, and each on its own where it does not.

use diesel::QueryResult;

use crate::Result;
use crate::conn::{Conn, Safety};
use crate::cx::Link;
use crate::db::administration;
use crate::db::life::Failed;
use crate::db::unit::{Job, Ran};
use crate::fault::Fault;
use crate::together::Together;

/// Whether each unit of a batch has a savepoint of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    Savepoint,
}

/// Whether a batch waits for the turn of administrators before anything else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Untaken,
    First,
}

/// The writing connection.
pub(super) struct Line {
    pub(super) conn: Conn,
    /// Whether a statement has failed on it, where that costs the whole transaction.
    pub(super) failed: Option<Failed>,
    /// Whether the file is waited for at each commit.
    safety: Safety,
}

impl Line {
    pub(super) fn new(conn: Conn, failed: Option<Failed>) -> Self {
        Self {
            conn,
            failed,
            safety: Safety::Disk,
        }
    }

    /// Begins a transaction whose commit waits for the disk, or does not.
    fn begin(&mut self, safety: Safety) -> QueryResult<()> {
        if self.safety != safety {
            self.conn.keep(safety)?;
            self.safety = safety;
        }
        self.conn.begin_kept(safety)
    }

    /// Whether the transaction still stands. Only a statement that failed can have cost it.
    fn check_alive(&mut self) -> QueryResult<()> {
        match self.failed.as_ref().is_none_or(Failed::take) {
            true => self.conn.check_alive(),
            false => Ok(()),
        }
    }
}

/// Runs a batch in one transaction, and commits it; where one of its units faults, each stands or falls alone.
pub(super) fn commit(line: &mut Line, batch: &mut [Box<dyn Job>], turn: Turn) -> QueryResult<()> {
    let is_passing = batch.iter().all(|job| job.is_passing());
    let safety = if is_passing {
        Safety::Memory
    } else {
        Safety::Disk
    };
    commit_guarded(line, batch, (Guard::None, turn, safety))
}

fn commit_guarded(
    line: &mut Line,
    batch: &mut [Box<dyn Job>],
    (guard, turn, safety): (Guard, Turn, Safety),
) -> QueryResult<()> {
    line.begin(safety)?;
    if turn == Turn::First && !administration::wait(&mut line.conn)? {
        for job in batch {
            job.fail(Fault::occupied());
        }
        return Ok(());
    }
    let run = match guard {
        Guard::None => run_all(line, batch),
        Guard::Savepoint => run_each(line, batch),
    };
    match run {
        Ok(Ran::Well) => line.conn.commit().inspect_err(|_| {
            let _ = line.conn.rollback();
        }),
        Ok(Ran::Faulted) if batch.len() == 1 => line.conn.rollback(),
        Ok(Ran::Faulted) => {
            // Somebody is guilty: the others run once more, each on its own savepoint.
            line.conn.rollback()?;
            commit_guarded(line, batch, (Guard::Savepoint, turn, safety))
        }
        Err(error) => {
            let _ = line.conn.rollback();
            Err(error)
        }
    }
}

/// Runs the units of a batch as one.
fn run_all(line: &mut Line, batch: &mut [Box<dyn Job>]) -> QueryResult<Ran> {
    let heard = batch.iter().filter(|job| job.is_heard_first()).count();
    let mut together = None;
    // One alone asks for itself; a file is asked as fast by each.
    if heard > 1 && line.conn.is_postgres() {
        // What is stored together is best stored behind all that asks for it.
        batch.sort_by_key(|job| !job.is_heard_first());
        match hear(&mut line.conn, batch.iter_mut().take(heard)) {
            Ok(known) => together = Some(known),
            Err(_) => return Ok(Ran::Faulted),
        }
    }
    for job in batch.iter_mut() {
        let mut link = match &mut together {
            Some(together) => Link::Together(&mut line.conn, together),
            None => Link::Open(&mut line.conn),
        };
        if job.run(&mut link) == Ran::Faulted {
            return Ok(Ran::Faulted);
        }
    }
    if let Some(together) = &mut together {
        let stored = together.settle(&mut line.conn);
        // Whoever was told of a fault of what waited, and went on, has no say in it.
        if stored.is_err() || together.is_broken() {
            tracing::debug!(units = batch.len(), "a batch is stored one by one");
            return Ok(Ran::Faulted);
        }
    }
    // A unit may have hidden the fault of a statement, and takes the others' work with it.
    match (line.check_alive(), batch) {
        (Ok(()), _) => Ok(Ran::Well),
        (Err(error), [job]) => {
            job.fail(error.into());
            Ok(Ran::Faulted)
        }
        (Err(_), _) => Ok(Ran::Faulted),
    }
}

/// Runs units to hear what they will ask, and reads it.
fn hear<'j>(
    conn: &mut Conn,
    units: impl Iterator<Item = &'j mut Box<dyn Job>>,
) -> Result<Together> {
    let mut together = Together::ask();
    for job in units {
        job.run(&mut Link::Together(&mut *conn, &mut together));
        job.forget();
    }
    together.read(conn)?;
    Ok(together)
}

/// Runs each unit on a savepoint of its own, so that it stands or falls alone.
fn run_each(line: &mut Line, batch: &mut [Box<dyn Job>]) -> QueryResult<Ran> {
    for job in batch {
        line.conn.savepoint()?;
        if job.run(&mut Link::Open(&mut line.conn)) == Ran::Faulted {
            line.conn.rollback()?;
            continue;
        }
        match line.check_alive() {
            Ok(()) => line.conn.commit()?,
            Err(error) => {
                job.fail(error.into());
                line.conn.rollback()?;
            }
        }
    }
    Ok(Ran::Well)
}
