//! Two databases behind one connection type; the exit where their dialects differ.

use diesel::connection::{
    AnsiTransactionManager, Instrumentation, SimpleConnection as _, TransactionManager as _,
};
use diesel::prelude::*;

use crate::Result;
use crate::fault::Fault;

/// How long a statement waits for what another node holds.
pub(crate) const LOCK_TIMEOUT: &str = "5s";

/// A connection to either database.
#[derive(diesel::MultiConnection)]
#[expect(
    missing_debug_implementations,
    reason = "the connections of Diesel have none"
)]
pub enum Conn {
    /// PostgreSQL: any number of nodes.
    Postgres(PgConnection),
    /// SQLite: one node, no server.
    Sqlite(SqliteConnection),
}

impl Conn {
    /// Connects to the database that the URL's scheme names.
    ///
    /// Diesel's own `establish` tries one database after the other, and SQLite accepts any path.
    pub(crate) fn open(url: &str, may: Access) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut conn = PgConnection::establish(&attentive(url)).map_err(Fault::connection)?;
            // A plan for every value alike: the statements are all by key.
            // A lock that another node holds too long becomes a fault, which a rerun settles.
            conn.batch_execute(&format!(
                "SET plan_cache_mode = force_generic_plan; SET lock_timeout = '{LOCK_TIMEOUT}'; \
                 SET statement_timeout = '30s'; SET client_min_messages = warning;"
            ))?;
            if may == Access::Read {
                conn.batch_execute("SET default_transaction_read_only = on;")?;
            }
            return Ok(Self::Postgres(conn));
        }
        let path = url.strip_prefix("sqlite://").ok_or_else(|| {
            Fault::connection("the database URL must begin with postgres:// or sqlite://")
        })?;
        let mut conn = SqliteConnection::establish(path).map_err(Fault::connection)?;
        // The busy timeout comes first: switching to WAL under load fails without one.
        conn.batch_execute("PRAGMA busy_timeout = 5000;")?;
        conn.batch_execute("PRAGMA journal_mode = WAL;")?;
        conn.batch_execute("PRAGMA synchronous = FULL;")?;
        // A reader that does not end, and an import, make the log as long as they like; afterwards it is cut to this.
        conn.batch_execute("PRAGMA journal_size_limit = 67108864;")?;
        conn.batch_execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
        if may == Access::Read {
            conn.batch_execute("PRAGMA query_only = ON;")?;
        }
        Ok(Self::Sqlite(conn))
    }

    /// Begins a transaction. SQLite takes the write lock here, and does not fail later, when the
    /// first write comes.
    pub(crate) fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
            }
        }
    }

    /// Whether commits from now on wait for the file. PostgreSQL is told with each transaction.
    pub(crate) fn keep(&mut self, safety: Safety) -> QueryResult<()> {
        let Self::Sqlite(conn) = self else {
            return Ok(());
        };
        conn.batch_execute(match safety {
            Safety::Disk => "PRAGMA synchronous = FULL",
            Safety::Memory => "PRAGMA synchronous = NORMAL",
        })
    }

    /// Begins a transaction, as [`Conn::keep`] was told. A later one that is kept takes this one to the disk as well.
    pub(crate) fn begin_kept(&mut self, safety: Safety) -> QueryResult<()> {
        match (self, safety) {
            (Self::Postgres(conn), Safety::Memory) => {
                AnsiTransactionManager::begin_transaction_sql(
                    conn,
                    "BEGIN; SET LOCAL synchronous_commit = off",
                )
            }
            (conn, _) => conn.begin(),
        }
    }

    /// Begins a view of the database that no later commit changes. It ends with the connection or
    /// with [`Conn::commit`].
    pub(crate) fn begin_view(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Gives a unit of work that writes much so many KiB of memory for pages: with the usual 2 MiB
    /// SQLite writes most of them out and reads them again, many times over.
    pub(crate) fn set_room(&mut self, kib: u32) -> QueryResult<()> {
        match self {
            Self::Postgres(_) => Ok(()),
            Self::Sqlite(conn) => conn.batch_execute(&format!(
                "PRAGMA cache_size = -{kib}; PRAGMA shrink_memory;"
            )),
        }
    }

    /// Begins a savepoint inside the transaction.
    pub(crate) fn savepoint(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Commits the transaction or the savepoint.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    /// Rolls the transaction or the savepoint back.
    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }

    /// PostgreSQL answers a COMMIT of a failed transaction with OK and stores nothing: a statement
    /// before it fails where the transaction has.
    pub(crate) fn check_alive(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => conn.batch_execute("SELECT 1"),
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Runs SQL that is the same for both databases and takes no parameter.
    pub(crate) fn run(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => conn.batch_execute(sql),
            Self::Sqlite(conn) => conn.batch_execute(sql),
        }
    }

    /// Calls this with what happens on the connection.
    pub(crate) fn instrument(&mut self, called: impl Instrumentation) {
        match self {
            Self::Postgres(conn) => conn.set_instrumentation(called),
            Self::Sqlite(conn) => conn.set_instrumentation(called),
        }
    }

    /// True for PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// What a commit has reached when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// The disk.
    Disk,
    /// The system, which outlives this process but not its own power.
    Memory,
}

/// How soon it is noticed that a server has gone without a word, as an outage of its network looks from here. The
/// system's own patience is a quarter of an hour, and whoever waits meanwhile waits as long.
const ATTENTIVE: &[(&str, &str)] = &[
    ("connect_timeout", "5"),
    ("tcp_user_timeout", "10000"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "3"),
    ("keepalives_count", "3"),
];

/// The address of a server with what it does not say itself about how soon a loss is noticed.
fn attentive(url: &str) -> String {
    let mut attentive = url.to_owned();
    for (name, value) in ATTENTIVE {
        let says = |mark| url.contains(&format!("{mark}{name}="));
        if !says('?') && !says('&') {
            let mark = match attentive.find('?') {
                Some(_) if attentive.ends_with(['?', '&']) => "",
                Some(_) => "&",
                None => "?",
            };
            attentive.push_str(&format!("{mark}{name}={value}"));
        }
    }
    attentive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_it_says_about_losses() {
        let plain = attentive("postgres://app@db/cloakroom");
        assert!(
            plain.starts_with(
                "postgres://app@db/cloakroom?connect_timeout=5&tcp_user_timeout=10000&"
            )
        );

        let empty = attentive("postgres://app@db/cloakroom?");
        assert_eq!(empty, plain);

        let own = attentive("postgres://app@db/cloakroom?sslmode=require&connect_timeout=60");
        assert!(own.starts_with(
            "postgres://app@db/cloakroom?sslmode=require&connect_timeout=60&tcp_user"
        ));
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }
}
