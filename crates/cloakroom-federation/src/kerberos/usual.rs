//! How the keys of people are made at each centre of keys, so that nobody costs as much as somebody there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The kind of key and the rounds of whom a realm's centre knew last.
///
/// A centre that makes people new keys makes them of one kind, so
/// the time of a guess at nobody is that of a guess at most of its people; it still tells who has a key of another kind.
#[derive(Debug, Default)]
pub struct Usual(Mutex<HashMap<String, (i64, u32)>>);

impl Usual {
    pub(super) fn of(&self, realm: &str) -> Option<(i64, u32)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(realm).copied()
    }

    /// Only realms that the operator lists are asked, so there are few.
    pub(super) fn note(&self, realm: &str, (kind, rounds): (i64, u32)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(realm.to_owned(), (kind, rounds));
    }
}
