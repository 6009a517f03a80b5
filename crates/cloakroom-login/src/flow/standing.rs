//! Whether a proof still stands: what it stood on may be gone by the time its user comes to the next page.

use cloakroom_model::attempt::{Attempt, First, Stage};
use cloakroom_model::client::{self, Client};
use cloakroom_model::flow::{Use, course};
use cloakroom_model::id::UserId;
use cloakroom_model::user;
use cloakroom_model::{Cx, Result, Timestamp, attempt, credential};
use serde_json::Value;

use super::{Next, SECOND, begin_again, has, has_second, level, next, note};
use crate::sign_on;

/// The kinds of credentials that somebody is asked for beside a password.
const SECOND_FACTORS: &[&str] = &[
    credential::OTP,
    credential::RECOVERY_CODES,
    credential::SECURITY_KEY,
    credential::PASSKEY,
];

/// The digest of what is stored of a user's password, by which a change of it is noticed.
pub fn password_of(cx: &mut Cx<'_>, user: &UserId) -> Result<Option<String>> {
    let stored = credential::find_password(cx, user)?;
    Ok(stored.map(|stored| stored.secret_data.digest().to_base64url()))
}

/// Remembers what a proof stands on, before its user is asked for anything else: a minute later it may be gone.
pub fn stand_on(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<()> {
    let (Stage::Act { amr, .. }, Some(user)) = (&attempt.stage, attempt.user.clone()) else {
        return Ok(());
    };
    let has_code = has_second(amr);
    if has(attempt, note::RECOGNIZED) {
        return Ok(());
    }
    if !has_code {
        note_lacking(cx, attempt)?;
    }
    let digest = password_of(cx, &user)?.unwrap_or_default();
    attempt
        .notes
        .insert(note::STANDS_ON.to_owned(), Value::String(digest));
    Ok(())
}

/// The same where nothing is remembered yet.
pub fn stand(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<()> {
    match attempt.notes.contains_key(note::STANDS_ON) {
        true => Ok(()),
        false => stand_on(cx, attempt),
    }
}

/// Whether the session that speaks for somebody has seen less of them than they have.
///
/// A password alone changes nothing of what they sign in with. Whoever has proved themselves in this attempt was asked for all that the flow asks for.
fn is_too_weak(cx: &mut Cx<'_>, attempt: &Attempt, user: &UserId) -> Result<bool> {
    let Stage::Act { amr, .. } = &attempt.stage else {
        return Ok(false);
    };
    if !has(attempt, note::RECOGNIZED) {
        return Ok(false);
    }
    if is_below_the_highest(cx, attempt)? {
        return Ok(true);
    }
    let is_one = |method: &String| method.is_empty() || method == "pwd";
    if !amr.iter().all(is_one) {
        return Ok(false);
    }
    let kinds = credential::kinds(cx, user)?;
    let is_second = |kind: &String| SECOND_FACTORS.contains(&kind.as_str());
    Ok(kinds.iter().any(is_second))
}

/// The client's flow or the realm's knows a higher level than the session has: with what gives the one nobody gets what gives the other.
fn is_below_the_highest(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<bool> {
    let client = client::find_by_id(cx, &attempt.client)?;
    let reached = level::level_of_attempt(attempt);
    let highest = |of: Option<&Client>| {
        let flow = cx.realm.bound(Use::Browser, of).ok()?;
        course::highest_level(&flow)
    };
    let all = [highest(client.as_deref()), highest(None)];
    Ok(all.into_iter().flatten().any(|level| level > reached))
}

/// Whether what is to be done next changes what somebody signs in with, and their session has seen too little of them for that.
pub fn is_out_of_reach(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<bool> {
    if !has(attempt, note::RECOGNIZED) {
        return Ok(false);
    }
    let (Next::Act(action), Some(user)) = next(cx, attempt)? else {
        return Ok(false);
    };
    Ok(action.is_of_methods() && is_too_weak(cx, attempt, &user.id)?)
}

/// The same as [`hold`], where a session of the browser may have spoken for the user.
///
/// It has to be there still, and to have seen enough of them for what is to be done.
pub fn hold_here(cx: &mut Cx<'_>, attempt: Attempt, identity: Option<&str>) -> Result<Attempt> {
    let mut attempt = hold(cx, attempt)?;
    if has(&attempt, note::RECOGNIZED) && matches!(attempt.stage, Stage::Act { .. }) {
        let session = match identity {
            Some(cookie) => sign_on::recognize(cx, cookie)?,
            None => None,
        };
        if session.map(|session| session.user) != attempt.user {
            begin_again(&mut attempt, None);
            attempt::advance(cx, &attempt)?;
        }
    }
    if is_out_of_reach(cx, &attempt)? {
        let user = attempt.user.clone();
        begin_again(&mut attempt, user);
        attempt::advance(cx, &attempt)?;
    }
    Ok(attempt)
}

/// Sends an attempt back to its beginning whose first proof does not stand any more.
///
/// The account was disabled or signed out everywhere, or the password changed, or somebody who had no device for one-time codes
/// or no codes on paper has got some elsewhere, and is asked for one.
pub fn hold(cx: &mut Cx<'_>, mut attempt: Attempt) -> Result<Attempt> {
    let stands = match &attempt.stage {
        Stage::Further { .. } | Stage::Act { .. } if !has_keys(cx, &attempt)? => false,
        Stage::Further { proved, .. } => stands(cx, &attempt, &proved.by)?,
        Stage::Act { auth_time, .. } => still_stands(cx, &attempt, *auth_time)?,
        Stage::Prove => true,
    };
    if !stands {
        begin_again(&mut attempt, None);
        attempt::advance(cx, &attempt)?;
    }
    Ok(attempt)
}

/// Remembers which kinds of second factors the person has none of, unless that is remembered already.
pub(crate) fn note_lacking(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<()> {
    let Some(user) = &attempt.user else {
        return Ok(());
    };
    if attempt.notes.contains_key(note::LACKED) {
        return Ok(());
    }
    let kinds = credential::kinds(cx, user)?;
    let lacked = SECOND_FACTORS
        .iter()
        .filter(|kind| !kinds.iter().any(|has| has == *kind));
    let lacked = lacked.map(|kind| Value::String((*kind).to_owned()));
    attempt
        .notes
        .insert(note::LACKED.to_owned(), Value::Array(lacked.collect()));
    Ok(())
}

/// The person has set up one of this kind in this attempt.
pub(crate) fn has_got(attempt: &mut Attempt, kind: &str) {
    if let Some(Value::Array(lacked)) = attempt.notes.get_mut(note::LACKED) {
        lacked.retain(|one| one != kind);
    }
}

/// Whether the person has a second factor now that they did not have when they were proved.
fn has_one_meanwhile(cx: &mut Cx<'_>, attempt: &Attempt, user: &UserId) -> Result<bool> {
    let lacked = attempt.notes.get(note::LACKED).and_then(Value::as_array);
    let lacked = lacked.map_or(&[][..], Vec::as_slice);
    let is_set_up = |kind: &String| {
        let mut all = SECOND.iter();
        all.any(|one| one.kind == kind && has(attempt, one.set_up))
    };
    if lacked.is_empty() && !super::is_demanded(attempt) {
        return Ok(false);
    }
    let kinds = credential::kinds(cx, user)?;
    let is_new = |kind: &String| lacked.iter().any(|one| one == kind.as_str());
    Ok(kinds.iter().any(|kind| is_new(kind) || is_set_up(kind)))
}

/// Each key that was proved is the user's still.
fn has_keys(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<bool> {
    let keys = attempt.notes.get(note::KEYS).and_then(Value::as_array);
    let (Some(keys), Some(user)) = (keys, &attempt.user) else {
        return Ok(true);
    };
    let mine = credential::list(cx, user, None)?;
    let is_there = |key: &Value| mine.iter().any(|one| Some(one.id.as_str()) == key.as_str());
    Ok(keys.iter().all(is_there))
}

/// What a whole proof stood on is there still, as far as its user was asked for anything since.
fn still_stands(cx: &mut Cx<'_>, attempt: &Attempt, auth_time: Timestamp) -> Result<bool> {
    let Some(id) = &attempt.user else {
        return Ok(true);
    };
    if has_one_meanwhile(cx, attempt, id)? || !level::rests(cx, attempt, id)? {
        return Ok(false);
    }
    let Some(digest) = attempt.notes.get(note::STANDS_ON).and_then(Value::as_str) else {
        return Ok(true);
    };
    let Some(user) = user::find(cx, id)?.filter(|user| user.enabled) else {
        return Ok(false);
    };
    let since = user.not_before.max(cx.realm.settings.not_before);
    Ok(auth_time.seconds() >= since && password_of(cx, id)?.unwrap_or_default() == digest)
}

fn stands(cx: &mut Cx<'_>, attempt: &Attempt, by: &First) -> Result<bool> {
    let user = match &attempt.user {
        Some(id) => user::find(cx, id)?.filter(|user| user.enabled),
        None => None,
    };
    Ok(match (&user, by) {
        (None, _) => false,
        (Some(user), First::Password(stored)) => password_of(cx, &user.id)? == *stored,
        (Some(user), First::Session(_)) => level::rests(cx, attempt, &user.id)?,
        (Some(_), First::Passkey | First::Ticket | First::Provider(_)) => true,
    })
}
