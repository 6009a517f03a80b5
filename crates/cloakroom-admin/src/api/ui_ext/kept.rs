//! Numbers that take the longer to count the more there is to count.
//!
//! They are counted beside the answer: a number is kept for a while, for the longer the longer it took, and who asks in between is
//! told the last one, or that it is being counted.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::rt;
use actix_web::rt::time::timeout;
use cloakroom_model::id::RealmId;
use cloakroom_model::{Cx, Door};
use serde_json::Value;

use crate::access::Admin;
use crate::error::Result;

/// So many numbers are kept at the most.
const MOST: usize = 10_000;
/// What is little is counted within this time, and its number is in the answer.
const PATIENCE: Duration = Duration::from_millis(250);
/// A count that has not come to an end after this time is begun again.
const LOST: Duration = Duration::from_secs(300);

/// What is counted in a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// People, and who of them has more than a password.
    Factors,
    /// Sign-ins and failures of so many days.
    Days(i64),
    /// Sessions that live.
    Sessions,
}

impl What {
    /// A number is kept so many times as long as it took to count: what changes all day is counted more often.
    fn times(self) -> u32 {
        match self {
            Self::Factors => 200,
            Self::Days(_) | Self::Sessions => 20,
        }
    }
}

/// What is known of it.
#[derive(Default)]
struct Known {
    counted: Option<Value>,
    /// Until when that counts.
    good_until: Option<Instant>,
    /// Since when it is being counted.
    running: Option<Instant>,
}

type Key = (RealmId, What);

static KEPT: LazyLock<Mutex<HashMap<Key, Known>>> = LazyLock::new(Mutex::default);

fn kept() -> MutexGuard<'static, HashMap<Key, Known>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was counted lately; `None` while it is counted for the first time.
pub(super) async fn told(
    admin: &Admin,
    what: What,
    count: impl FnMut(&mut Cx<'_>) -> Result<Value> + Send + 'static,
) -> Option<Value> {
    let key = (admin.realm.id.clone(), what);
    if is_due(&key) {
        let (app, realm, key) = (admin.app.clone(), admin.realm.clone(), key.clone());
        let counting = rt::spawn(async move {
            let began = Instant::now();
            let counted = app.enter(&realm, Door::Scan, count).await;
            keep(key, counted, began.elapsed());
        });
        // Who has waited long enough goes, and the count goes on without them.
        drop(timeout(PATIENCE, counting).await);
    }
    kept().get(&key).and_then(|known| known.counted.clone())
}

/// Nobody counts, and what is known does not count any more. Whoever is told so has to count.
fn is_due(key: &Key) -> bool {
    let mut kept = kept();
    if kept.len() >= MOST && !kept.contains_key(key) {
        kept.clear();
    }
    let known = kept.entry(key.clone()).or_default();
    let is_good = known.good_until.is_some_and(|until| Instant::now() < until);
    let is_running = known.running.is_some_and(|since| since.elapsed() < LOST);
    if is_good || is_running {
        return false;
    }
    known.running = Some(Instant::now());
    true
}

fn keep(key: Key, counted: Result<Value>, took: Duration) {
    let times = key.1.times();
    let mut kept = kept();
    let known = kept.entry(key).or_default();
    known.running = None;
    match counted {
        Ok(counted) => {
            known.counted = Some(counted);
            known.good_until = Some(Instant::now() + took * times);
        }
        Err(error) => tracing::warn!(%error, "what a dashboard shows could not be counted"),
    }
}
