//! The limit that is always on, in the database: it slows down whoever guesses one user's password
//! from one place, whether or not there is such a user.

use std::net::IpAddr;

use cloakroom_model::login_limit::{self, Attempts, Key};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Fault, Result, Timestamp};

use crate::throttle::{SoftCounters, SoftDecision};

/// So many neighbours may count at the same instant before one of them is told to come back.
const TRIES: usize = 8;

/// An attempt that was counted and has not ended.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    key: Key,
    at: i64,
    /// The failures in a row before it.
    pub(crate) failures: u32,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Right,
    Wrong,
    /// Nobody looked at the password.
    NotJudged,
}

/// Whose attempts are counted together: those of one browser that the user has signed in with before.
pub(crate) fn key_of_device(user: &User, device: &Digest) -> Key {
    Key {
        subject: user.id.to_string(),
        source: format!("device {}", device.to_base64url()),
    }
}

/// Whose attempts are counted together.
pub(crate) fn key(found: Option<&User>, typed: &str, ip: &str) -> Key {
    let subject = match found {
        Some(user) => user.id.to_string(),
        // Other people's passwords end up in the field for the name, so it is not stored.
        None => format!(
            "?{}",
            Digest::of(user::fold(typed).as_bytes()).to_base64url()
        ),
    };
    Key {
        subject,
        source: source(ip),
    }
}

/// The address, or the network of an IPv6 address: one subscriber has 2^64 of those.
fn source(ip: &str) -> String {
    match ip.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => ip.chars().take(64).collect(),
    }
}

/// Counts an attempt before its password is hashed; the seconds to wait if it may not go on.
pub(crate) fn begin(cx: &mut Cx<'_>, key: Key) -> Result<std::result::Result<Begun, u64>> {
    for _ in 0..TRIES {
        let before = login_limit::find(cx, &key)?;
        let at = cx.now.millis();
        match counters(before.as_ref()).begin(at) {
            SoftDecision::Refused {
                retry_after_seconds,
            } => return Ok(Err(retry_after_seconds)),
            SoftDecision::Allowed(next) => {
                if login_limit::replace(cx, &key, before.as_ref(), &attempts(&next))? {
                    let failures = next.failures;
                    return Ok(Ok(Begun { key, at, failures }));
                }
            }
        }
    }
    Ok(Err(1))
}

/// Ends an attempt that [`begin`] let go on.
pub(crate) fn end(cx: &mut Cx<'_>, begun: &Begun, outcome: Outcome) -> Result<()> {
    let Begun { key, at, .. } = begun;
    for _ in 0..TRIES {
        let Some(before) = login_limit::find(cx, key)? else {
            // An administrator has cleared the way meanwhile.
            return Ok(());
        };
        let known = counters(Some(&before));
        let next = match outcome {
            Outcome::Right => known.succeed(*at),
            Outcome::Wrong => known.fail(*at, cx.now.millis()),
            Outcome::NotJudged => known.give_back(*at),
        };
        if login_limit::replace(cx, key, Some(&before), &attempts(&next))? {
            return Ok(());
        }
    }
    match outcome {
        // Nobody may be told that a password is wrong before it was counted.
        Outcome::Wrong => Err(Fault::busy()),
        Outcome::Right | Outcome::NotJudged => Ok(()),
    }
}

fn counters(row: Option<&Attempts>) -> SoftCounters {
    let Some(row) = row else {
        return SoftCounters::default();
    };
    SoftCounters {
        failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
        begun: row.begun.iter().map(|begun| begun.millis()).collect(),
        last_attempt: row.last.millis(),
        not_before: row.not_before.millis(),
    }
}

fn attempts(counters: &SoftCounters) -> Attempts {
    Attempts {
        failures: counters.failures.into(),
        begun: counters
            .begun
            .iter()
            .copied()
            .map(Timestamp::from_millis)
            .collect(),
        last: Timestamp::from_millis(counters.last_attempt),
        not_before: Timestamp::from_millis(counters.not_before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_subscriber_are_one_source() {
        let rows = [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("unknown", "unknown"),
        ];
        for (ip, expected) in rows {
            assert_eq!(source(ip), expected);
        }
    }
}
