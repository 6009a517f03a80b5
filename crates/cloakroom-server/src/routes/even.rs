//! A refused password takes one time, whatever was found behind the name: nobody, somebody of the realm or of a directory.
//!
//! The work is made alike where it can be, and what is left of the difference is some ten microseconds of many milliseconds,
//! which thousands of guesses would show. So a refusal waits until the slowest of the realm's last ones would have been sent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use cloakroom_model::Realm;
use cloakroom_model::id::RealmId;

/// Nobody waits for this: what takes longer was in a queue, whose length hides more than any pause.
const LONGEST: Duration = Duration::from_millis(250);
/// In this time half of what the slowest took is forgotten.
const HALF_LIFE: Duration = Duration::from_secs(5);
/// What is remembered of a refusal that took longer than any before, in its own time: the next ones are hidden behind it.
const MARGIN: f64 = 1.125;
/// With more realms than these, those that refused nobody lately are forgotten.
const REALMS: usize = 1_000;

static SLOWEST: Mutex<Option<HashMap<RealmId, Slowest>>> = Mutex::new(None);

/// How long the slowest of a realm's refusals took.
#[derive(Clone, Copy, Debug)]
struct Slowest {
    took: Duration,
    at: Instant,
}

impl Slowest {
    fn left(self, now: Instant) -> Duration {
        let lives = now.saturating_duration_since(self.at).as_secs_f64() / HALF_LIFE.as_secs_f64();
        self.took.mul_f64(0.5_f64.powf(lives))
    }
}

/// How long a refusal takes in all that took so long until now, and what is remembered of it.
fn share(before: Option<Slowest>, elapsed: Duration, now: Instant) -> (Duration, Option<Slowest>) {
    if elapsed > LONGEST {
        return (elapsed, before);
    }
    match before.map(|before| before.left(now)) {
        Some(slowest) if slowest > elapsed => (slowest, before),
        _ => {
            let took = elapsed.mul_f64(MARGIN).min(LONGEST);
            (elapsed, Some(Slowest { took, at: now }))
        }
    }
}

/// Waits before a password is refused that was sent at this time.
pub(super) async fn wait(realm: &Realm, began: Instant) {
    let now = Instant::now();
    let took = {
        let mut all = SLOWEST.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        if all.len() > REALMS {
            all.retain(|_, one| now.saturating_duration_since(one.at) < 10 * HALF_LIFE);
        }
        let elapsed = now.saturating_duration_since(began);
        let (took, remembered) = share(all.get(&realm.id).copied(), elapsed, now);
        if let Some(remembered) = remembered {
            all.insert(realm.id.clone(), remembered);
        }
        took
    };
    tokio::time::sleep_until((began + took).into()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(many: u64) -> Duration {
        Duration::from_millis(many)
    }

    #[test]
    fn a_refusal_takes_as_long_as_the_slowest_of_the_last_ones() {
        let now = Instant::now();
        let (took, slowest) = share(None, millis(16), now);
        assert_eq!(took, millis(16));
        let (of_another, still) = share(slowest, millis(15), now + millis(1));
        let (of_a_third, _) = share(still, millis(17), now + millis(1));
        assert_eq!(of_another, of_a_third);
        assert!(of_another > millis(17), "{of_another:?}");
        // A slower one is not kept waiting, and the next ones take as long as it.
        let (took, slowest) = share(still, millis(40), now + millis(2));
        assert_eq!(took, millis(40));
        assert!(share(slowest, millis(15), now + millis(3)).0 > millis(40));
    }

    #[test]
    fn what_took_long_once_is_forgotten() {
        let now = Instant::now();
        let (_, slowest) = share(None, millis(200), now);
        let later = now + 5 * HALF_LIFE;
        assert!(share(slowest, millis(5), later).0 < millis(8));
        assert_eq!(share(slowest, millis(15), later).0, millis(15));
    }

    #[test]
    fn who_was_in_a_queue_waits_no_longer_and_makes_nobody_wait() {
        let now = Instant::now();
        let (took, slowest) = share(None, LONGEST + millis(1), now);
        assert_eq!(took, LONGEST + millis(1));
        assert!(slowest.is_none());
        let (_, slowest) = share(None, LONGEST, now);
        assert!(share(slowest, millis(1), now).0 <= LONGEST);
    }
}
