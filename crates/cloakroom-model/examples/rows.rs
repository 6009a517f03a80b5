//! The limit of whatever is durable: how many rows a writer commits that does nothing else, sixteen at a time, for `cargo xtask bench`.
//!
//! It writes to a SQLite file in the current folder, set as the server's writer is: each commit reaches the disk.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DieselError;
use diesel::{Connection as _, ExpressionMethods as _, RunQueryDsl as _, SqliteConnection};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// As many as ask at once in the benchmark.
const AT_ONCE: i64 = 16;
const WHILE: Duration = Duration::from_secs(1);
/// About as long as what a token's row holds.
const TEXT: &str = "3f2b8a52-6c1e-4c0a-9a55-0f5f3c1d7e90 a1c0d9e4-0000-4b9e-9a36-6f9d1c527a11 openid profile email";

mod table {
    diesel::table! {
        limit_rows (id) {
            id -> BigInt,
            text -> Text,
        }
    }
}
use table::limit_rows;

fn main() -> Outcome<()> {
    const FILE: &str = "limits-rows.db";
    let mut conn = SqliteConnection::establish(FILE)?;
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE limit_rows (id INTEGER PRIMARY KEY NOT NULL, text TEXT NOT NULL)",
    )?;
    let (started, mut next) = (Instant::now(), 0_i64);
    while started.elapsed() < WHILE {
        conn.transaction::<_, DieselError, _>(|conn| {
            (next..next + AT_ONCE).try_for_each(|id| {
                let row = (limit_rows::id.eq(id), limit_rows::text.eq(TEXT));
                let insert = diesel::insert_into(limit_rows::table).values(row);
                insert.execute(conn).map(drop)
            })
        })?;
        next += AT_ONCE;
    }
    let rate = f64::from(u32::try_from(next)?) / started.elapsed().as_secs_f64();
    drop(conn);
    std::fs::remove_file(FILE)?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "LIMIT {rate:.0} rows of a bare writer, sixteen a commit"
    )?;
    Ok(())
}
