//! What is proved beside the first proof: its kinds, and what a sign-in remembers of them.

use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{OTP, PASSKEY, SECURITY_KEY};
use serde_json::Value;

use super::{has, has_got, mark, note};
use crate::required::Action;

/// What is proved beside a password, as a sign-in remembers it where somebody has none yet.
pub(crate) struct Second {
    /// The kind of credential.
    pub(crate) kind: &'static str,
    /// The note that one has to be set up, because the flow demands it.
    pub(crate) set_up: &'static str,
    /// How one is set up.
    pub(crate) action: Action,
}

/// All kinds that people set up at a sign-in.
pub(crate) const SECOND: [Second; 3] = [
    Second {
        kind: OTP,
        set_up: note::SET_UP_OTP,
        action: Action::ConfigureTotp,
    },
    Second {
        kind: SECURITY_KEY,
        set_up: note::SET_UP_KEY,
        action: Action::RegisterKey,
    },
    Second {
        kind: PASSKEY,
        set_up: note::SET_UP_PASSKEY,
        action: Action::RegisterPasskey,
    },
];

/// Demands that credentials of these kinds are set up before the sign-in ends.
pub fn demand(attempt: &mut Attempt, kinds: &[String]) {
    for one in SECOND
        .iter()
        .filter(|one| kinds.iter().any(|kind| kind == one.kind))
    {
        mark(attempt, one.set_up);
    }
}

/// Something is demanded to be set up.
pub fn is_demanded(attempt: &Attempt) -> bool {
    SECOND.iter().any(|one| has(attempt, one.set_up))
}

/// Remembers that somebody has a credential of this kind now, which they had not.
pub(crate) fn settle_second(attempt: &mut Attempt, kind: &str) {
    for one in SECOND.iter().filter(|one| one.kind == kind) {
        attempt.notes.remove(one.set_up);
    }
    has_got(attempt, kind);
}

/// How a key is proved (RFC 8176 §2: `pop`); whether hardware keeps it is not known.
pub(super) const KEY: &str = "pop";

/// Something was proved beside the first proof.
pub(crate) fn has_second(amr: &[String]) -> bool {
    amr.iter().any(|method| method == "otp" || method == KEY)
}

/// Remembers the key that has signed: what it has proved stands as long as it is there.
pub fn stand_on_key(attempt: &mut Attempt, credential: &str) {
    let keys = attempt
        .notes
        .entry(note::KEYS)
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(keys) = keys {
        keys.push(Value::String(credential.to_owned()));
    }
}

/// Forgets a key that its owner has removed in this attempt.
pub(crate) fn let_go_of_key(attempt: &mut Attempt, credential: &str) {
    if let Some(Value::Array(keys)) = attempt.notes.get_mut(note::KEYS) {
        keys.retain(|key| key.as_str() != Some(credential));
    }
}
