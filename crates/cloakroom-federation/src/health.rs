//! How each provider was the last time, on this node.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cloakroom_model::Timestamp;

use crate::Problem;

/// More providers than that are forgotten all at once.
const MOST: usize = 10_000;

/// How a provider was the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Somebody came from it.
    pub last_success: Option<Timestamp>,
    /// Something went wrong.
    pub last_error: Option<Timestamp>,
    /// What went wrong then.
    pub error: String,
    /// How many times in a row.
    pub failures: u32,
}

/// The setting that says when the client's secret is over, in seconds since 1970: a provider that lets secrets end says so when it makes
/// one (RFC 7591 §3.2.1), and tells nobody later.
const SECRET_ENDS: &str = "clientSecretExpiresAt";

/// When a provider's secret for us is over, if its settings say so.
pub fn secret_end(config: &BTreeMap<String, String>) -> Option<Timestamp> {
    let seconds = config.get(SECRET_ENDS)?.trim().parse().ok();
    seconds.filter(|end| *end > 0).map(Timestamp::from_seconds)
}

/// How all providers were, by realm and alias.
#[derive(Debug, Default)]
pub struct Health(Mutex<BTreeMap<(String, String), Pulse>>);

impl Health {
    /// Remembers how it went.
    pub fn note(
        &self,
        (realm, alias): (&str, &str),
        now: Timestamp,
        outcome: Result<(), &Problem>,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        let pulse = all.entry((realm.to_owned(), alias.to_owned())).or_default();
        match outcome {
            Ok(()) => {
                pulse.last_success = Some(now);
                pulse.failures = 0;
            }
            Err(problem) => {
                pulse.last_error = Some(now);
                pulse.error = problem.to_string();
                pulse.failures = pulse.failures.saturating_add(1);
            }
        }
    }

    /// How a provider was; `None` if nobody has asked it since the start.
    pub fn of(&self, realm: &str, alias: &str) -> Option<Pulse> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(realm.to_owned(), alias.to_owned())).cloned()
    }
}
