//! Names to addresses: each is looked up once for a connection, and the connection goes to what was checked.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::OutboundError;
use super::address::Listed;

/// What a lookup ends in.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Finds the addresses of a name.
pub(super) type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// The most names that are looked up at once. Each holds a thread for as long as the system waits for its name servers, half a minute if
/// they are silent, whether or not anybody still waits for the name; reads of the database need threads, too.
const LOOKUPS: usize = 64;

/// Asks the system, which asks its name servers.
pub(super) fn system() -> Lookup {
    let permits = Arc::new(Semaphore::new(LOOKUPS));
    Arc::new(move |name| {
        let permit = Arc::clone(&permits).try_acquire_owned();
        Box::pin(async move {
            let permit = permit.map_err(|_| io::Error::other(OutboundError::Busy))?;
            let looked_up = spawn_blocking(move || {
                let found = (name.as_str(), 0).to_socket_addrs();
                drop(permit);
                found
            });
            Ok(looked_up.await??.collect())
        })
    })
}

/// Resolves names to addresses that may be reached.
pub(super) struct Guard {
    pub(super) listed: Arc<Listed>,
    pub(super) only_listed: bool,
    pub(super) lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (listed, only_listed) = (Arc::clone(&self.listed), self.only_listed);
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            // One address inside is enough to suspect the name of all.
            let may = |address: &SocketAddr| listed.may_reach(address.ip(), only_listed);
            if !found.iter().all(may) {
                return Err(OutboundError::Forbidden.into());
            }
            if found.is_empty() {
                return Err(OutboundError::Unreachable.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
