//! The limit that is always on, in the database: it slows down whoever guesses one user's password
//! from one place, whether or not there is such a user.
//!
//! What a person sees of it goes by the name that they typed, and an unknown name is counted as a known one. The user behind
//! several names has a counter of their own as well, so that each name is no new allowance; what that one refuses
//! looks like a wrong password, because to be slowed down under one name by guesses under another would say that both are
//! one user's.

use std::net::IpAddr;

use cloakroom_model::login_limit::{self, Attempts, Key};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Fault, Result, Timestamp};

use crate::crowd;
use crate::throttle::{SoftCounters, SoftDecision};

/// So many neighbours may count at the same instant before one of them is told to come back.
pub(crate) const TRIES: usize = 8;

/// Whose attempts are counted together.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// The counter whose refusal is told.
    shown: Key,
    /// The counter of the user, or of nobody, whose refusal is not told.
    hidden: Option<Key>,
    /// The address whose names are counted.
    crowd: Option<String>,
}

impl Tried {
    /// A browser that the user has signed in with before.
    pub(crate) fn by_device(user: &User, device: &Digest) -> Self {
        Self::alone(Key {
            subject: user.id.to_string(),
            source: format!("device {}", device.to_base64url()),
        })
    }

    /// Somebody whom the browser's session names: whose name it is, is no secret there.
    pub(crate) fn known(user: &str, ip: &str) -> Self {
        Self::alone(Key {
            subject: user.to_owned(),
            source: source(ip),
        })
    }

    /// Whoever a passkey names, who need not be there: what is of nobody is counted as what is of somebody.
    pub(crate) fn passkey(named: &str, ip: &str, device: Option<&Digest>) -> Self {
        Self::alone(Key {
            subject: passkey_of(named),
            source: match device {
                Some(device) => format!("device {}", device.to_base64url()),
                None => source(ip),
            },
        })
    }

    /// Something beside the password of a user: whoever asks knows the password, so it counts for one wherever they are.
    pub(crate) fn further(user: &User, device: Option<&Digest>) -> Self {
        Self::alone(Key {
            subject: further_of(user),
            source: match device {
                Some(device) => format!("device {}", device.to_base64url()),
                None => String::new(),
            },
        })
    }

    /// A name that somebody typed, and the user who has it.
    pub(crate) fn named(typed: &str, found: Option<&User>, ip: &str) -> Self {
        let source = source(ip);
        let of = |subject: String| Key {
            subject,
            source: source.clone(),
        };
        let shown = subject(typed);
        // A name of nobody has a second counter, too, which takes as long and refuses nothing that the first one does not.
        let hidden = found.map_or_else(|| format!("!{shown}"), |user| user.id.to_string());
        Self {
            shown: of(shown),
            hidden: Some(of(hidden)),
            crowd: None,
        }
    }

    /// The names that its address tries are counted, too.
    pub(crate) fn in_crowd(mut self) -> Self {
        self.crowd = Some(self.shown.source.clone());
        self
    }

    fn alone(shown: Key) -> Self {
        Self {
            shown,
            hidden: None,
            crowd: None,
        }
    }
}

/// An attempt that was counted and has not ended.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    shown: Counted,
    hidden: Option<Counted>,
    crowd: Option<String>,
    /// The user is tried too often under other names: the password is not looked at, and nobody is told.
    pub(crate) is_held: bool,
}

impl Begun {
    /// The failures in a row before it.
    pub(crate) fn failures(&self) -> u32 {
        self.shown.failures
    }
}

/// An attempt in one counter.
#[derive(Clone, Debug)]
struct Counted {
    key: Key,
    at: i64,
    failures: u32,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Right,
    Wrong,
    /// Nobody looked at the password.
    NotJudged,
}

/// What stands for a name. Other people's passwords end up in the field for it, so it is not stored.
fn subject(typed: &str) -> String {
    let digest = Digest::of(user::fold(typed).as_bytes());
    format!("?{}", digest.to_base64url())
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

/// What stands for what is asked of a user beside the password.
fn further_of(user: &User) -> String {
    format!("+{}", user.id)
}

/// What stands for the passkeys of whoever has this id.
fn passkey_of(id: &str) -> String {
    format!("passkey {}", Digest::of(id.as_bytes()).to_base64url())
}

/// Forgets the attempts on a user, under whichever name and from wherever they came.
pub fn forgive(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    login_limit::clear(cx, user.id.as_str())?;
    login_limit::clear(cx, &further_of(user))?;
    login_limit::clear(cx, &passkey_of(user.id.as_str()))?;
    login_limit::clear(cx, &subject(&user.username))?;
    match &user.email {
        Some(email) => login_limit::clear(cx, &subject(email)),
        None => Ok(()),
    }
}

/// Counts an attempt before its password is hashed; the seconds to wait if it may not go on.
pub(crate) fn begin(cx: &mut Cx<'_>, tried: Tried) -> Result<std::result::Result<Begun, u64>> {
    if let Some(source) = &tried.crowd
        && let Some(seconds) = crowd::wait(cx, source)?
    {
        return Ok(Err(seconds));
    }
    let shown = match count(cx, tried.shown)? {
        Ok(counted) => counted,
        Err(seconds) => return Ok(Err(seconds)),
    };
    let hidden = match tried.hidden {
        Some(key) => Some(count(cx, key)?.ok()),
        None => None,
    };
    Ok(Ok(Begun {
        shown,
        is_held: hidden.as_ref().is_some_and(Option::is_none),
        hidden: hidden.flatten(),
        crowd: tried.crowd,
    }))
}

/// Counts an attempt that goes on as one at this subject as well, in place of the counter of nobody.
pub(crate) fn also(cx: &mut Cx<'_>, begun: &Begun, subject: &str, ip: &str) -> Result<Begun> {
    release(cx, begun)?;
    let subject = subject.to_owned();
    let source = source(ip);
    let hidden = count(cx, Key { subject, source })?.ok();
    Ok(Begun {
        is_held: hidden.is_none(),
        hidden,
        ..begun.clone()
    })
}

/// Takes back what [`also`] has counted, because somebody else is asked about the attempt.
pub(crate) fn release(cx: &mut Cx<'_>, begun: &Begun) -> Result<()> {
    if let Some(hidden) = &begun.hidden {
        settle(cx, hidden, Outcome::NotJudged)?;
    }
    Ok(())
}

fn count(cx: &mut Cx<'_>, key: Key) -> Result<std::result::Result<Counted, u64>> {
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
                    return Ok(Ok(Counted { key, at, failures }));
                }
            }
        }
    }
    Ok(Err(1))
}

/// Ends an attempt that [`begin`] let go on.
pub(crate) fn end(cx: &mut Cx<'_>, begun: &Begun, outcome: Outcome) -> Result<()> {
    let before = settle(cx, &begun.shown, outcome)?;
    if let Some(hidden) = &begun.hidden {
        settle(cx, hidden, outcome)?;
    }
    match (&begun.crowd, before, outcome) {
        (Some(source), Some(0), Outcome::Wrong) => crowd::add(cx, source),
        // Whoever mistyped has shown that they have an account.
        (Some(source), Some(1..), Outcome::Right) => crowd::give_back(cx, source),
        _ => Ok(()),
    }
}

/// Ends an attempt in one counter; the failures in a row before it, unless nobody counts it any more.
fn settle(cx: &mut Cx<'_>, counted: &Counted, outcome: Outcome) -> Result<Option<u32>> {
    let Counted { key, at, .. } = counted;
    for _ in 0..TRIES {
        let Some(before) = login_limit::find(cx, key)? else {
            // An administrator has cleared the way meanwhile.
            return Ok(None);
        };
        let known = counters(Some(&before));
        let next = match outcome {
            Outcome::Right => known.succeed(*at),
            Outcome::Wrong => known.fail(*at, cx.now.millis()),
            Outcome::NotJudged => known.give_back(*at),
        };
        if login_limit::replace(cx, key, Some(&before), &attempts(&next))? {
            return Ok(Some(known.failures));
        }
    }
    match outcome {
        // Nobody may be told that a password is wrong before it was counted.
        Outcome::Wrong => Err(Fault::busy()),
        Outcome::Right | Outcome::NotJudged => Ok(None),
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
