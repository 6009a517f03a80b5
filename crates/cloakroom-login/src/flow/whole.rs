//! Several proofs of one person: when they are one whole, and when a whole one is but a part.

use std::collections::BTreeSet;

use cloakroom_model::Cx;
use cloakroom_model::attempt::{Attempt, First, Proved, Stage};
use cloakroom_model::credential::{PASSKEY, SECURITY_KEY};

use super::{bind, note, second};

/// Asks somebody for more who is proved already, because of the flow of a provider; what was proved in this sign-in is not asked
/// for twice.
pub fn ask_more(attempt: &mut Attempt, flow: String) {
    let Stage::Act {
        auth_time,
        amr,
        remember_me,
    } = &attempt.stage
    else {
        return;
    };
    let kinds = attempt.notes.remove(note::PROVED);
    let kinds: Vec<String> = kinds
        .and_then(|kinds| serde_json::from_value(kinds).ok())
        .unwrap_or_default();
    // These are said anew of all that was proved in the end.
    let mut amr = amr.clone();
    amr.retain(|method| !OF_FURTHER.contains(&method.as_str()));
    attempt.stage = Stage::Further {
        proved: Proved {
            at: *auth_time,
            amr,
            by: First::Provider(flow),
            kinds,
            declined: Vec::new(),
        },
        remember_me: *remember_me,
    };
}

/// What a code that is good once, a key that has signed, and more than one factor, are in `amr` (RFC 8176 §2).
const OF_FURTHER: [&str; 3] = ["otp", second::KEY, "mfa"];

/// Takes somebody as proved who has given all proofs that the flow asks for.
pub fn prove_whole(cx: &mut Cx<'_>, attempt: &mut Attempt) {
    let Stage::Further {
        proved,
        remember_me,
    } = &attempt.stage
    else {
        return;
    };
    let mut amr = proved.amr.clone();
    let kinds = proved.kinds.clone();
    if !kinds.is_empty() {
        let [code, key, several] = OF_FURTHER.map(str::to_owned);
        let is_key = |kind: &String| [SECURITY_KEY, PASSKEY].contains(&kind.as_str());
        // A passkey that was the first proof, and alone, is no second one.
        let is_mixed = !amr.is_empty() || proved.by == First::Passkey && !kinds.iter().all(is_key);
        amr.extend((!kinds.iter().all(is_key)).then_some(code));
        amr.extend(kinds.iter().any(is_key).then_some(key));
        amr.extend(is_mixed.then_some(several));
        // A session may have seen some of these before.
        let mut known = BTreeSet::new();
        amr.retain(|method| known.insert(method.clone()));
    }
    attempt.stage = Stage::Act {
        auth_time: cx.now,
        amr,
        remember_me: *remember_me,
    };
    attempt.notes.insert(note::PROVED.to_owned(), kinds.into());
    bind(cx, attempt);
}
