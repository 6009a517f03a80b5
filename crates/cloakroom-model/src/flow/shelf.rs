//! The flows of a realm as they are held in memory: each is grown once, when it is first asked for, and shared after that.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Book, Tree};
use crate::id::FlowId;

/// The flows of a snapshot, which never change.
#[derive(Debug, Default)]
pub struct Shelf {
    book: Book,
    grown: RwLock<HashMap<FlowId, Arc<Tree>>>,
}

impl Shelf {
    pub(crate) fn of(book: Book) -> Self {
        Self {
            book,
            grown: RwLock::default(),
        }
    }

    /// The flow with this id.
    #[must_use]
    pub fn tree(&self, id: &FlowId) -> Option<Arc<Tree>> {
        let grown = self.grown.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = grown.get(id) {
            return Some(Arc::clone(tree));
        }
        drop(grown);
        let tree = Arc::new(self.book.tree(id)?);
        let mut grown = self.grown.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster; both grew the same.
        Some(Arc::clone(grown.entry(id.clone()).or_insert(tree)))
    }

    /// The flow with this alias.
    #[must_use]
    pub fn named(&self, alias: &str) -> Option<Arc<Tree>> {
        self.tree(self.book.id_of(alias)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Flow;

    #[test]
    fn a_flow_is_grown_once() {
        let flow = Flow {
            id: FlowId::new("1"),
            alias: "browser".to_owned(),
            description: None,
            provider_id: "basic-flow".to_owned(),
            top_level: true,
            built_in: true,
        };
        let shelf = Shelf::of(Book::of(vec![flow]));
        let (first, again) = (shelf.named("browser"), shelf.tree(&FlowId::new("1")));
        assert!(Arc::ptr_eq(&first.unwrap(), &again.unwrap()));
        assert_eq!(shelf.named("none"), None);
    }
}
