//! The browser that an attempt goes on in: the one that was answered when somebody was proved.

use cloakroom_model::attempt::Attempt;
use cloakroom_model::{Cx, Digest, Secret};
use serde_json::Value;

use super::{note, text};

/// Binds the attempt to the browser that is answered now: no other goes on with it, although it may know the attempt.
///
/// Whoever plants the cookie of an attempt of theirs in another browser would otherwise go on where its user was proved.
pub fn bind(cx: &mut Cx<'_>, attempt: &mut Attempt) {
    let proof = Secret::random(cx.rng);
    let digest = proof.digest().to_base64url();
    attempt
        .notes
        .insert(note::PROOF.to_owned(), Value::String(digest));
    attempt.proof = Some(proof);
}

/// Tells whether a browser that keeps these may go on with the attempt.
pub fn is_bound_to(attempt: &Attempt, kept: &[Digest]) -> bool {
    let bound = text(attempt, note::PROOF);
    bound.is_empty() || kept.iter().any(|one| one.to_base64url() == bound)
}
