//! The bounded pool on which passwords are hashed, so that a flood of logins slows only logins.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::password;

/// How much work may wait: who would have to wait longer is told to come back. Less than what clients give an answer,
/// because most of them do not ask again.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// So many may wait for each thread however long the last jobs took: a machine that is slow for a moment has not too many
/// people at its door.
const FEW: usize = 8;

/// What one job is taken to cost before the first has been measured.
const FIRST_GUESS: Duration = Duration::from_millis(50);

/// Whoever is told to come back is not told to stay away for longer than this, in seconds.
const LONGEST_RETRY: u64 = 60;

/// Bounds the memory of what waits, however cheap a job is.
const MAX_QUEUED: usize = 4096;

/// How long a thread without work keeps the memory of its last hash.
const REST: Duration = Duration::from_secs(10);

/// The pool has as much work as it may take on. The caller answers with `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are waiting to be checked")]
pub struct Busy {
    /// In how many seconds the present work will be done.
    pub retry_after_seconds: u64,
}

/// How long anybody should wait for a job to begin: twice what is guessed for the last one that is taken on.
///
/// What came with an import may cost much more than what came before it, so the guess can be far off, and most clients have gone by then.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Whoever waits for an answer of the pool. A job whose asker is dropped before it has begun is not begun, because nobody would learn
/// what it cost so much to find out.
#[derive(Debug, Default)]
pub struct Asker(Arc<AtomicBool>);

impl Asker {
    /// Tells whether a job of this asker has begun.
    pub fn is_served(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

struct Job {
    asker: Weak<AtomicBool>,
    run: Box<dyn FnOnce() + Send>,
}

impl Job {
    fn is_awaited(&self) -> bool {
        self.asker.strong_count() > 0
    }

    /// Marks it as begun; false if nobody waits for it.
    fn begin(&self) -> bool {
        let asker = self.asker.upgrade();
        if let Some(begun) = &asker {
            begun.store(true, Ordering::Release);
        }
        asker.is_some()
    }
}

/// Threads of their own for slow hashes, with a bounded queue in front of them.
///
/// The pool stops when it is dropped: running jobs finish, waiting ones are dropped unanswered.
pub struct Hasher {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    rest: Duration,
}

struct State {
    queue: VecDeque<Job>,
    running: usize,
    /// A moving mean, because hashes that came with an import cost what their origin chose.
    mean: Duration,
    stopping: bool,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("threads", &self.threads.len())
            .finish_non_exhaustive()
    }
}

impl Hasher {
    /// Starts the pool; without a number it has as many threads as there are cores.
    pub fn start(threads: Option<NonZeroUsize>) -> io::Result<Self> {
        Self::with_rest(threads, REST)
    }

    fn with_rest(threads: Option<NonZeroUsize>, rest: Duration) -> io::Result<Self> {
        let count = match threads {
            Some(count) => count,
            None => thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                running: 0,
                mean: FIRST_GUESS,
                stopping: false,
            }),
            work: Condvar::new(),
            rest,
        });
        let mut pool = Self {
            shared,
            threads: Vec::with_capacity(count.get()),
        };
        for number in 0..count.get() {
            let shared = Arc::clone(&pool.shared);
            let builder = thread::Builder::new().name(format!("password-{number}"));
            pool.threads.push(builder.spawn(move || shared.serve())?);
        }
        Ok(pool)
    }

    /// Queues a job; `done` is called with its result, on the pool's thread.
    ///
    /// An async caller hands the sending half of a oneshot channel to `done`. If the job panics, the asker is dropped or
    /// the pool stops first, `done` is dropped without a call and the receiver learns it that way.
    pub fn submit<T>(
        &self,
        asker: &Asker,
        job: impl FnOnce() -> T + Send + 'static,
        done: impl FnOnce(T) + Send + 'static,
    ) -> Result<(), Busy> {
        let mut state = self.shared.lock();
        let mut room = self.room(&state);
        if room.is_err() {
            // A crowd that has hung up keeps nobody out.
            let gone = state.take_gone();
            drop(state);
            drop(gone);
            state = self.shared.lock();
            room = self.room(&state);
        }
        room?;
        state.queue.push_back(Job {
            asker: Arc::downgrade(&asker.0),
            run: Box::new(move || done(job())),
        });
        drop(state);
        self.shared.work.notify_one();
        Ok(())
    }

    /// Whether the pool takes on another job.
    fn room(&self, state: &State) -> Result<(), Busy> {
        let ahead = u32::try_from(state.queue.len() + state.running).unwrap_or(u32::MAX);
        let threads = u32::try_from(self.threads.len()).unwrap_or(u32::MAX).max(1);
        let wait = state.mean.saturating_mul(ahead) / threads;
        let few = FEW.saturating_mul(self.threads.len());
        let is_long = wait > MAX_WAIT && state.queue.len() >= few;
        if state.stopping || is_long || state.queue.len() >= MAX_QUEUED {
            return Err(Busy {
                retry_after_seconds: wait.as_secs().clamp(1, LONGEST_RETRY),
            });
        }
        Ok(())
    }

    /// Returns how many jobs can run at once.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Returns how many jobs are waiting or running, for metrics.
    pub fn depth(&self) -> usize {
        let state = self.shared.lock();
        state.queue.len() + state.running
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.shared.lock();
            state.stopping = true;
            std::mem::take(&mut state.queue)
        };
        // Outside the lock: dropping a job runs its caller's code.
        drop(waiting);
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // A thread catches the panics of its jobs, so it has nothing to report.
            let _ended = thread.join();
        }
    }
}

impl State {
    /// Takes out the jobs that nobody waits for any more. The caller drops them outside the lock.
    fn take_gone(&mut self) -> VecDeque<Job> {
        let (awaited, gone) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition(Job::is_awaited);
        self.queue = awaited;
        gone
    }
}

impl Shared {
    /// No code that may panic runs under the lock, so a poisoned state is still a whole one.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        while let Some(job) = self.next() {
            let started = Instant::now();
            // The next job must not pay for this one's mistake with its thread.
            let _answered = catch_unwind(AssertUnwindSafe(job.run));
            let took = started.elapsed();
            let mut state = self.lock();
            state.running -= 1;
            state.mean = (state.mean * 15 + took) / 16;
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        let mut is_rested = false;
        loop {
            if state.stopping {
                return None;
            }
            if let Some(job) = state.queue.pop_front() {
                if job.begin() {
                    state.running += 1;
                    return Some(job);
                }
                // Outside the lock, as above.
                drop(state);
                drop(job);
                state = self.lock();
                continue;
            }
            if is_rested {
                let woken = self.work.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let woken = self.work.wait_timeout(state, self.rest);
            let (after, waited) = woken.unwrap_or_else(PoisonError::into_inner);
            state = after;
            if waited.timed_out() {
                // Outside the lock: the system takes its time to take 20 MiB back.
                drop(state);
                password::give_back_memory();
                is_rested = true;
                state = self.lock();
            }
        }
    }
}

#[cfg(test)]
mod tests;
