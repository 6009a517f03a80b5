//! Connections to directories and centres of keys: to addresses that were checked, few at a time to each host, and secured with its name.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use cloakroom_federation::Unreached;
use cloakroom_federation::directory::{Dial, Place, Pool, Stream};
use cloakroom_model::Timestamp;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Outbound, OutboundError, is_distrust};
use crate::app::now;

/// The most connections to one host at once: one that hangs holds up its own people alone.
const TO_ONE: usize = 24;
/// More hosts than that are forgotten, save those in use.
const MOST: usize = 1_000;

/// What connections to directories share.
pub(super) struct Lines {
    tls: TlsConnector,
    open: Mutex<HashMap<String, Arc<Semaphore>>>,
    pool: Arc<Pool>,
}

impl Lines {
    pub(super) fn new() -> Result<Self, String> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_platform_verifier())
            .map_err(|error| format!("connections to directories cannot be secured: {error}"))?;
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config.with_no_client_auth())),
            open: Mutex::default(),
            pool: Arc::default(),
        })
    }

    fn hold(&self, host: &str) -> Result<OwnedSemaphorePermit, OutboundError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.retain(|_, permits| permits.available_permits() < TO_ONE);
        }
        let permits = open.entry(host.to_owned());
        let permits = permits.or_insert_with(|| Arc::new(Semaphore::new(TO_ONE)));
        let held = Arc::clone(permits).try_acquire_owned();
        held.map_err(|_| OutboundError::Busy)
    }
}

fn name(place: &Place) -> String {
    let scheme = if place.is_centre { "kdc" } else { "ldap" };
    format!("{scheme}://{}:{}", place.host, place.port)
}

fn unreached(error: OutboundError) -> Unreached {
    Unreached(error.to_string())
}

impl Outbound {
    /// The addresses of a place, all of which may be reached.
    async fn addresses(&self, place: &Place) -> Result<Vec<SocketAddr>, OutboundError> {
        if !place.has_possible_port() {
            return Err(OutboundError::Forbidden);
        }
        let found = match place.host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, place.port)],
            Err(_) => (self.lookup)(place.host.clone()).await?,
        };
        let may = |found: &SocketAddr| self.listed.may_reach(found.ip(), place.stays_plain);
        // One address inside is enough to suspect the name of all.
        if found.is_empty() || !found.iter().all(may) {
            return Err(OutboundError::Forbidden);
        }
        let at_port = |found: SocketAddr| SocketAddr::new(found.ip(), place.port);
        Ok(found.into_iter().map(at_port).collect())
    }

    async fn connect(&self, place: &Place) -> Result<Box<dyn Stream>, OutboundError> {
        if !self.breaker.lets_through(&name(place), now()) {
            return Err(OutboundError::Resting);
        }
        let held = self.lines.hold(&name(place))?;
        let reaching = async {
            let addresses = self.addresses(place).await?;
            let stream = TcpStream::connect(addresses.as_slice()).await;
            stream.map_err(|_| OutboundError::Unreachable)
        };
        let reached = timeout(place.patience, reaching).await;
        let reached = reached.unwrap_or(Err(OutboundError::Unreachable));
        if reached.as_ref().err() == Some(&OutboundError::Unreachable) {
            self.breaker.note(&name(place), now(), true);
        }
        let stream = reached?;
        // Answers are short and waited for.
        let _ = stream.set_nodelay(true);
        Ok(Box::new(Held {
            stream,
            _permit: held,
        }))
    }
}

impl Outbound {
    /// Lets go of connections to directories that nobody has used for a while.
    pub fn rest_directories(&self) {
        self.lines.pool.sweep(now());
    }
}

impl Dial for Outbound {
    async fn dial(&self, place: &Place) -> Result<Box<dyn Stream>, Unreached> {
        self.connect(place).await.map_err(unreached)
    }

    async fn secure(
        &self,
        stream: Box<dyn Stream>,
        place: &Place,
    ) -> Result<Box<dyn Stream>, Unreached> {
        let host = ServerName::try_from(place.host.clone());
        let host = host.map_err(|_| unreached(OutboundError::Forbidden))?;
        let secured = timeout(place.patience, self.lines.tls.connect(host, stream)).await;
        match secured {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            // A certificate that is somebody else's is no reason to leave the host alone, nor to trust it.
            Ok(Err(error)) if is_distrust(&error) => Err(unreached(OutboundError::Untrusted)),
            _ => {
                self.note(place, true);
                Err(unreached(OutboundError::Unreachable))
            }
        }
    }

    fn note(&self, place: &Place, is_away: bool) {
        self.breaker.note(&name(place), now(), is_away);
    }

    fn pool(&self) -> &Arc<Pool> {
        &self.lines.pool
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

/// A connection, and its place among those to the host.
struct Held {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
