//! Names to addresses: each is looked up once for a connection, and the connection goes to what was checked.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::OutboundError;
use super::address::Listed;

/// What a lookup ends in.
pub(super) type Found =
    Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, OutboundError>> + Send>>;

/// Finds the addresses of a name.
pub(super) type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// The most names that are looked up at once. Each holds a thread for as long as the system waits for its name servers, half a minute if
/// they are silent, whether or not anybody still waits for the name; and reads of the database need these threads, too.
const LOOKUPS: usize = 64;

/// The most lookups of one name at once: silent name servers of one realm's provider leave room for those of the others.
const OF_A_NAME: usize = 4;

/// Asks the system, which asks its name servers.
pub(super) fn system() -> Lookup {
    bounded(LOOKUPS, |name| Ok((name, 0).to_socket_addrs()?.collect()))
}

/// Looks up so many at once; whoever comes when as many are under way is told so.
fn bounded<F>(most: usize, look_up: F) -> Lookup
where
    F: Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
{
    let (permits, look_up) = (Arc::new(Semaphore::new(most)), Arc::new(look_up));
    let names = Names::default();
    Arc::new(move |name| {
        let permit = Arc::clone(&permits).try_acquire_owned().ok();
        let place = permit.and_then(|permit| names.enter(&name, permit));
        let look_up = Arc::clone(&look_up);
        Box::pin(async move {
            let place = place.ok_or(OutboundError::Busy)?;
            let looked_up = spawn_blocking(move || {
                let found = look_up(&name);
                drop(place);
                found
            });
            let found = looked_up.await.map_err(io::Error::from).flatten();
            found.map_err(|_| OutboundError::Unreachable)
        })
    })
}

/// How many lookups of each name are under way.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<HashMap<String, usize>>>);

impl Names {
    /// A place for one more lookup of a name; nothing if it has as many as it may.
    fn enter(&self, name: &str, permit: OwnedSemaphorePermit) -> Option<Place> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let many = under_way.entry(name.to_owned()).or_default();
        if *many >= OF_A_NAME {
            return None;
        }
        *many += 1;
        Some(Place {
            names: self.clone(),
            name: name.to_owned(),
            _permit: permit,
        })
    }
}

/// A lookup's place among all, and among those of its name.
struct Place {
    names: Names,
    name: String,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.names.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(many) = under_way.get_mut(&self.name) {
            *many = many.saturating_sub(1);
            if *many == 0 {
                under_way.remove(&self.name);
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// F4-13.
    #[tokio::test]
    async fn names_that_nobody_waits_for_any_more_are_counted_until_the_system_gives_them_up() {
        let (answer, answers) = mpsc::channel::<SocketAddr>();
        let answers = Mutex::new(answers);
        let lookup = bounded(2, move |_| {
            let answer = answers.lock().unwrap().recv();
            answer.map(|one| vec![one]).map_err(io::Error::other)
        });
        for name in ["a", "b"] {
            let given_up = timeout(Duration::from_millis(20), lookup(name.to_owned())).await;
            assert!(given_up.is_err(), "nobody answers");
        }

        assert_eq!(lookup("c".to_owned()).await, Err(OutboundError::Busy));

        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        for _ in 0..3 {
            answer.send(here).unwrap();
        }
        let found = async {
            loop {
                match lookup("d".to_owned()).await {
                    Err(OutboundError::Busy) => tokio::time::sleep(Duration::from_millis(5)).await,
                    found => break found,
                }
            }
        };
        assert_eq!(
            timeout(Duration::from_secs(5), found).await,
            Ok(Ok(vec![here]))
        );
    }

    #[tokio::test]
    async fn a_name_whose_servers_are_silent_leaves_room_for_others() {
        let (answer, answers) = mpsc::channel::<SocketAddr>();
        let answers = Mutex::new(answers);
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let lookup = bounded(OF_A_NAME + 1, move |name| match name {
            "silent" => {
                let answer = answers.lock().unwrap().recv();
                answer.map(|one| vec![one]).map_err(io::Error::other)
            }
            _ => Ok(vec![here]),
        });
        let silent = || timeout(Duration::from_millis(20), lookup("silent".to_owned()));
        for _ in 0..OF_A_NAME {
            assert!(silent().await.is_err(), "nobody answers");
        }

        assert_eq!(silent().await, Ok(Err(OutboundError::Busy)));
        assert_eq!(lookup("other".to_owned()).await, Ok(vec![here]));
        for _ in 0..OF_A_NAME {
            answer.send(here).unwrap();
        }
    }
}
