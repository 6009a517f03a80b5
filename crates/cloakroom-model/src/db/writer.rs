//! The writer: one thread owns the writing connection, and commits together what waits together.

use std::os::unix::fs::MetadataExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use diesel::QueryResult;
use tokio::sync::{mpsc, oneshot};

use crate::Result;
use crate::conn::{Access, Conn};
use crate::db::life::Life;
use crate::fault::{Fault, Verdict};

/// What may wait. More is answered with "try again later" at once, and costs nothing.
const QUEUE: usize = 4096;
/// What is committed at once. A batch of this size takes a few milliseconds.
const BATCH: usize = 256;
/// How often a unit of work is run that other nodes were in the way of. Each run sees what they have done, so a second
/// one settles nearly everything.
const RUNS: u8 = 4;

#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    done: Arc<Done>,
    life: Option<Life>,
}

/// What the writer has committed since the start.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) commits: AtomicU64,
    pub(super) units: AtomicU64,
}

impl Writer {
    pub(super) fn start(mut conn: Conn, url: String, life: Option<Life>) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let done = Arc::new(Done::default());
        let counted = Arc::clone(&done);
        if let Some(life) = &life {
            life.watch(&mut conn);
        }
        let place = Place {
            inode: inode(&url),
            url,
            life: life.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(conn, &place, waiting, &counted))
            .map_err(Fault::connection)?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            done,
            life,
        })
    }

    /// How many units of work wait, and what was committed so far.
    pub(super) fn stats(&self) -> (usize, &Done) {
        let waiting = |queue: &mpsc::Sender<_>| queue.max_capacity() - queue.capacity();
        (self.queue.as_ref().map_or(0, waiting), &self.done)
    }

    pub(super) async fn submit<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
        F: FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    {
        let answer = self.enqueue(work)?;
        let answer = match &self.life {
            None => answer.await,
            // Whoever gives up drops the receiver, so that what has not begun never will.
            Some(life) => life.wait(answer).await.ok_or_else(Fault::silent)?,
        };
        answer.unwrap_or_else(|_| Err(Fault::busy().into()))
    }

    pub(super) fn submit_blocking<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
        F: FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    {
        let answer = self.enqueue(work)?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Fault::busy().into()))
    }

    fn enqueue<T, E, F>(
        &self,
        work: F,
    ) -> std::result::Result<oneshot::Receiver<std::result::Result<T, E>>, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
        F: FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let unit = Unit {
            work,
            ran: None,
            runs: 0,
            sender,
        };
        let queue = self.queue.as_ref().ok_or_else(Fault::busy)?;
        queue.try_send(Box::new(unit)).map_err(|_| Fault::busy())?;
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What waits is still committed; then the thread ends.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // The last owner of the database may be a unit of work on the writer's own thread.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// How a unit of work ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well,
    Faulted,
}

/// Whether each unit of a batch has a savepoint of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    Savepoint,
}

trait Job: Send {
    fn run(&mut self, db: &mut Conn) -> Ran;
    /// Answers with this fault, whatever the unit itself thought.
    fn fail(&mut self, fault: Fault);
    fn is_abandoned(&self) -> bool;
    /// Another node was in the way, and it is worth another run.
    fn is_to_run_again(&mut self) -> bool;
    fn answer(self: Box<Self>, committed: std::result::Result<(), String>);
}

struct Unit<T, E, F> {
    work: F,
    ran: Option<std::result::Result<T, E>>,
    /// Batches that it has been in.
    runs: u8,
    sender: oneshot::Sender<std::result::Result<T, E>>,
}

impl<T, E, F> Job for Unit<T, E, F>
where
    T: Send,
    E: Verdict + Send,
    F: FnMut(&mut Conn) -> std::result::Result<T, E> + Send,
{
    fn run(&mut self, db: &mut Conn) -> Ran {
        let work = &mut self.work;
        let result = catch_unwind(AssertUnwindSafe(|| work(db)))
            .unwrap_or_else(|_| Err(Fault::corrupt("a unit of work panicked").into()));
        let faulted = matches!(&result, Err(error) if error.fault().is_some());
        self.ran = Some(result);
        if faulted { Ran::Faulted } else { Ran::Well }
    }

    fn fail(&mut self, fault: Fault) {
        self.ran = Some(Err(fault.into()));
    }

    fn is_abandoned(&self) -> bool {
        self.sender.is_closed()
    }

    fn is_to_run_again(&mut self) -> bool {
        self.runs = self.runs.saturating_add(1);
        let fault = self
            .ran
            .as_ref()
            .and_then(|ran| ran.as_ref().err()?.fault());
        self.runs < RUNS && fault.is_some_and(Fault::is_conflict)
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

/// Where the connection is made anew.
struct Place {
    url: String,
    /// The file at the start, where the database is one.
    inode: Option<u64>,
    life: Option<Life>,
}

/// The file that the path of a database in a file leads to now.
fn inode(url: &str) -> Option<u64> {
    let about = std::fs::metadata(url.strip_prefix("sqlite://")?).ok()?;
    Some(about.ino())
}

fn run(conn: Conn, place: &Place, mut waiting: mpsc::Receiver<Box<dyn Job>>, done: &Done) {
    let mut conn = Some(conn);
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    loop {
        // What runs again waits for nobody.
        if batch.is_empty() && waiting.blocking_recv_many(&mut batch, BATCH) == 0 {
            return;
        }
        // Nobody waits for these any more, and nothing of them has been written.
        batch.retain(|job| !job.is_abandoned());
        if batch.is_empty() {
            continue;
        }
        let committed = match connected(&mut conn, place) {
            Ok(db) => commit_together(db, &mut batch, Guard::None).map_err(|e| e.to_string()),
            Err(fault) => Err(fault.to_string()),
        };
        if let Err(why) = &committed {
            tracing::error!(error = %why, jobs = batch.len(), "a batch was not committed");
            conn = None;
        } else {
            let units = u64::try_from(batch.len()).unwrap_or_default();
            done.commits.fetch_add(1, Ordering::Relaxed);
            done.units.fetch_add(units, Ordering::Relaxed);
        }
        let is_shared = conn.as_ref().is_some_and(Conn::is_postgres);
        for mut job in std::mem::take(&mut batch) {
            if is_shared && job.is_to_run_again() {
                batch.push(job);
            } else {
                job.answer(committed.clone());
            }
        }
    }
}

/// The connection, made anew if the last batch broke it.
fn connected<'c>(conn: &'c mut Option<Conn>, place: &Place) -> Result<&'c mut Conn> {
    // What is written to a file that was moved away or replaced is lost to whoever starts next.
    if place.inode != inode(&place.url) {
        return Err(Fault::connection(
            "the database file is not where it was: restart",
        ));
    }
    if conn.is_none() {
        let mut fresh = Conn::open(&place.url, Access::Write)?;
        if let Some(life) = &place.life {
            life.watch(&mut fresh);
        }
        *conn = Some(fresh);
    }
    conn.as_mut().ok_or_else(Fault::busy)
}

fn commit_together(db: &mut Conn, batch: &mut [Box<dyn Job>], guard: Guard) -> QueryResult<()> {
    db.begin()?;
    let alone = batch.len() == 1;
    for job in batch.iter_mut() {
        match guarded(db, job.as_mut(), guard) {
            Ok(Ran::Well) => {}
            Ok(Ran::Faulted) if guard == Guard::Savepoint => {}
            Ok(Ran::Faulted) if alone => return db.rollback(),
            Ok(Ran::Faulted) => {
                // Somebody is guilty: the others run once more, each on its own savepoint.
                db.rollback()?;
                return commit_together(db, batch, Guard::Savepoint);
            }
            Err(error) => {
                let _ = db.rollback();
                return Err(error);
            }
        }
    }
    if guard == Guard::None && db.check_alive().is_err() {
        // A unit hid the fault of a statement, and took the others' work with it.
        db.rollback()?;
        return commit_together(db, batch, Guard::Savepoint);
    }
    db.commit().inspect_err(|_| {
        let _ = db.rollback();
    })
}

fn guarded(db: &mut Conn, job: &mut dyn Job, guard: Guard) -> QueryResult<Ran> {
    if guard == Guard::None {
        return Ok(job.run(db));
    }
    db.savepoint()?;
    if job.run(db) == Ran::Faulted {
        return db.rollback().map(|()| Ran::Faulted);
    }
    match db.check_alive() {
        Ok(()) => db.commit().map(|()| Ran::Well),
        Err(error) => {
            job.fail(error.into());
            db.rollback().map(|()| Ran::Faulted)
        }
    }
}
