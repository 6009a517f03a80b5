//! Levels of authentication between the pages of a sign-in: what a session has reached before, and what this attempt adds to it.

use std::collections::BTreeMap;

use cloakroom_model::attempt::{Attempt, First, Stage};
use cloakroom_model::flow::course::Reached;
use cloakroom_model::id::{SessionId, UserId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result, Timestamp};
use serde_json::{Map, Value, json};

use super::{limit, note, prove_in_part, text};
use crate::sign_on;

/// The note of a session that says which levels were reached in it, and when; its name and its form are Keycloak's.
const LEVELS: &str = "loa-map";

/// The level of somebody whose flow knows no levels.
const USUAL: i64 = 1;

/// The levels that a session has reached, and how many seconds before this instant.
pub fn levels_of(session: &Session, at: Timestamp) -> BTreeMap<i64, i64> {
    let levels = read(&session.notes).into_iter();
    let age = |since: i64| at.seconds().saturating_sub(since);
    levels.map(|(level, since)| (level, age(since))).collect()
}

/// The same of the session that an attempt goes on from, at the instant when the attempt began: what was enough then is enough to its end.
pub fn levels_behind(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    id: &SessionId,
) -> Result<BTreeMap<i64, i64>> {
    let Some(found) = session::find(cx, id, false)? else {
        return Ok(BTreeMap::new());
    };
    let (begun, now) = (attempt.created_at.seconds(), cx.now.seconds());
    // What was reached after the beginning is as old as it is.
    let age = |since: i64| if since > begun { now } else { begun }.saturating_sub(since);
    let levels = read(&found.notes).into_iter();
    Ok(levels.map(|(level, since)| (level, age(since))).collect())
}

fn read(notes: &Map<String, Value>) -> BTreeMap<i64, i64> {
    let stored = notes.get(LEVELS).and_then(Value::as_str);
    stored
        .and_then(|stored| serde_json::from_str(stored).ok())
        .unwrap_or_default()
}

/// Goes on from the session that the browser has, whose level is too low for the request. Nothing is opened by that.
pub fn prove_by_session(cx: &mut Cx<'_>, attempt: &mut Attempt, user: &User, session: &Session) {
    let by = First::Session(session.id.clone());
    prove_in_part(cx, attempt, user, (by, false));
    if let Stage::Further {
        proved,
        remember_me,
    } = &mut attempt.stage
    {
        let methods = session.amr.split_whitespace();
        proved.amr = methods.map(str::to_owned).collect();
        *remember_me = session.remember_me;
    }
    let id = Value::String(session.id.as_str().to_owned());
    attempt.notes.insert(note::RISEN_FROM.to_owned(), id);
}

/// The session that an attempt goes on from is there still, and counts; true where it goes on from none.
pub(super) fn rests(cx: &mut Cx<'_>, attempt: &Attempt, user: &UserId) -> Result<bool> {
    let id = SessionId::new(text(attempt, note::RISEN_FROM));
    if id.as_str().is_empty() {
        return Ok(true);
    }
    let (found, user) = (session::find(cx, &id, false)?, user::find(cx, user)?);
    let (Some(found), Some(user)) = (found, user.filter(|user| user.enabled)) else {
        return Ok(false);
    };
    Ok(found.user == user.id && sign_on::counts(cx, &found, &user))
}

/// The attempt ends in the session that it goes on from, or goes on from none.
pub(crate) fn ends_in(attempt: &Attempt, session: Option<&Session>) -> bool {
    let id = text(attempt, note::RISEN_FROM);
    id.is_empty() || session.is_some_and(|session| session.id.as_str() == id)
}

/// Remembers the levels that were reached and the limits that were met, beside those of this attempt before.
pub fn reach(attempt: &mut Attempt, reached: &Reached) {
    limit(attempt, &reached.limits);
    let Some(level) = reached.level else { return };
    let (_, mut anew) = reached_by(attempt);
    anew.extend(&reached.anew);
    let reached = json!({"level": level, "anew": anew});
    attempt.notes.insert(note::REACHED.to_owned(), reached);
}

/// The level that was reached in an attempt; `None` where its flow knows none.
pub fn reached_level(attempt: &Attempt) -> Option<i64> {
    reached_by(attempt).0
}

/// The level that the session of an attempt is at.
pub fn level_of_attempt(attempt: &Attempt) -> i64 {
    reached_level(attempt).unwrap_or(USUAL)
}

fn reached_by(attempt: &Attempt) -> (Option<i64>, Vec<i64>) {
    let reached = attempt.notes.get(note::REACHED);
    let member = |name: &str| reached.and_then(|reached| reached.get(name));
    let anew = member("anew").and_then(Value::as_array);
    let anew = anew.into_iter().flatten().filter_map(Value::as_i64);
    (member("level").and_then(Value::as_i64), anew.collect())
}

/// Writes the levels of an attempt to what its session will remember, beside what it remembers already.
pub(crate) fn note_levels(
    attempt: &Attempt,
    before: Option<&Session>,
    notes: &mut Map<String, Value>,
    now: Timestamp,
) {
    // What a provider's mapper notes under this name says nothing of levels.
    notes.remove(LEVELS);
    let (_, anew) = reached_by(attempt);
    if anew.is_empty() {
        return;
    }
    let mut levels = before.map_or_else(BTreeMap::new, |before| read(&before.notes));
    levels.extend(anew.into_iter().map(|level| (level, now.seconds())));
    let stored = json!(levels).to_string();
    notes.insert(LEVELS.to_owned(), Value::String(stored));
}
