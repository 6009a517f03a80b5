//! The writer: one thread owns the writing connection, and commits together what waits together.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use crate::Result;
use crate::conn::{Access, Conn};
use crate::cx::Link;
use crate::db::Door;
use crate::db::administration;
use crate::db::batch::{self, Line, Turn};
use crate::db::life::Life;
use crate::db::unit::{Job, Unit};
use crate::fault::{Fault, Verdict};

/// What may wait. More is answered with "try again later" at once, and costs nothing.
const QUEUE: usize = 4096;
/// What is committed at once. A batch of this size takes a few milliseconds.
const BATCH: usize = 256;

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
        administration::guard(&mut conn)?;
        let failed = life.as_ref().map(|life| life.watch(&mut conn));
        let line = Line::new(conn, failed);
        let place = Place {
            inode: inode(&url),
            url,
            life: life.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(line, &place, waiting, &counted))
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

    pub(super) async fn submit<T, E, F>(&self, door: Door, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
        F: FnMut(&mut Link<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let answer = self.enqueue(door, work)?;
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
        F: FnMut(&mut Link<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let answer = self.enqueue(Door::Write, work)?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(Fault::busy().into()))
    }

    fn enqueue<T, E, F>(
        &self,
        door: Door,
        work: F,
    ) -> std::result::Result<oneshot::Receiver<std::result::Result<T, E>>, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
        F: FnMut(&mut Link<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let unit = Unit::new(work, door, sender);
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

fn run(line: Line, place: &Place, mut waiting: mpsc::Receiver<Box<dyn Job>>, done: &Done) {
    let mut line = Some(line);
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    let mut aside: Vec<Box<dyn Job>> = Vec::new();
    loop {
        // What runs again waits for nobody, and nobody waits for what was put aside.
        if batch.is_empty() && !receive(&mut waiting, &mut batch, aside.is_empty()) {
            return;
        }
        let left = settle(&mut line, place, (&mut batch, Turn::Untaken), done);
        batch = left.again;
        aside.extend(left.aside);
        if batch.is_empty() && !aside.is_empty() {
            let left = settle(&mut line, place, (&mut aside, Turn::First), done);
            batch = left.again;
            aside = left.aside;
        }
    }
}

/// Takes what waits. False if nothing more will come, and nothing is left to do.
fn receive(
    waiting: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
    may_sleep: bool,
) -> bool {
    if may_sleep {
        return waiting.blocking_recv_many(batch, BATCH) > 0;
    }
    while batch.len() < BATCH
        && let Ok(job) = waiting.try_recv()
    {
        batch.push(job);
    }
    true
}

/// What is not answered yet after a batch.
#[derive(Default)]
struct Left {
    /// Runs once more, at once.
    again: Vec<Box<dyn Job>>,
    /// Waits for its turn among the nodes.
    aside: Vec<Box<dyn Job>>,
}

/// Commits a batch and answers whom it can.
fn settle(
    line: &mut Option<Line>,
    place: &Place,
    (batch, turn): (&mut Vec<Box<dyn Job>>, Turn),
    done: &Done,
) -> Left {
    // Nobody waits for these any more, and nothing of them has been written.
    batch.retain(|job| !job.is_abandoned());
    if batch.is_empty() {
        return Left::default();
    }
    let committed = match connected(line, place) {
        Ok(db) => batch::commit(db, batch, turn).map_err(|e| e.to_string()),
        Err(fault) => Err(fault.to_string()),
    };
    if let Err(why) = &committed {
        tracing::error!(error = %why, jobs = batch.len(), "a batch was not committed");
        *line = None;
    } else {
        let units = u64::try_from(batch.len()).unwrap_or_default();
        done.commits.fetch_add(1, Ordering::Relaxed);
        done.units.fetch_add(units, Ordering::Relaxed);
    }
    let is_shared = line.as_ref().is_some_and(|line| line.conn.is_postgres());
    let mut left = Left::default();
    for mut job in std::mem::take(batch) {
        if is_shared && job.is_to_wait() {
            left.aside.push(job);
        } else if is_shared && job.is_to_run_again() {
            left.again.push(job);
        } else {
            job.answer(committed.clone());
        }
    }
    left
}

/// The connection, made anew if the last batch broke it.
fn connected<'l>(line: &'l mut Option<Line>, place: &Place) -> Result<&'l mut Line> {
    // What is written to a file that was moved away or replaced is lost to whoever starts next.
    if place.inode != inode(&place.url) {
        return Err(Fault::connection(
            "the database file is not where it was: restart",
        ));
    }
    if line.is_none() {
        let mut conn = Conn::open(&place.url, Access::Write)?;
        administration::guard(&mut conn)?;
        let failed = place.life.as_ref().map(|life| life.watch(&mut conn));
        *line = Some(Line::new(conn, failed));
    }
    line.as_mut().ok_or_else(Fault::busy)
}
