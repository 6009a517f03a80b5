//! Keys take a core for seconds to make, so no more are made at once than there are cores, however many are asked for.

use std::sync::LazyLock;
use std::thread::available_parallelism;

use actix_web::web;
use cloakroom_model::Fault;
use tokio::sync::Semaphore;

static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, usize::from)));

/// Makes a key where nothing waits for it. Whoever goes away meanwhile leaves the turn to the key, until it is made.
pub(crate) async fn make<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let turn = TURNS.acquire().await.map_err(Fault::connection)?;
    let made = web::block(move || {
        let made = job();
        drop(turn);
        made
    });
    made.await.map_err(Fault::connection)?
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    #[actix_web::test]
    async fn no_more_keys_are_made_at_once_than_there_are_cores() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let cores = available_parallelism().map_or(1, usize::from);
        let jobs = (0..cores * 4).map(|number| {
            actix_web::rt::spawn(make(move || {
                let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
                MOST.fetch_max(now, Ordering::SeqCst);
                let until = Instant::now() + Duration::from_millis(5);
                while Instant::now() < until {
                    std::thread::yield_now();
                }
                NOW.fetch_sub(1, Ordering::SeqCst);
                Ok(number)
            }))
        });

        for (number, job) in jobs.collect::<Vec<_>>().into_iter().enumerate() {
            assert_eq!(job.await.unwrap().unwrap(), number);
        }
        assert!(MOST.load(Ordering::SeqCst) <= cores);
    }
}
