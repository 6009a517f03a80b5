//! How often a client may fail to prove itself from one address: freely at first, then with a growing wait.

use super::Failed;

/// More than a rollout with an old secret needs, and nothing against a secret of any length.
const FREE: u32 = 30;

/// The wait after each further failure in a row, in seconds; the last goes on for ever.
const WAITS: [u64; 6] = [1, 2, 4, 8, 16, 32];
const LONGEST_WAIT: u64 = 60;

/// After so much quiet the failures are forgotten.
const FORGET_MILLIS: i64 = 15 * 60 * 1000;

/// So long an address counts as the client's own.
const KNOWN_MILLIS: i64 = 24 * 3600 * 1000;

/// What is remembered of one client at one address.
#[derive(Clone, Debug, Default)]
pub(super) struct Proofs {
    failures: u32,
    last: i64,
    not_before: i64,
    known_until: i64,
}

impl Proofs {
    pub(super) fn wait(&self, now: i64) -> Option<u64> {
        (now >= self.known_until)
            .then(|| self.remaining(now))
            .flatten()
    }

    fn remaining(&self, now: i64) -> Option<u64> {
        let millis = u64::try_from(self.not_before.saturating_sub(now)).ok()?;
        (millis > 0).then(|| millis.div_ceil(1000))
    }

    /// To say again that the client has proved itself changes nothing worth a write.
    pub(super) fn is_told(&self, now: i64) -> bool {
        self.failures == 0 && self.known_until.saturating_sub(now) > KNOWN_MILLIS / 2
    }

    pub(super) fn proved(&mut self, now: i64) {
        *self = Self {
            known_until: now.saturating_add(KNOWN_MILLIS),
            last: now,
            ..Self::default()
        };
    }

    pub(super) fn failed(&mut self, now: i64) -> Failed {
        if let Some(wait) = self.remaining(now) {
            return Failed::TooOften(wait);
        }
        if now.saturating_sub(self.last) > FORGET_MILLIS {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.last = now;
        if let Some(beyond) = self.failures.checked_sub(FREE) {
            let index = usize::try_from(beyond).unwrap_or(usize::MAX);
            let seconds = WAITS.get(index).copied().unwrap_or(LONGEST_WAIT);
            let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            self.not_before = now.saturating_add(millis);
        }
        Failed::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    fn failed(times: u32) -> Proofs {
        let mut proofs = Proofs::default();
        for _ in 0..times {
            assert_eq!(proofs.failed(START), Failed::Refused);
        }
        proofs
    }

    #[test]
    fn the_wait_begins_after_thirty_failures_and_grows_to_a_minute() {
        let mut proofs = failed(FREE - 1);
        assert_eq!(proofs.wait(START), None);

        let (mut now, mut waits) = (START, Vec::new());
        for _ in 0..9 {
            proofs.failed(now);
            let wait = proofs.wait(now).unwrap();
            waits.push(wait);
            now += i64::try_from(wait).unwrap() * 1000;
        }

        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn whoever_fails_within_the_wait_is_told_to_come_back_and_does_not_prolong_it() {
        let mut proofs = failed(FREE);

        let within = proofs.failed(START + 1);

        assert_eq!(within, Failed::TooOften(1));
        assert_eq!(proofs.wait(START + 1000), None);
    }

    #[test]
    fn an_address_where_the_client_has_proved_itself_need_not_wait() {
        let mut proofs = Proofs::default();
        proofs.proved(START);
        for _ in 0..FREE {
            proofs.failed(START);
        }

        assert_eq!(proofs.wait(START), None);
        assert_eq!(proofs.failed(START), Failed::TooOften(1));
        proofs.proved(START);
        assert_eq!(proofs.failed(START), Failed::Refused);
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let mut proofs = failed(FREE - 1);

        proofs.failed(START + FORGET_MILLIS + 1);

        assert_eq!(proofs.failures, 1);
        let mut known = Proofs::default();
        known.proved(START);
        assert!(known.is_told(START) && !known.is_told(START + KNOWN_MILLIS));
    }
}
