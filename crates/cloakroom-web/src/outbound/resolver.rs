//! Names to addresses: each is looked up once for a connection, and the connection goes to what was checked.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::OutboundError;
use super::address::Listed;

/// What a lookup ends in.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Finds the addresses of a name.
pub(super) type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// Asks the system, which asks its name servers.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.collect())
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
