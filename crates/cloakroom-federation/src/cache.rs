//! What is kept of other servers' documents: fetched once for all who wait, and not again at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloakroom_model::{Timestamp, Ttl};

use crate::{Problem, Result};

/// After this long a document is fetched anew, so that what was taken out of it ends.
const FRESH: Ttl = Ttl::seconds(3600);

/// A document that is missed or broken is asked for again, but not sooner.
const BETWEEN: Ttl = Ttl::seconds(10);

/// A good document that lacks something is fetched at once, because a provider may change its keys a moment after they
/// were read; but what it still lacks then, strangers may have made up, and it is not asked for that again before this.
const BETWEEN_MISSES: Ttl = Ttl::seconds(60);

/// More documents than that are forgotten all at once.
const MOST: usize = 2_000;

/// Documents by their address.
#[derive(Debug)]
pub struct Cache<T> {
    kept: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept<T>>>>>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
        }
    }
}

/// What is known of one address. Whoever holds its lock is the one who fetches.
#[derive(Debug)]
struct Kept<T> {
    document: Option<Arc<T>>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    missed_at: Option<Timestamp>,
    problem: Option<Problem>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            document: None,
            fetched_at: None,
            tried_at: None,
            missed_at: None,
            problem: None,
        }
    }
}

impl<T> Kept<T> {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.fetched_at.is_some_and(|at| now.since(at) < FRESH)
    }

    /// Whether the server may be asked again: about something that a good document lacks, or at all.
    fn may_try(&self, now: Timestamp, is_missed: bool) -> bool {
        let (last, between) = match is_missed && self.problem.is_none() {
            true => (self.missed_at, BETWEEN_MISSES),
            false => (self.tried_at, BETWEEN),
        };
        last.is_none_or(|at| now.since(at) >= between)
    }

    /// The last good document is better than none, while its server is away.
    fn answer(&self) -> Result<Arc<T>> {
        let problem = || Problem::unreachable("it was not reached a moment ago");
        let known = self.document.clone();
        known.ok_or_else(|| self.problem.clone().unwrap_or_else(problem))
    }
}

impl<T> Cache<T> {
    /// The document at an address; fetched where none is kept, it is old, or it is not `good` enough.
    ///
    /// # Errors
    /// What the fetch ended in, where there is no older document.
    pub async fn get(
        &self,
        address: &str,
        good: impl Fn(&T) -> bool,
        now: impl Fn() -> Timestamp,
        fetch: impl AsyncFnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let kept = self.entry(address);
        let mut kept = kept.lock().await;
        let begun = now();
        let is_good = kept.document.as_deref().is_some_and(good);
        let is_missed = !is_good && kept.is_fresh(begun);
        if (is_good && kept.is_fresh(begun)) || !kept.may_try(begun, is_missed) {
            return kept.answer();
        }
        if is_missed {
            kept.missed_at = Some(begun);
        }
        let fetched = fetch().await;
        // Counted from the end, or all who waited for a slow server would ask it one after the other.
        kept.tried_at = Some(now());
        match fetched {
            Ok(document) => {
                kept.document = Some(Arc::new(document));
                kept.fetched_at = kept.tried_at;
                kept.problem = None;
            }
            Err(problem) => kept.problem = Some(problem),
        }
        kept.answer()
    }

    fn entry(&self, address: &str) -> Arc<tokio::sync::Mutex<Kept<T>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        Arc::clone(kept.entry(address.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_document_is_fetched_when_it_is_old_or_lacks_something_and_not_at_once_again() {
        let start = Timestamp::from_seconds(1_800_000_000);
        let cache = Cache::<u32>::default();
        let fetched = Cell::new(0);
        // The second, what is good enough, what the server answers, what is found, how often it was asked.
        let rows = [
            (0, 0, Ok(1), Ok(1), 1),
            (3599, 0, Ok(2), Ok(1), 1),
            (3600, 0, Ok(3), Ok(3), 2),
            (3601, 4, Ok(3), Ok(3), 3),
            (3660, 4, Ok(4), Ok(3), 3),
            (3661, 4, Ok(4), Ok(4), 4),
            (9000, 0, Err(()), Ok(4), 5),
            (9005, 0, Ok(5), Ok(4), 5),
            (9010, 0, Ok(5), Ok(5), 6),
            (9011, 6, Err(()), Ok(5), 7),
            (9020, 6, Ok(6), Ok(5), 7),
            (9021, 6, Ok(6), Ok(6), 8),
        ];
        for (second, least, answer, found, asked) in rows {
            let now = start.plus(Ttl::seconds(second));
            let fetch = async || {
                fetched.set(fetched.get() + 1);
                answer.map_err(|()| Problem::unreachable("away"))
            };

            let got = cache.get("a", |known| *known >= least, || now, fetch).await;

            let got: std::result::Result<u32, ()> = got.map(|known| *known).map_err(|_| ());
            assert_eq!((got, fetched.get()), (found, asked), "{second}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_not_asked_again_at_once() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let cache = Cache::<u32>::default();
        let away = || Err(Problem::unreachable("away"));

        let first = cache.get("a", |_| true, || now, async || away()).await;
        let second = cache.get("a", |_| true, || now, async || Ok(1)).await;

        assert_eq!((first.is_err(), second.is_err()), (true, true));
    }
}
