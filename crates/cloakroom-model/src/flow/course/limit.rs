//! How many sessions somebody may have at once: what the step says that limits them (`user-session-limits`).
//!
//! A course only gathers what is said. Whether that is too many is asked where the session is opened, so that two sign-ins at once
//! are not both let in.

use std::num::ParseIntError;

use serde::{Deserialize, Serialize};

use super::{Because, End, Outcome, Ran, Walk};
use crate::flow::Node;

/// The step that limits sessions.
pub(super) const STEP: &str = "user-session-limits";

const DENY: &str = "Deny new session";
const END_OLDEST: &str = "Terminate oldest session";

/// How many sessions somebody may have at once, by one step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLimit {
    /// In the realm; `None` for any number.
    pub in_realm: Option<usize>,
    /// With the client that they sign in to; `None` for any number.
    pub with_client: Option<usize>,
    /// Where there are too many, the oldest ones end; else the new one is denied.
    pub ends_oldest: bool,
    /// What people are told who are denied, as a text or as the key of one of the realm's; empty for the usual words.
    pub message: String,
}

impl SessionLimit {
    /// What a step says; `None` where it says something that is not understood.
    fn of(step: &Node) -> Option<Self> {
        let ends_oldest = match step.setting("behavior") {
            "" | DENY => false,
            END_OLDEST => true,
            _ => return None,
        };
        Some(Self {
            in_realm: most(step.setting("userRealmLimit")).ok()?,
            with_client: most(step.setting("userClientLimit")).ok()?,
            ends_oldest,
            message: step.setting("errorMessage").trim().to_owned(),
        })
    }

    fn is_none(&self) -> bool {
        self.in_realm.is_none() && self.with_client.is_none()
    }
}

/// As at Keycloak, zero and what is below it stand for no limit, and so does nothing.
fn most(text: &str) -> Result<Option<usize>, ParseIntError> {
    match text.trim() {
        "" => Ok(None),
        text => {
            let number: i64 = text.parse()?;
            Ok(usize::try_from(number).ok().filter(|most| *most > 0))
        }
    }
}

/// The text is a limit that a step may have.
#[must_use]
pub fn is_session_limit(text: &str) -> bool {
    most(text).is_ok()
}

impl Walk<'_> {
    /// Whoever relies on a limit that is not understood has none: nobody passes it, as at Keycloak.
    pub(super) fn limit(&mut self, step: &Node) -> Outcome {
        let Some(limit) = SessionLimit::of(step) else {
            let because = Because::of("limit-unreadable");
            return Err((End::Refused(STEP.to_owned()), because));
        };
        if limit.is_none() {
            return Ok(Ran::Done(Because::of("no-limit")));
        }
        // As at Keycloak, a step that stands before the one that names somebody counts nobody's sessions.
        if !self.is_known {
            return Ok(Ran::Done(Because::of("limits-nobody")));
        }
        self.reached.limits.push(limit);
        Ok(Ran::Done(Because::of("limits-sessions")))
    }
}
