//! Connections to directories that wait to be used again, each known to answer to the same settings.
//!
//! A connection is served by the runtime that made it, so that each thread has its own.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use cloakroom_model::{Digest, Secret, Timestamp, Ttl};
use ldap3::Ldap;

use super::dial::{Dial, Place};
use super::settings::Directory;

/// The most that wait for one directory on one thread, of each purpose. A host has a bound of its own for all of them.
const MOST: usize = 2;
/// The most that wait for one directory on all threads, well below what one host may have.
const MOST_OF_ALL: usize = 12;
/// Whatever was not used for so long goes.
const REST: Ttl = Ttl::seconds(60);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Searches, as the name and password of the settings.
    Search,
    /// Passwords of people.
    Proof,
}

/// A connection without anybody who uses it.
pub(super) struct Idle {
    pub(super) ldap: Ldap,
    pub(super) allowance: Arc<AtomicUsize>,
    pub(super) place: Place,
}

/// Which connections may stand for each other.
#[derive(Clone)]
struct Key {
    thread: ThreadId,
    purpose: Purpose,
    settings: Digest,
}

impl Key {
    fn is(&self, other: &Self) -> bool {
        self.thread == other.thread
            && self.purpose == other.purpose
            && self.settings.matches(&other.settings)
    }
}

struct Kept {
    key: Key,
    since: Timestamp,
    idle: Idle,
}

/// The connections that wait.
#[derive(Default)]
pub struct Pool {
    kept: Mutex<Vec<Kept>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Pool {
    /// Lets go of what nobody has used for a while.
    pub fn sweep(&self, now: Timestamp) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain_mut(|one| one.since > now.minus(REST) && !one.idle.ldap.is_closed());
    }
}

/// A connection's place in the pool.
pub(super) struct Slot {
    pool: Arc<Pool>,
    key: Key,
    now: Timestamp,
}

impl Slot {
    /// `None` for a directory whose connections are not kept.
    pub(super) fn of(directory: &Directory, purpose: Purpose, dial: &impl Dial) -> Option<Self> {
        /// A connection that was made with other ones is another connection.
        const SETTINGS: [&str; 7] = [
            "connectionUrl",
            "startTls",
            "authType",
            "bindDn",
            "bindCredential",
            "connectionTimeout",
            "readTimeout",
        ];
        if !directory.has("connectionPooling") {
            return None;
        }
        let mut settings = directory.id.as_str().to_owned();
        for name in SETTINGS {
            settings.push('\n');
            settings.push_str(directory.text(name).unwrap_or_default());
        }
        Some(Self {
            pool: Arc::clone(dial.pool()),
            key: Key {
                thread: std::thread::current().id(),
                purpose,
                settings: Secret::new(settings).digest(),
            },
            now: dial.now(),
        })
    }

    /// The connection that was used last.
    pub(super) fn take(&self) -> Option<Idle> {
        self.pool.sweep(self.now);
        let mut kept = self
            .pool
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().rposition(|one| one.key.is(&self.key))?;
        Some(kept.remove(at).idle)
    }

    /// Lets go of all that could stand for this one.
    pub(super) fn forget(&self) {
        let mut kept = self
            .pool
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| !one.key.is(&self.key));
    }

    /// Keeps a connection, unless enough are kept or it was closed.
    pub(super) fn give_back(self, mut idle: Idle) {
        let mut kept = self
            .pool
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let here = kept.iter().filter(|one| one.key.is(&self.key)).count();
        let same = |one: &&Kept| one.key.settings.matches(&self.key.settings);
        let all = kept.iter().filter(same).count();
        if here < MOST && all < MOST_OF_ALL && !idle.ldap.is_closed() {
            kept.push(Kept {
                key: self.key,
                since: self.now,
                idle,
            });
        }
    }
}
