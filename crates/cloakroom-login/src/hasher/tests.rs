//! Tests of the pool with real threads.

use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, channel};

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

fn pool(threads: usize) -> Hasher {
    Hasher::start(NonZeroUsize::new(threads)).unwrap()
}

/// Somebody who waits until the test is over.
static PATIENT: LazyLock<Asker> = LazyLock::new(Asker::default);

/// Keeps one thread of the pool busy until the sender is dropped.
fn occupy(pool: &Hasher) -> std::sync::mpsc::Sender<()> {
    let (hold, held) = channel::<()>();
    let (begun, begins) = channel();
    let job = move || {
        begun.send(()).unwrap();
        let _released = held.recv();
    };
    pool.submit(&PATIENT, job, drop).unwrap();
    begins.recv().unwrap();
    hold
}

fn ask<T: Send + 'static>(
    pool: &Hasher,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<Receiver<T>, Busy> {
    let (sender, receiver) = channel();
    let done = move |result| sender.send(result).unwrap_or_default();
    pool.submit(&PATIENT, job, done)?;
    Ok(receiver)
}

#[test]
fn a_job_runs_on_a_thread_of_the_pool_and_answers() {
    let pool = pool(2);

    let answer = ask(&pool, || thread::current().name().unwrap().to_owned()).unwrap();

    assert!(answer.recv().unwrap().starts_with("password-"));
}

#[test]
fn no_more_jobs_run_at_once_than_there_are_threads() {
    let pool = pool(2);
    let _first = occupy(&pool);
    let second = occupy(&pool);
    let third = ask(&pool, || ()).unwrap();

    let early = third.recv_timeout(Duration::from_millis(50));
    drop(second);
    let late = third.recv_timeout(Duration::from_secs(10));

    assert!(early.is_err());
    assert!(late.is_ok());
}

#[test]
fn more_than_ten_seconds_of_work_is_refused_until_some_is_done() {
    let pool = pool(1);
    let hold = occupy(&pool);
    let mut waiting = Vec::new();

    let busy = loop {
        match ask(&pool, || ()) {
            Ok(answer) => waiting.push(answer),
            Err(busy) => break busy,
        }
    };
    drop(hold);
    for answer in &waiting {
        answer.recv().unwrap();
    }
    let after = ask(&pool, || ());

    // 50 ms are the first guess, so 200 jobs are ten seconds; one of them runs.
    assert_eq!(waiting.len(), 200);
    assert_eq!(busy.retry_after_seconds, 10);
    assert!(after.is_ok());
}

#[test]
fn a_few_may_wait_for_each_thread_however_slow_the_machine_was() {
    let pool = pool(2);
    pool.shared.lock().mean = Duration::from_secs(30);
    let (_one, _other) = (occupy(&pool), occupy(&pool));
    let mut waiting = Vec::new();

    let busy = loop {
        match ask(&pool, || ()) {
            Ok(answer) => waiting.push(answer),
            Err(busy) => break busy,
        }
    };

    assert_eq!(waiting.len(), 2 * FEW);
    assert_eq!(busy.retry_after_seconds, LONGEST_RETRY);
}

#[test]
fn a_job_that_nobody_waits_for_is_not_begun() {
    let pool = pool(1);
    let hold = occupy(&pool);
    let gone = Asker::default();
    let (begun, begins) = channel();
    let count = 200;
    for _ in 0..count {
        let begun = begun.clone();
        pool.submit(&gone, move || begun.send(()).unwrap(), drop)
            .unwrap();
    }
    let refused = ask(&pool, || ()).unwrap_err();
    assert!(!gone.is_served());

    drop(gone);
    let taken = ask(&pool, || 7).unwrap();
    drop(hold);

    assert_eq!(refused.retry_after_seconds, 10);
    assert_eq!(taken.recv(), Ok(7));
    assert!(PATIENT.is_served());
    assert!(begins.try_recv().is_err());
}

#[test]
fn a_job_that_panics_costs_only_its_own_answer() {
    let pool = pool(1);

    let lost = ask(&pool, || assert_eq!(1, 2, "a job's own mistake")).unwrap();
    let next = ask(&pool, || 7).unwrap();

    assert!(lost.recv().is_err());
    assert_eq!(next.recv(), Ok(7));
    assert_eq!(pool.shared.lock().queue.len(), 0);
}

#[test]
fn dropping_the_pool_finishes_what_runs_and_drops_what_waits() {
    let pool = pool(1);
    let hold = occupy(&pool);
    let waiting = ask(&pool, || ()).unwrap();
    let (stopped, stops) = channel();

    let stopper = thread::spawn(move || {
        drop(pool);
        stopped.send(()).unwrap();
    });
    let answer = waiting.recv();
    let early = stops.try_recv();
    drop(hold);
    stopper.join().unwrap();

    assert!(answer.is_err());
    assert!(early.is_err());
    assert!(stops.try_recv().is_ok());
}

#[test]
fn a_thread_without_work_gives_the_memory_of_its_last_hash_back() {
    let pool = Hasher::with_rest(NonZeroUsize::new(1), Duration::from_millis(5)).unwrap();
    let hash = || {
        let mut rng = StdRng::seed_from_u64(1);
        let plain = password::Plain::new("correct horse".to_owned()).unwrap();
        let salt = password::Salt::new(&mut rng);
        password::hash(&plain, &password::HashPolicy::default(), &salt).unwrap();
        password::keeps_memory()
    };
    let (_open, never) = channel::<()>();

    for _ in 0..2 {
        assert_eq!(ask(&pool, hash).unwrap().recv(), Ok(true));
        while ask(&pool, password::keeps_memory).unwrap().recv().unwrap() {
            // The thread rests only while nobody asks it.
            let _later = never.recv_timeout(Duration::from_millis(10));
        }
    }
}
