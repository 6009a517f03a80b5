//! `Fault`: we could not do our part. The caller learns nothing more, and the transaction rolls back.

use std::{fmt, mem};

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a question could not be answered. Never shown to a caller; logged once, where it is handled.
#[derive(Debug)]
pub struct Fault(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Database(DieselError),
    Connection(String),
    NoDatabase,
    Busy,
    Occupied,
    Asking,
    Crossed,
    Gone,
    Corrupt(String),
}

impl Fault {
    /// A memory door was opened, and the answer needs the database: the request runs again with one.
    pub fn no_database() -> Self {
        Self(Box::new(Kind::NoDatabase))
    }

    /// The queue of writes is full.
    pub fn busy() -> Self {
        Self(Box::new(Kind::Busy))
    }

    /// Another node has the turn of administrators.
    pub(crate) fn occupied() -> Self {
        Self(Box::new(Kind::Occupied))
    }

    /// The unit of work was run to see what it will ask, and has.
    pub(crate) fn asking() -> Self {
        Self(Box::new(Kind::Asking))
    }

    /// What a batch stored together was not as it was read: each of its units runs by itself.
    pub(crate) fn crossed() -> Self {
        Self(Box::new(Kind::Crossed))
    }

    /// The realm that the request is about was removed while the request ran.
    pub fn gone() -> Self {
        Self(Box::new(Kind::Gone))
    }

    /// The database has not said anything for some time. What was asked of it may still happen.
    pub fn silent() -> Self {
        Self::connection("the database does not answer")
    }

    /// The database cannot be reached.
    pub fn connection(why: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Connection(why.to_string())))
    }

    /// A stored value fits no state that the code knows.
    pub fn corrupt(what: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Corrupt(what.to_string())))
    }

    /// The request may be run again through a door with a database.
    pub fn is_no_database(&self) -> bool {
        matches!(*self.0, Kind::NoDatabase)
    }

    /// The server is overloaded or cannot reach its database; the caller may try again later.
    pub fn is_temporary(&self) -> bool {
        match &*self.0 {
            Kind::Busy | Kind::Occupied | Kind::Crossed | Kind::Connection(_) => true,
            Kind::Database(error) => is_outage(error),
            Kind::NoDatabase | Kind::Asking | Kind::Gone | Kind::Corrupt(_) => false,
        }
    }

    /// The realm that the request is about is not there any more.
    pub fn is_gone(&self) -> bool {
        matches!(*self.0, Kind::Gone)
    }

    /// A row names another one that somebody has removed meanwhile.
    pub fn is_orphan(&self) -> bool {
        self.violates(DatabaseErrorKind::ForeignKeyViolation)
    }

    /// Somebody else has stored meanwhile what there may be only once.
    pub fn is_taken(&self) -> bool {
        self.violates(DatabaseErrorKind::UniqueViolation)
    }

    /// Another node was in the way: the same unit of work, run anew, sees what that node has done.
    pub(crate) fn is_conflict(&self) -> bool {
        match &*self.0 {
            Kind::Database(error) => is_crossing(error) || self.is_orphan() || self.is_taken(),
            _ => false,
        }
    }

    /// The unit of work has to wait for its turn among the nodes, and has done nothing yet that counts.
    pub(crate) fn is_occupied(&self) -> bool {
        matches!(*self.0, Kind::Occupied)
    }

    fn violates(&self, rule: DatabaseErrorKind) -> bool {
        match &*self.0 {
            Kind::Database(DieselError::DatabaseError(kind, _)) => {
                mem::discriminant(kind) == mem::discriminant(&rule)
            }
            _ => false,
        }
    }

    /// The caller sent a text that this kind of database cannot hold (a NUL in PostgreSQL).
    pub fn is_unholdable(&self) -> bool {
        match &*self.0 {
            Kind::Database(DieselError::DatabaseError(DatabaseErrorKind::Unknown, about)) => {
                about.message().contains("invalid byte sequence")
            }
            _ => false,
        }
    }
}

/// Two transactions wait for each other, or cannot both be: one of them has to begin anew.
fn is_crossing(error: &DieselError) -> bool {
    use DatabaseErrorKind as Db;
    match error {
        DieselError::DatabaseError(Db::SerializationFailure, _) => true,
        DieselError::DatabaseError(Db::Unknown, about) => {
            about.message().contains("deadlock detected")
        }
        _ => false,
    }
}

/// The database is away, full or overrun, rather than asked wrongly.
fn is_outage(error: &DieselError) -> bool {
    use DatabaseErrorKind as Db;
    use DieselError as Error;
    match error {
        _ if is_crossing(error) => true,
        Error::DatabaseError(Db::ClosedConnection | Db::UnableToSendCommand, _) => true,
        Error::DatabaseError(Db::ReadOnlyTransaction, _) => true,
        Error::DatabaseError(Db::Unknown, about) => {
            let text = about.message();
            [
                "locked",
                "full",
                "readonly",
                "disk I/O",
                "connection",
                "terminating",
                "lock timeout",
                "statement timeout",
                // No file descriptor is left for the file.
                "unable to open",
            ]
            .iter()
            .any(|part| text.contains(part))
        }
        Error::BrokenTransactionManager => true,
        _ => false,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Database(error) => write!(f, "database: {error}"),
            Kind::Connection(why) => write!(f, "database connection: {why}"),
            Kind::NoDatabase => f.write_str("the request needs the database"),
            Kind::Busy => f.write_str("the queue of writes is full"),
            Kind::Occupied => f.write_str("another node is changing settings"),
            Kind::Asking => f.write_str("the request has yet to be answered"),
            Kind::Crossed => f.write_str("somebody else was first"),
            Kind::Gone => f.write_str("the realm was removed meanwhile"),
            Kind::Corrupt(what) => write!(f, "corrupt: {what}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<DieselError> for Fault {
    fn from(error: DieselError) -> Self {
        Self(Box::new(Kind::Database(error)))
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::corrupt(error)
    }
}

/// What the writer asks of an error: did the server fail, or did the rule refuse?
///
/// A refusal commits, or a wrong password could never be counted; a fault rolls back.
pub trait Verdict: From<Fault> {
    /// The fault behind this error, if it is one.
    fn fault(&self) -> Option<&Fault>;
}

impl Verdict for Fault {
    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}
