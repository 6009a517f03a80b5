//! The limit for an address that tries many names: so many of them may fail in an hour.
//!
//! Each name costs an attacker nothing, so the counter of a name does not stop whoever tries one leaked password after another,
//! each with its own name.
//!
//! A name that fails and is then proved from there does not count, so an address with many people behind it is far from the
//! limit as long as they get in. When it is reached, browsers in which a user has signed in before go on.

use cloakroom_model::login_limit::{self, Attempts, Key};
use cloakroom_model::{Cx, Result, Timestamp};

use crate::pace::TRIES;

/// The realm's attribute that says how many names of an address may fail in an hour; 0 is no limit.
pub const MOST: &str = "signIn.namesPerAddress";

/// What a realm has that says nothing. A whole office that comes in at once forgets fewer passwords for good.
pub const USUAL: u32 = 200;

/// All of the allowance is back after so long, in milliseconds.
const HOUR: i64 = 3_600_000;

/// What an attribute says; `None` if it says nothing that could be a limit.
#[must_use]
pub fn parse(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|most| *most <= 1_000_000)
}

/// Names of an address are counted in this realm.
pub(crate) fn is_on(cx: &Cx<'_>) -> bool {
    price(cx).is_some()
}

/// After how long one name is forgotten, in milliseconds; `None` if there is no limit.
fn price(cx: &Cx<'_>) -> Option<i64> {
    let said = cx.realm.settings.attributes.get(MOST);
    let most = said.and_then(|text| parse(text)).unwrap_or(USUAL);
    HOUR.checked_div(most.into())
}

/// The seconds that an address has to wait before another name is looked at; `None` if it need not.
pub(crate) fn wait(cx: &mut Cx<'_>, source: &str) -> Result<Option<u64>> {
    let Some(price) = price(cx) else {
        return Ok(None);
    };
    let Some(row) = login_limit::find(cx, &key(source))? else {
        return Ok(None);
    };
    // The name that comes now must have its place.
    let full = row.not_before.millis().saturating_add(price);
    let over = full.saturating_sub(cx.now.millis()).saturating_sub(HOUR);
    let seconds = u64::try_from(over).unwrap_or(0).div_ceil(1000);
    Ok((seconds > 0).then_some(seconds))
}

/// A name has failed that had not failed before.
pub(crate) fn add(cx: &mut Cx<'_>, source: &str) -> Result<()> {
    match price(cx) {
        Some(price) => shift(cx, source, price),
        None => Ok(()),
    }
}

/// A name that had failed was proved.
pub(crate) fn give_back(cx: &mut Cx<'_>, source: &str) -> Result<()> {
    match price(cx) {
        Some(price) => shift(cx, source, -price),
        None => Ok(()),
    }
}

/// Moves the instant at which all names of the address are forgotten.
fn shift(cx: &mut Cx<'_>, source: &str, by: i64) -> Result<()> {
    let key = key(source);
    let now = cx.now.millis();
    for _ in 0..TRIES {
        let before = login_limit::find(cx, &key)?;
        let known = before.as_ref().map_or(now, |row| row.not_before.millis());
        // Names that fail all at once are looked at before one is counted, and may not close the address for longer than a name
        // more than the allowance does.
        let most = now.saturating_add(HOUR).saturating_add(by.abs());
        let then = known.max(now).saturating_add(by).clamp(now, most);
        let then = Timestamp::from_millis(then);
        let next = Attempts {
            failures: 0,
            begun: Vec::new(),
            // What sweeps goes by this, and must not forget sooner.
            last: then,
            not_before: then,
        };
        if login_limit::replace(cx, &key, before.as_ref(), &next)? {
            return Ok(());
        }
    }
    // Many names failed at this very instant, and the others were counted.
    Ok(())
}

/// Forgets the names of all addresses.
///
/// # Errors
/// If the database cannot be written.
pub fn forgive_all(cx: &mut Cx<'_>) -> Result<()> {
    login_limit::clear(cx, ALL)
}

/// The subject of the counters of addresses.
const ALL: &str = "*";

/// No name has this subject: those are digests behind a question mark, and ids.
fn key(source: &str) -> Key {
    Key {
        subject: ALL.to_owned(),
        source: source.to_owned(),
    }
}
