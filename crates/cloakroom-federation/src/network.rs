//! The way to other servers, as this crate sees it: one guarded client, and the clock beside it.

use cloakroom_model::Timestamp;

pub use oauth2::{HttpRequest, HttpResponse};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(pub String);

/// The way to other servers. Whoever implements it checks addresses, follows no redirect, and bounds
/// the time and the size of an answer.
pub trait Network {
    /// Sends one request; an answer of any status is an answer.
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = std::result::Result<HttpResponse, Unreached>>;

    /// The time.
    fn now(&self) -> Timestamp;
}
