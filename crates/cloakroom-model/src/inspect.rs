//! Looks at a database without changing anything in it, for those who ask what is wrong.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::Result;
use crate::conn::{Access, Conn};
use crate::migrate;
use crate::time::Timestamp;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// PostgreSQL rather than SQLite.
    pub is_postgres: bool,
    /// Migrations that a start would apply.
    pub pending: usize,
    /// The database server's clock; a file has none.
    pub now: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct Clock {
    #[diesel(sql_type = BigInt)]
    millis: i64,
}

/// Connects and looks.
///
/// # Errors
///
/// The database cannot be reached, or its schema is newer than this program.
pub fn inspect(url: &str) -> Result<Inspected> {
    let mut conn = Conn::open(url, Access::Read)?;
    let pending = migrate::pending(&mut conn)?;
    let now = match &mut conn {
        Conn::Sqlite(_) => None,
        Conn::Postgres(conn) => {
            let clock =
                "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS millis";
            let clock: Clock = diesel::sql_query(clock).get_result(conn)?;
            Some(Timestamp::from_millis(clock.millis))
        }
    };
    Ok(Inspected {
        is_postgres: conn.is_postgres(),
        pending,
        now,
    })
}
