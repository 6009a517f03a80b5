//! `Cx`: all that a rule may look at during one request.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Instant;

use rand::CryptoRng;

use crate::Result;
use crate::conn::Conn;
use crate::event::Event;
use crate::fault::Fault;
use crate::lap::{Laps, Step};
use crate::secret::Vault;
use crate::snapshot::Realm;
use crate::time::Timestamp;
use crate::together::Together;

/// All that a rule may look at during one request.
pub struct Cx<'a> {
    /// The database, if this door has one.
    pub db: Link<'a>,
    /// The one realm this request is about.
    pub realm: &'a Arc<Realm>,
    /// The one instant this request happens at.
    pub now: Timestamp,
    /// The only source of randomness.
    pub rng: &'a mut dyn CryptoRng,
    /// Seals and opens stored secrets.
    pub vault: &'a Vault,
    /// What this unit of work changed that others hold in memory.
    pub changes: &'a mut Changes,
}

impl fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("realm", &self.realm.name)
            .field("now", &self.now)
            .finish()
    }
}

impl Cx<'_> {
    /// The same request, looking at another realm.
    ///
    /// For an administrator of one realm who acts on another, and for nothing else.
    pub fn in_realm<'b>(&'b mut self, realm: &'b Arc<Realm>) -> Cx<'b> {
        Cx {
            db: self.db.again(),
            realm,
            now: self.now,
            rng: &mut *self.rng,
            vault: self.vault,
            changes: &mut *self.changes,
        }
    }

    /// A random id (UUID version 4), for what is listed by name and not by age.
    pub fn new_id(&mut self) -> String {
        let mut bytes = [0u8; 16];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    /// An id that sorts by age (UUID version 7), for tables that grow with every request.
    pub fn new_ordered_id(&mut self) -> String {
        let mut bytes = [0u8; 10];
        self.rng.fill_bytes(&mut bytes);
        let millis = u64::try_from(self.now.millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes)
            .into_uuid()
            .to_string()
    }

    /// Marks this realm's settings as changed: its snapshot is read anew after the commit.
    pub fn settings_changed(&mut self) {
        let id = self.realm.id.as_str().to_owned();
        if !self.changes.settings.contains(&id) {
            self.changes.settings.push(id);
        }
    }

    /// What was done since the last lap, or since the request came to its door, was this step of a sign-in.
    pub fn lap(&mut self, step: Step) {
        self.changes.laps.lap(step);
    }

    /// Marks people or sessions of this realm as changed: answers about tokens that are kept in
    /// memory are dropped after the commit.
    pub fn people_changed(&mut self) {
        let id = self.realm.id.as_str().to_owned();
        if !self.changes.people.contains(&id) {
            self.changes.people.push(id);
        }
    }
}

/// The connection of a door: a request that the memory can answer never holds one.
pub enum Link<'a> {
    /// A connection, inside a transaction if the door writes.
    Open(&'a mut Conn),
    /// A connection inside the transaction of a batch, and what its units read and store in one statement for all of them.
    Together(&'a mut Conn, &'a mut Together),
    /// No connection: a query becomes a fault that runs the request again with one.
    Closed,
}

impl fmt::Debug for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open(_) => "Link::Open",
            Self::Together(..) => "Link::Together",
            Self::Closed => "Link::Closed",
        })
    }
}

impl Link<'_> {
    /// The connection, or the fault that asks for another door. What waits to be stored together is stored before it.
    pub fn conn(&mut self) -> Result<&mut Conn> {
        match self {
            Self::Open(conn) => Ok(conn),
            Self::Together(conn, together) => {
                together.settle(conn)?;
                Ok(conn)
            }
            Self::Closed => Err(Fault::no_database()),
        }
    }

    /// The connection, for a statement that neither looks at what waits to be stored together nor changes what was read for
    /// all: sessions with their users and parts, and refresh tokens.
    pub(crate) fn aside(&mut self) -> Result<&mut Conn> {
        match self {
            Self::Open(conn) => Ok(conn),
            Self::Together(_, together) if together.is_asking() => Err(Fault::asking()),
            Self::Together(conn, _) => Ok(conn),
            Self::Closed => Err(Fault::no_database()),
        }
    }

    /// What the units of this batch do together, where they do.
    pub(crate) fn together(&mut self) -> Option<&mut Together> {
        match self {
            Self::Together(_, together) => Some(together),
            Self::Open(_) | Self::Closed => None,
        }
    }

    /// The same connection, for as long as this is borrowed.
    pub fn again(&mut self) -> Link<'_> {
        match self {
            Self::Open(conn) => Link::Open(conn),
            Self::Together(conn, together) => Link::Together(conn, together),
            Self::Closed => Link::Closed,
        }
    }
}

impl Cx<'_> {
    /// Reads much from a view of the database that no commit changes meanwhile.
    pub fn in_view<T, E: From<Fault>>(
        &mut self,
        read: impl FnOnce(&mut Cx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.db.conn()?.begin_view().map_err(Fault::from)?;
        let done = read(self);
        self.db.conn()?.commit().map_err(Fault::from)?;
        done
    }
}

impl Cx<'_> {
    /// Writes much, with more memory for it than other units of work have.
    pub fn with_room<T, E: From<Fault>>(
        &mut self,
        write: impl FnOnce(&mut Cx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        /// What a hundred thousand users and their indexes come to, about.
        const ROOM: u32 = 128 * 1024;
        /// What SQLite has by itself.
        const USUAL: u32 = 2 * 1024;
        self.db.conn()?.set_room(ROOM).map_err(Fault::from)?;
        let done = write(self);
        self.db.conn()?.set_room(USUAL).map_err(Fault::from)?;
        done
    }
}

impl Cx<'_> {
    /// Writes, and undoes it: what comes back is what would come of it, and whatever else is in the transaction stays.
    ///
    /// A unit of work that ended with a fault instead would be undone as well, and would have its neighbours and itself run twice.
    pub fn tried<T, E: From<Fault>>(
        &mut self,
        write: impl FnOnce(&mut Cx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let before = self.changes.clone();
        self.db.conn()?.savepoint().map_err(Fault::from)?;
        // A panic would leave the savepoint open, in which the whole batch would be taken for undone.
        let done = catch_unwind(AssertUnwindSafe(|| write(self)));
        *self.changes = before;
        self.db.conn()?.rollback().map_err(Fault::from)?;
        done.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// What a unit of work did that others have to hear of after its commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Realms whose settings, clients, scopes, roles, keys or flows changed.
    pub settings: Vec<String>,
    /// Realms whose people, sessions or consents changed.
    pub people: Vec<String>,
    /// What happened to users and clients, whether or not it is also written down.
    pub events: Vec<Event>,
    /// How many workflows after one another have led to what this unit of work does; nobody outside has to hear of it.
    pub hops: i64,
    /// How long the steps of a sign-in took until now; it goes with what is stored anyway.
    pub laps: Laps,
}

impl Changes {
    /// Nothing yet, of a request that came to its door then.
    pub fn since(came: Instant) -> Self {
        Self {
            laps: Laps::since(came),
            ..Self::default()
        }
    }

    /// Nothing that others hold in memory has changed.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.people.is_empty()
    }
}
