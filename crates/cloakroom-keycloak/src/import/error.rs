//! Why an import was refused. A refusal rolls back: of a realm comes in all or nothing.

use cloakroom_model::{Fault, Verdict};

use crate::read::Unreadable;

/// Why an import did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What was sent is not a realm that can be stored.
    #[error("{why}")]
    Invalid {
        /// What is wrong, and where.
        why: String,
        /// What makes the unit of work roll back.
        fault: Fault,
    },
    /// What was sent is there already.
    #[error("{why}")]
    Taken {
        /// What is taken.
        why: String,
        /// What makes the unit of work roll back.
        fault: Fault,
    },
    /// Whoever brings it in may not hand on a role that is in it.
    #[error("you may not hand on a role that is in the file")]
    Forbidden(Fault),
    /// We could not do our part.
    #[error("{0}")]
    Fault(#[from] Fault),
}

/// What the parts of an import answer with.
pub type Result<T> = std::result::Result<T, ImportError>;

impl ImportError {
    /// What was sent cannot be stored.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid {
            why: why.into(),
            fault: undone(),
        }
    }

    /// A name or an id is in use.
    pub fn taken(why: impl Into<String>) -> Self {
        Self::Taken {
            why: why.into(),
            fault: undone(),
        }
    }

    /// A role in the file is more than the caller may hand on.
    pub fn forbidden() -> Self {
        Self::Forbidden(undone())
    }

    /// A member of the wrong type.
    pub(crate) fn wrong(place: &str, who: &str) -> impl FnOnce(Unreadable) -> Self {
        let at = at(place, who);
        move |_| Self::invalid(format!("{at} has the wrong type"))
    }
}

fn undone() -> Fault {
    Fault::corrupt("the import was refused")
}

/// `clients[shop].secret` out of `clients[].secret` and `shop`.
pub(crate) fn at(place: &str, who: &str) -> String {
    match place.rsplit_once("[]") {
        Some((before, after)) if !who.is_empty() => format!("{before}[{who}]{after}"),
        _ => place.to_owned(),
    }
}

impl Verdict for ImportError {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Invalid { fault, .. }
            | Self::Taken { fault, .. }
            | Self::Forbidden(fault)
            | Self::Fault(fault) => Some(fault),
        }
    }
}
