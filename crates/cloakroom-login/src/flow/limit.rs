//! What a flow has said of the number of sessions, between the pages of a sign-in.

use cloakroom_model::Result;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::flow::course::SessionLimit;
use serde_json::json;

use super::note;

/// Remembers the limits that were met, beside those of this attempt before.
pub fn limit(attempt: &mut Attempt, limits: &[SessionLimit]) {
    if limits.is_empty() {
        return;
    }
    // What cannot be read stays as it is, and ends the sign-in where it is asked for.
    let Ok(mut all) = limits_of(attempt) else {
        return;
    };
    for one in limits {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    attempt.notes.insert(note::LIMITS.to_owned(), json!(all));
}

/// The limits that were met in an attempt.
pub fn limits_of(attempt: &Attempt) -> Result<Vec<SessionLimit>> {
    match attempt.notes.get(note::LIMITS) {
        Some(limits) => Ok(serde_json::from_value(limits.clone())?),
        None => Ok(Vec::new()),
    }
}
