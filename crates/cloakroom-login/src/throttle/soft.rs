//! The limit that is always on: a growing delay for one user from one source.

use cloakroom_model::Ttl;

/// The wait after each failure in a row, in seconds; the last goes on for ever.
const WAITS: [i64; 9] = [0, 0, 0, 1, 2, 4, 8, 16, 32];
const LONGEST_WAIT: i64 = 60;

/// Attempts that may be under way at once before one of them has failed. Programs sign one user
/// in many times in parallel, so a few must be allowed; this is all a flood of guesses gains.
const MAX_PENDING: usize = 32;

/// After this long an attempt without an end was cut off, because the server died in the middle of it.
///
/// It is no failure then: an answer leaves after its outcome was written down, so an attempt without an
/// outcome has told nobody anything. Until then it holds its place, so that nobody gains by many at once.
const PENDING_MILLIS: i64 = 30_000;
const FORGET_MILLIS: i64 = FORGOTTEN_AFTER.as_millis();

/// After so much quiet, the attempts of a source count no more.
pub const FORGOTTEN_AFTER: Ttl = Ttl::seconds(15 * 60);

/// What is remembered of one user's attempts from one source prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoftCounters {
    /// The failures in a row.
    pub failures: u32,
    /// When each attempt began that has not ended, in milliseconds since the epoch.
    pub begun: Vec<i64>,
    /// When the last attempt began, in milliseconds since the epoch.
    pub last_attempt: i64,
    /// Until when attempts are refused, in milliseconds since the epoch.
    pub not_before: i64,
}

/// Whether an attempt may go on to the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoftDecision {
    /// It may, once this row has been written.
    Allowed(SoftCounters),
    /// It may not, and it is not counted.
    Refused {
        /// In how many seconds to try again.
        retry_after_seconds: u64,
    },
}

impl SoftCounters {
    /// Decides on an attempt and counts it.
    pub fn begin(&self, now_millis: i64) -> SoftDecision {
        let mut next = self.clone();
        if now_millis.saturating_sub(self.last_attempt) > FORGET_MILLIS {
            next = Self::default();
        }
        next.begun
            .retain(|begun| now_millis.saturating_sub(*begun) <= PENDING_MILLIS);
        if now_millis < next.not_before {
            return refused(next.not_before.saturating_sub(now_millis));
        }
        // Once there was a failure, guesses go one at a time.
        let limit = if wait_seconds(next.failures) > 0 {
            1
        } else {
            MAX_PENDING
        };
        if next.begun.len() >= limit {
            return refused(1000);
        }
        next.begun.push(now_millis);
        next.last_attempt = now_millis;
        SoftDecision::Allowed(next)
    }

    /// Records that the attempt that began then had the wrong password. The row is read again for this.
    pub fn fail(&self, begun: i64, now_millis: i64) -> Self {
        let failures = self.failures.saturating_add(1);
        let not_before = now_millis.saturating_add(wait_seconds(failures).saturating_mul(1000));
        Self {
            failures,
            not_before: not_before.max(self.not_before),
            ..self.give_back(begun)
        }
    }

    /// Records that the attempt that began then had the right password.
    pub fn succeed(&self, begun: i64) -> Self {
        Self {
            failures: 0,
            not_before: 0,
            ..self.give_back(begun)
        }
    }

    /// Records that the attempt that began then was not judged.
    pub fn give_back(&self, begun: i64) -> Self {
        let mut next = self.clone();
        if let Some(at) = next.begun.iter().position(|known| *known == begun) {
            next.begun.swap_remove(at);
        }
        next
    }
}

fn wait_seconds(failures: u32) -> i64 {
    let Some(index) = failures.checked_sub(1) else {
        return 0;
    };
    usize::try_from(index)
        .ok()
        .and_then(|at| WAITS.get(at))
        .copied()
        .unwrap_or(LONGEST_WAIT)
}

fn refused(millis: i64) -> SoftDecision {
    let seconds = u64::try_from(millis).unwrap_or(0).div_ceil(1000).max(1);
    SoftDecision::Refused {
        retry_after_seconds: seconds,
    }
}

#[cfg(test)]
mod tests;
