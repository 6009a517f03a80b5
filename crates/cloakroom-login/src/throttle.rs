//! How many wrong passwords are too many: the arithmetic alone, without storage or clock.
//!
//! An attempt is counted before its password is hashed, and given back when it was right, so that
//! a thousand guesses at once cannot all slip past a counter that is only written afterwards.

mod soft;

pub use soft::{FORGOTTEN_AFTER, SoftCounters, SoftDecision};

/// How the wait grows with the failures (`bruteForceStrategy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The wait grows with every failure from the `failureFactor`-th on.
    Linear,
    /// The wait grows with every multiple of `failureFactor`.
    Multiple,
}

/// The realm's settings, by Keycloak's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The failures after which the user is locked out (`failureFactor`).
    pub failure_factor: u32,
    /// What one step adds to the wait (`waitIncrementSeconds`).
    pub wait_increment_seconds: u32,
    /// The longest wait (`maxFailureWaitSeconds`).
    pub max_failure_wait_seconds: u32,
    /// The wait after two failures in quick succession (`minimumQuickLoginWaitSeconds`).
    pub minimum_quick_login_wait_seconds: u32,
    /// What counts as quick succession (`quickLoginCheckMilliSeconds`).
    pub quick_login_check_millis: u64,
    /// After how long without a failure the count starts again (`maxDeltaTimeSeconds`).
    pub max_delta_time_seconds: u32,
    /// How the wait grows (`bruteForceStrategy`).
    pub strategy: Strategy,
    /// Whether a lockout ends only by an administrator (`permanentLockout`).
    pub permanent_lockout: bool,
    /// The lockouts that still end by themselves before that (`maxTemporaryLockouts`).
    pub max_temporary_lockouts: u32,
}

/// What is remembered of a user's failures: Keycloak's `attack-detection` row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// The failures since the last success, attempts under way among them.
    pub num_failures: u32,
    /// When the last one failed, in milliseconds since the epoch; zero means never.
    pub last_failure: i64,
    /// Until when attempts are refused, in seconds since the epoch.
    pub failed_login_not_before: i64,
    /// The lockouts since the last success.
    pub num_temporary_lockouts: u32,
    /// Where the last attempt came from.
    pub last_ip: String,
}

/// Whether an attempt may go on to the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may, once this row has been written.
    Allowed(Counters),
    /// It may not, and it is not counted either: a lockout cannot be prolonged from outside.
    Refused {
        /// In how many seconds attempts are allowed again.
        retry_after_seconds: u64,
    },
}

/// What a failure led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The row to write.
    pub counters: Counters,
    /// Whether the user is to be disabled until an administrator decides.
    pub lock_permanently: bool,
}

impl Settings {
    /// Decides on an attempt and counts it.
    pub fn begin(&self, counters: &Counters, now_millis: i64, ip: &str) -> Decision {
        let now = now_millis.div_euclid(1000);
        if is_locked(counters, now_millis) {
            let wait = counters.failed_login_not_before.saturating_sub(now);
            return Decision::Refused {
                retry_after_seconds: u64::try_from(wait).unwrap_or(1),
            };
        }
        let mut next = counters.clone();
        if self.is_forgotten(counters, now_millis) {
            next = Counters::default();
        }
        next.num_failures = next.num_failures.saturating_add(1);
        ip.clone_into(&mut next.last_ip);
        let wait = self.wait(next.num_failures);
        if wait > 0 {
            next.num_temporary_lockouts = next.num_temporary_lockouts.saturating_add(1);
            next.failed_login_not_before = now.saturating_add(i64::from(wait));
        }
        Decision::Allowed(next)
    }

    /// Records that an attempt that [`Settings::begin`] allowed had the wrong password.
    ///
    /// The row is read again for this: others may have been counted meanwhile.
    pub fn fail(&self, counters: &Counters, now_millis: i64) -> Failure {
        let mut next = counters.clone();
        let since_last = now_millis.saturating_sub(counters.last_failure);
        let is_quick = counters.last_failure > 0
            && u64::try_from(since_last).unwrap_or(0) < self.quick_login_check_millis;
        // The quick wait is for guesses that have no other wait; it is no lockout of its own.
        if is_quick && !is_locked(counters, now_millis) {
            let wait = self
                .minimum_quick_login_wait_seconds
                .min(self.max_failure_wait_seconds);
            next.failed_login_not_before =
                now_millis.div_euclid(1000).saturating_add(i64::from(wait));
        }
        next.last_failure = now_millis;
        Failure {
            lock_permanently: self.is_final(&next),
            counters: next,
        }
    }

    /// Returns the row after an attempt that [`Settings::begin`] allowed was not judged: neither it nor the lockout that it began
    /// is held against the user.
    pub fn give_back(&self, counters: &Counters) -> Counters {
        let mut next = counters.clone();
        if self.wait(counters.num_failures) > 0 {
            next.num_temporary_lockouts = next.num_temporary_lockouts.saturating_sub(1);
            next.failed_login_not_before = 0;
        }
        next.num_failures = next.num_failures.saturating_sub(1);
        next
    }

    /// Returns the row after a right password: nothing is held against the user any more.
    pub fn succeed(&self) -> Counters {
        Counters::default()
    }

    /// Returns the seconds that this many failures lock the user out for.
    fn wait(&self, failures: u32) -> u32 {
        let factor = self.failure_factor.max(1);
        let steps = match self.strategy {
            Strategy::Multiple => failures / factor,
            Strategy::Linear => failures.saturating_add(1).saturating_sub(factor),
        };
        steps
            .saturating_mul(self.wait_increment_seconds)
            .min(self.max_failure_wait_seconds)
    }

    /// Tells whether so many failures lock the user out until an administrator decides.
    pub fn is_final(&self, counters: &Counters) -> bool {
        self.permanent_lockout
            && counters.num_failures >= self.failure_factor.max(1)
            && (self.max_temporary_lockouts == 0
                || counters.num_temporary_lockouts > self.max_temporary_lockouts)
    }

    fn is_forgotten(&self, counters: &Counters, now_millis: i64) -> bool {
        let since = now_millis.saturating_sub(counters.last_failure);
        counters.last_failure > 0
            && since > i64::from(self.max_delta_time_seconds).saturating_mul(1000)
    }
}

/// Tells whether attempts are refused at this moment, for Keycloak's `disabled`.
pub fn is_locked(counters: &Counters, now_millis: i64) -> bool {
    now_millis.div_euclid(1000) < counters.failed_login_not_before
}

#[cfg(test)]
mod tests;
