//! A circuit breaker: a host that has not answered several times is left alone for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cloakroom_model::{Timestamp, Ttl};

/// So many failures in a row are no accident.
const FAILURES: u32 = 5;

/// How long a host is left alone; after that, one request finds out.
const REST: Ttl = Ttl::seconds(15);

/// More hosts than that are forgotten all at once.
const MOST: usize = 10_000;

/// What is known of the hosts that failed.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<HashMap<String, Failed>>);

#[derive(Debug, Default)]
struct Failed {
    times: u32,
    rests_until: Option<Timestamp>,
}

impl Failed {
    fn rests(&self, now: Timestamp) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }
}

impl Breaker {
    /// Tells whether a host may be asked. While it rests, nobody asks; then one does.
    pub(super) fn lets_through(&self, host: &str, now: Timestamp) -> bool {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failed) = hosts.get_mut(host) else {
            return true;
        };
        match failed.rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                // The others wait for what this one finds.
                failed.rests_until = Some(now.plus(REST));
                true
            }
        }
    }

    /// Tells whether a host is left alone, without asking for its turn.
    pub(super) fn is_resting(&self, host: &str, now: Timestamp) -> bool {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(host).is_some_and(|failed| failed.rests(now))
    }

    /// How many hosts are left alone.
    pub(super) fn count_resting(&self, now: Timestamp) -> usize {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.values().filter(|failed| failed.rests(now)).count()
    }

    /// Remembers how it went.
    pub(super) fn note(&self, host: &str, now: Timestamp, is_away: bool) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_away {
            hosts.remove(host);
            return;
        }
        if hosts.len() >= MOST {
            hosts.clear();
        }
        let failed = hosts.entry(host.to_owned()).or_default();
        failed.times = failed.times.saturating_add(1);
        if failed.times >= FAILURES {
            failed.rests_until = Some(now.plus(REST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_fails_is_left_alone_and_then_asked_by_one() {
        let breaker = Breaker::default();
        let at = |second: i64| Timestamp::from_seconds(1_800_000_000 + second);
        for second in 0..4 {
            breaker.note("a", at(second), true);
            assert!(breaker.lets_through("a", at(second)));
        }
        breaker.note("a", at(4), true);

        assert!(breaker.is_resting("a", at(5)) && !breaker.is_resting("b", at(5)));
        assert_eq!(breaker.count_resting(at(5)), 1);
        assert!(!breaker.lets_through("a", at(5)));
        assert!(breaker.lets_through("b", at(5)), "one host is not another");
        assert!(!breaker.lets_through("a", at(18)));
        assert!(breaker.lets_through("a", at(19)), "one finds out");
        assert!(!breaker.lets_through("a", at(19)), "and the others wait");

        breaker.note("a", at(20), false);
        assert!(breaker.lets_through("a", at(20)));
        assert_eq!(breaker.count_resting(at(20)), 0);
    }

    #[test]
    fn an_answer_in_between_is_a_new_start() {
        let breaker = Breaker::default();
        let now = Timestamp::from_seconds(1_800_000_000);
        for _ in 0..10 {
            for _ in 0..4 {
                breaker.note("a", now, true);
            }
            breaker.note("a", now, false);
        }

        assert!(breaker.lets_through("a", now));
    }
}
