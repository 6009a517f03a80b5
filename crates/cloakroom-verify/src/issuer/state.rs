//! What is known of an issuer, and whether it is worth asking again.
use std::sync::Arc;

use cloakroom_jose::{Header, KeySet};

use super::Metadata;

/// After so many seconds the keys are fetched anew, so that one that was taken out of them ends.
pub(super) const FRESH: i64 = 3_600;

/// So long keys stay good while the issuer does not answer.
pub(super) const USABLE: i64 = 24 * 3_600;

/// After the issuer was asked in vain it is left alone for so many seconds.
pub(super) const COOLDOWN: i64 = 30;

/// The same while there are no keys at all, and every request waits for them.
pub(super) const COLD: i64 = 2;

/// What is known, and what came of asking.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) known: Option<Known>,
    /// How often the issuer was asked.
    pub(super) asked: u64,
    pub(super) in_vain: Option<Vain>,
}

/// What the issuer said last.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) keys: Arc<KeySet>,
    pub(super) fetched_at: i64,
}

/// The issuer was asked, and it did not help.
#[derive(Clone, Copy)]
pub(super) struct Vain {
    pub(super) at: i64,
    /// Why there was no answer; `None` if there was, without the key.
    pub(super) silence: Option<&'static str>,
}

impl Known {
    pub(super) fn is_younger(&self, seconds: i64, now: i64) -> bool {
        is_within(seconds, self.fetched_at, now)
    }
}

impl State {
    pub(super) fn lacks(&self, header: &Header) -> bool {
        let lacks = |known: &Known| {
            known
                .keys
                .select(header)
                .is_err_and(|error| error.is_no_key())
        };
        self.known.as_ref().is_none_or(lacks)
    }

    pub(super) fn is_pause(&self, seconds: i64, now: i64) -> bool {
        self.in_vain
            .is_some_and(|vain| is_within(seconds, vain.at, now))
    }
}

/// Whether less than so many seconds have passed; a clock that was set back ends every wait.
fn is_within(seconds: i64, since: i64, now: i64) -> bool {
    (0..seconds).contains(&now.saturating_sub(since))
}

/// Why nobody knows better.
pub(super) fn silence(vain: Option<Vain>) -> &'static str {
    vain.and_then(|vain| vain.silence)
        .unwrap_or("it did not answer")
}
