//! What the job of a sync keeps of what was asked for, so that another node can take it up again.

use cloakroom_federation::directory::Directory;
use serde::{Deserialize, Serialize};

use super::sync::{Kind, Wish};

/// A sync that a node has stopped at so often is not begun once more: it may be what stops them.
pub(super) const MOST: u32 = 2;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    /// The directory's component.
    pub(super) directory: String,
    is_full: bool,
    may_remove_many: bool,
    /// How often it was taken up again.
    pub(super) again: u32,
}

impl Order {
    /// Keeps a wish.
    pub(super) fn of(directory: &Directory, wish: &Wish) -> Self {
        Self {
            directory: directory.id.as_str().to_owned(),
            is_full: wish.kind == Kind::Full,
            may_remove_many: wish.may_remove_many,
            again: wish.again,
        }
    }

    /// Reads what a job kept. Jobs of older versions kept the directory alone, and are not begun again.
    pub(super) fn read(kept: &[u8]) -> Self {
        serde_json::from_slice(kept).unwrap_or_else(|_| Self {
            directory: String::from_utf8_lossy(kept).into_owned(),
            is_full: true,
            may_remove_many: false,
            again: MOST,
        })
    }

    /// The wish to do it once more, of whoever asked for it.
    pub(super) fn once_more(&self, actor: &str) -> Wish {
        Wish {
            kind: match self.is_full {
                true => Kind::Full,
                false => Kind::Changed,
            },
            is_preview: false,
            may_remove_many: self.may_remove_many,
            actor: actor.to_owned(),
            again: self.again.saturating_add(1),
        }
    }
}
