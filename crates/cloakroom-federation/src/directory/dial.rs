//! The way to directories, as this crate sees it: guarded connections, plain or secured.

use std::sync::Arc;
use std::time::Duration;

use cloakroom_model::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};

use super::pool::Pool;
use crate::network::Unreached;

/// A connection that bytes go over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where a directory, or a centre of keys, listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name or address, as the settings have it; certificates have to be its own.
    pub host: String,
    /// The port.
    pub port: u16,
    /// TLS from the first byte (`ldaps`).
    pub is_secure: bool,
    /// Nothing secures what is said there, neither from the first byte nor by `StartTLS`.
    pub stays_plain: bool,
    /// It is a centre of keys of Kerberos, which the operator lists, and no directory.
    pub is_centre: bool,
    /// The longest that reaching it may take.
    pub patience: Duration,
}

impl Place {
    /// A directory may listen there. Below 1024 live services that are none, and read whatever is sent to them; where centres
    /// of keys are is the operator's to say, and no setting of a realm leads to another.
    pub fn has_possible_port(&self) -> bool {
        self.is_centre || self.port >= 1024 || [389, 636].contains(&self.port)
    }
}

/// The way to directories.
///
/// Whoever implements it checks addresses, connects to one that was checked, verifies certificates with the name of the
/// host, and leaves a host alone that has not answered several times.
pub trait Dial {
    /// Connects, without TLS.
    fn dial(
        &self,
        place: &Place,
    ) -> impl Future<Output = std::result::Result<Box<dyn Stream>, Unreached>>;

    /// Secures a connection with TLS.
    fn secure(
        &self,
        stream: Box<dyn Stream>,
        place: &Place,
    ) -> impl Future<Output = std::result::Result<Box<dyn Stream>, Unreached>>;

    /// Takes note of whether a host that was reached has also answered in time.
    fn note(&self, place: &Place, is_away: bool);

    /// The connections that wait to be used again.
    fn pool(&self) -> &Arc<Pool>;

    /// The time.
    fn now(&self) -> Timestamp;
}
