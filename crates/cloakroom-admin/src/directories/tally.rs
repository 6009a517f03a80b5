//! What came of a sync, in numbers and in Keycloak's words.

use serde_json::{Value, json};

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(super) is_ignored: bool,
    pub(super) added: i64,
    pub(super) updated: i64,
    pub(super) removed: i64,
    pub(super) failed: i64,
    pub(super) seen: i64,
    /// Why it ended before its end.
    pub(super) problem: Option<String>,
}

impl Tally {
    /// Keycloak's answer, and its words.
    pub(crate) fn show(&self) -> Value {
        let mut status = format!(
            "{} imported users, {} updated users",
            self.added, self.updated
        );
        if self.removed > 0 {
            status.push_str(&format!(", {} removed users", self.removed));
        }
        if self.failed > 0 {
            let more = "users failed sync! See server log for more details";
            status.push_str(&format!(", {} {more}", self.failed));
        }
        if self.is_ignored {
            "Synchronization ignored as it's already in progress".clone_into(&mut status);
        }
        if let Some(problem) = &self.problem {
            status.push_str(&format!(". {problem}"));
        }
        json!({
            "ignored": self.is_ignored,
            "added": self.added,
            "updated": self.updated,
            "removed": self.removed,
            "failed": self.failed,
            "status": status,
        })
    }
}
