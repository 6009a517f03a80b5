//! What a list of clients is narrowed by.

use crate::authorization::delegation::Extent;

/// What a list of clients is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The exact `client_id`, or a part of it with `search`.
    pub client_id: Option<String>,
    /// `client_id` is a part, not the whole.
    pub search: bool,
    /// Only those that whoever asks may see.
    pub only: Option<Extent>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}
