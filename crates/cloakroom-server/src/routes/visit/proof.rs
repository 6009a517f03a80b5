//! What a browser keeps of those who proved themselves in it: an attempt goes on in no other browser, even if it has the handle.

use actix_web::HttpResponse;
use cloakroom_model::Digest;
use cloakroom_model::attempt::Attempt;

use super::{Cookie, Visit};

/// The last few, newest first.
const PROOF: &str = "CLOAKROOM_PROOF";
/// So many attempts of one browser, each in its tab, may go on beside each other.
const MOST_PROOFS: usize = 4;

impl Visit {
    /// What this browser keeps of those who proved themselves in it.
    pub(crate) fn proofs(&self) -> Vec<Digest> {
        let kept = self.cookie(PROOF).unwrap_or_default();
        let all = kept.split('.').take(MOST_PROOFS);
        all.map(|one| Digest::of(one.as_bytes())).collect()
    }

    /// Gives the browser what lets it go on with an attempt in which somebody has just proved themselves.
    pub(crate) fn set_proof(&self, to: &mut HttpResponse, attempt: &Attempt) {
        let Some(proof) = &attempt.proof else { return };
        let kept = self.cookie(PROOF).unwrap_or_default();
        let is_ours = |one: &&str| (1..=64).contains(&one.len());
        let before = kept.split('.').filter(is_ours).take(MOST_PROOFS - 1);
        let all: Vec<&str> = std::iter::once(proof.expose()).chain(before).collect();
        self.set(
            to,
            &Cookie {
                name: PROOF,
                value: &all.join("."),
                http_only: true,
                max_age: None,
            },
        );
    }
}
