//! The turn of administrators: nodes that share a database change what is configured one after the other.
//!
//! What administrators change is checked before it is written, and touches many rows in no order of their own. Two nodes
//! that do so at once let the same name in twice, or wait for each other until the database ends one of them, a second
//! later. So a unit of work that administers takes this turn before it looks at anything, and never waits for it while it
//! holds something: where another node has it, the unit is put aside, and the others of its batch go on.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::Result;
use crate::conn::{Conn, LOCK_TIMEOUT};
use crate::cx::Cx;
use crate::fault::Fault;

/// The number of the lock.
const ADMINISTRATION: i64 = 0x636c_6f61_6b22;

/// How long a batch of what was put aside waits at once. Who waits is next, and whoever signs in meanwhile waits as long.
const AT_ONCE: &str = "50ms";

/// How often a unit of work is put aside before its caller is told to come later: some twenty seconds.
pub(super) const MOST: u16 = 400;

/// How long a node may say nothing in the middle of a transaction. One that is stopped, and has not ended, loses what it
/// holds after this time.
const SILENT: &str = "20s";

/// How the writer finds rows: by an index, one after the other, which is all that SQLite knows, and the tests hold each statement to an
/// index there. A plan that is made while a table is small reads all of it, and is kept when it is not small any more. What has no index
/// all the same looks so dear then that PostgreSQL would compile it, which takes longer than to run it.
const BY_KEY: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/// Tells the database how the writer works: it finds by key, and a transaction that it leaves open ends.
pub(super) fn guard(conn: &mut Conn) -> QueryResult<()> {
    match conn.is_postgres() {
        true => conn.run(&format!(
            "{BY_KEY}; SET idle_in_transaction_session_timeout = '{SILENT}'"
        )),
        false => Ok(()),
    }
}

/// Takes the turn until the transaction ends. The first statement of whatever administers.
///
/// # Errors
///
/// [`Fault::occupied`] where another node has it: the writer runs the unit of work again, in its turn.
pub fn administer(cx: &mut Cx<'_>) -> Result<()> {
    let Conn::Postgres(conn) = cx.db.conn()? else {
        // One process writes to a file, and its writer does one thing after the other.
        return Ok(());
    };
    let lock = diesel::dsl::sql::<Bool>(&format!("pg_try_advisory_xact_lock({ADMINISTRATION})"));
    match diesel::select(lock).get_result(conn)? {
        true => Ok(()),
        false => Err(Fault::occupied()),
    }
}

/// Waits for the turn at the beginning of a transaction; false if another node still has it, and the transaction is over.
pub(super) fn wait(conn: &mut Conn) -> QueryResult<bool> {
    let waited = conn.run(&format!(
        "SET LOCAL lock_timeout = '{AT_ONCE}'; SELECT pg_advisory_xact_lock({ADMINISTRATION}); \
         SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';"
    ));
    match waited {
        Ok(()) => Ok(true),
        Err(error) if error.to_string().contains("lock timeout") => {
            conn.rollback()?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
