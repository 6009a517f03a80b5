//! The pages of a sync, which come to an end: a directory that sends the same ones again and again is not read for ever.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use cloakroom_federation::directory::line::Page;

/// A hundred million people at the usual size of a page.
const MOST: usize = 100_000;
/// Pages in a row may be empty where the directory hides what is on them.
const EMPTY: usize = 100;

/// What is known of the pages that came. A cookie says nothing of the end: some servers use one for all pages of a search.
#[derive(Debug, Default)]
pub(super) struct Pages {
    begun_with: HashSet<u64>,
    empty: usize,
}

impl Pages {
    /// Why no other page is asked for; `None` if one may be.
    pub(super) fn refusal(&mut self, page: &Page) -> Option<&'static str> {
        let Some(first) = page.entries.first() else {
            self.empty = self.empty.saturating_add(1);
            return (self.empty > EMPTY).then_some("it sends empty pages without end");
        };
        self.empty = 0;
        let mut hasher = DefaultHasher::new();
        first.dn.hash(&mut hasher);
        if !self.begun_with.insert(hasher.finish()) {
            return Some("it sends the same page again");
        }
        (self.begun_with.len() > MOST).then_some("it sends pages without end")
    }
}
