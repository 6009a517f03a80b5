//! Whether a proof still stands: what it stood on may be gone by the time its user comes to the next page.

use cloakroom_model::attempt::{Attempt, First, Stage};
use cloakroom_model::id::UserId;
use cloakroom_model::user;
use cloakroom_model::{Cx, Result, Timestamp, attempt, credential};
use serde_json::Value;

use super::{begin_again, has, mark, note};
use crate::sign_on;

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
    let has_code = amr.iter().any(|method| method == "otp");
    if has(attempt, note::RECOGNIZED) {
        return Ok(());
    }
    if !has_code && credential::list(cx, &user, Some(credential::OTP))?.is_empty() {
        mark(attempt, note::FIRST_OTP);
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

/// The same as [`hold`], where a session of the browser may have spoken for the user: it has to be there still.
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
    Ok(attempt)
}

/// Sends an attempt back to its beginning whose first proof does not stand any more.
///
/// The account was disabled or signed out everywhere, or the password changed, or somebody who had no device for one-time codes
/// has one now, and is asked for a code.
pub fn hold(cx: &mut Cx<'_>, mut attempt: Attempt) -> Result<Attempt> {
    let stands = match &attempt.stage {
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

/// No code was asked of the person, because there was no device.
fn is_first_device(attempt: &Attempt) -> bool {
    has(attempt, note::SET_UP_OTP) || has(attempt, note::FIRST_OTP)
}

/// What a whole proof stood on is there still, as far as its user was asked for anything since.
fn still_stands(cx: &mut Cx<'_>, attempt: &Attempt, auth_time: Timestamp) -> Result<bool> {
    let Some(id) = &attempt.user else {
        return Ok(true);
    };
    if is_first_device(attempt) && !credential::list(cx, id, Some(credential::OTP))?.is_empty() {
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
        (Some(_), First::Ticket | First::Provider(_)) => true,
    })
}
