//! The limit that is always on, in the database: it slows down whoever guesses one user's password
//! from one place, whether or not there is such a user.

use std::net::IpAddr;

use cloakroom_model::login_limit::{self, Attempts, Key};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Result, Timestamp};

use crate::throttle::{SoftCounters, SoftDecision};

/// So many neighbours may count at the same instant before one of them is told to come back.
const TRIES: usize = 8;

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
pub(crate) fn begin(cx: &mut Cx<'_>, key: &Key) -> Result<std::result::Result<(), u64>> {
    for _ in 0..TRIES {
        let before = login_limit::find(cx, key)?;
        match counters(before.as_ref()).begin(cx.now.millis()) {
            SoftDecision::Refused {
                retry_after_seconds,
            } => return Ok(Err(retry_after_seconds)),
            SoftDecision::Allowed(next) => {
                if login_limit::replace(cx, key, before.as_ref(), &attempts(&next))? {
                    return Ok(Ok(()));
                }
            }
        }
    }
    Ok(Err(1))
}

/// Ends an attempt that [`begin`] let go on.
pub(crate) fn end(cx: &mut Cx<'_>, key: &Key, was_right: bool) -> Result<()> {
    for _ in 0..TRIES {
        let Some(before) = login_limit::find(cx, key)? else {
            // An administrator has cleared the way meanwhile.
            return Ok(());
        };
        let known = counters(Some(&before));
        let next = match was_right {
            true => known.succeed(),
            false => known.fail(cx.now.millis()),
        };
        if login_limit::replace(cx, key, Some(&before), &attempts(&next))? {
            return Ok(());
        }
    }
    // It counts as cut off, which is a failure as well.
    Ok(())
}

fn counters(row: Option<&Attempts>) -> SoftCounters {
    let Some(row) = row else {
        return SoftCounters::default();
    };
    SoftCounters {
        failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
        pending: u32::try_from(row.pending).unwrap_or(u32::MAX),
        last_attempt: row.last.millis(),
        not_before: row.not_before.millis(),
    }
}

fn attempts(counters: &SoftCounters) -> Attempts {
    Attempts {
        failures: counters.failures.into(),
        pending: counters.pending.into(),
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
