//! Lockouts, where a realm wants them: the arithmetic of the throttle on the row of a user.

use cloakroom_model::id::UserId;
use cloakroom_model::lockout::{self, Failures, Replaced};
use cloakroom_model::realm::{self, MASTER};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault, Result, Timestamp};

use crate::pace::TRIES;
use crate::throttle::{Counters, Decision, Settings, Strategy};

/// Whether the password of a user may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It may, and the attempt is counted.
    Open,
    /// Not for a while.
    ForAWhile,
    /// Not before an administrator switches the account on again: a word about the password would go on being a word.
    ForGood,
}

/// Counts an attempt, unless the user is locked out. Whoever was removed meanwhile has nothing to be locked out of.
pub(crate) fn begin(cx: &mut Cx<'_>, user: &User, ip: &str) -> Result<Lock> {
    for _ in 0..TRIES {
        let before = lockout::find(cx, &user.id)?;
        let known = counters(before.as_ref());
        let settings = settings(cx);
        if !user.enabled && settings.is_final(&known) {
            return Ok(Lock::ForGood);
        }
        let next = match settings.begin(&known, cx.now.millis(), ip) {
            Decision::Refused { .. } => return Ok(Lock::ForAWhile),
            Decision::Allowed(next) => failures(next),
        };
        match lockout::replace(cx, &user.id, before.as_ref(), &next)? {
            Replaced::Done | Replaced::Gone => return Ok(Lock::Open),
            Replaced::Raced => {}
        }
    }
    // Whatever was not counted is not looked at.
    Ok(Lock::ForAWhile)
}

/// An attempt that was counted had the wrong password.
pub(crate) fn fail(cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
    let (settings, now) = (settings(cx), cx.now.millis());
    let mut lock_permanently = false;
    let is_stored = change(cx, id, |known| {
        let failure = settings.fail(known, now);
        lock_permanently = failure.lock_permanently;
        failure.counters
    })?;
    if !is_stored {
        // Nobody may be told that a password is wrong before it was counted.
        return Err(Fault::busy());
    }
    if lock_permanently && let Some(mut user) = user::find(cx, id)? {
        if cx.realm.name == MASTER {
            // Two who are guessed at in one instant would both see that the other stays.
            realm::hold(cx)?;
            // Strangers would shut everybody out, for good. The waits of the guesses stay.
            if user::is_last_administrator(cx, id)? {
                return Ok(());
            }
        }
        user.enabled = false;
        user::update_enabled(cx, &user)?;
    }
    Ok(())
}

/// Nobody has looked at the password of an attempt that was counted: a directory that is away locks none of its people out.
pub(crate) fn give_back(cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
    let settings = settings(cx);
    // What could not be given back is one guess too many, which is no reason to fail.
    change(cx, id, |known| settings.give_back(known)).map(drop)
}

/// Changes what is known of a user; false if others were faster each time.
fn change(
    cx: &mut Cx<'_>,
    id: &UserId,
    mut next: impl FnMut(&Counters) -> Counters,
) -> Result<bool> {
    for _ in 0..TRIES {
        let before = lockout::find(cx, id)?;
        let next = failures(next(&counters(before.as_ref())));
        match lockout::replace(cx, id, before.as_ref(), &next)? {
            Replaced::Done | Replaced::Gone => return Ok(true),
            Replaced::Raced => {}
        }
    }
    Ok(false)
}

fn settings(cx: &Cx<'_>) -> Settings {
    let realm = &cx.realm.settings;
    let number = |value: i64| u32::try_from(value).unwrap_or_default();
    Settings {
        failure_factor: number(realm.failure_factor),
        wait_increment_seconds: number(realm.wait_increment_seconds),
        max_failure_wait_seconds: number(realm.max_failure_wait_seconds),
        minimum_quick_login_wait_seconds: number(realm.minimum_quick_login_wait_seconds),
        quick_login_check_millis: u64::try_from(realm.quick_login_check_milli_seconds)
            .unwrap_or_default(),
        max_delta_time_seconds: number(realm.max_delta_time_seconds),
        strategy: if realm.brute_force_strategy == "LINEAR" {
            Strategy::Linear
        } else {
            Strategy::Multiple
        },
        permanent_lockout: realm.permanent_lockout,
        max_temporary_lockouts: number(realm.max_temporary_lockouts),
    }
}

fn counters(row: Option<&Failures>) -> Counters {
    let Some(row) = row else {
        return Counters::default();
    };
    Counters {
        num_failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
        last_failure: row.last_failure.millis(),
        failed_login_not_before: row.not_before.seconds(),
        num_temporary_lockouts: u32::try_from(row.lockouts).unwrap_or(u32::MAX),
        last_ip: row.last_ip.clone(),
    }
}

fn failures(counters: Counters) -> Failures {
    Failures {
        failures: i64::from(counters.num_failures),
        last_failure: Timestamp::from_millis(counters.last_failure),
        not_before: Timestamp::from_seconds(counters.failed_login_not_before),
        lockouts: i64::from(counters.num_temporary_lockouts),
        last_ip: counters.last_ip,
    }
}
