//! Migrations, embedded and run at start, safe when two nodes start at once.

use diesel::connection::SimpleConnection as _;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Result;
use crate::conn::Conn;
use crate::fault::Fault;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Any number, the same in every version: who holds this advisory lock may migrate.
const LOCK: i64 = 0x0C10_AC40_0001;

/// Applies what is missing. A schema newer than this binary knows is refused: an older binary
/// would write rows that the newer one misunderstands.
pub(crate) fn run(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(conn) => apply(conn, || SQLITE),
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"
            ))?;
            let applied = apply(conn, || POSTGRES);
            conn.batch_execute(&format!(
                "SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = '5s'; \
                 SET statement_timeout = '30s'"
            ))?;
            applied
        }
    }
}

fn apply<DB, C>(conn: &mut C, source: fn() -> EmbeddedMigrations) -> Result<()>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<String> = MigrationSource::<DB>::migrations(&source())
        .map_err(Fault::connection)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(Fault::connection)?;
    if let Some(newer) = applied
        .iter()
        .map(ToString::to_string)
        .find(|v| !known.contains(v))
    {
        return Err(Fault::connection(format!(
            "the database has the migration {newer}, which this version of Cloakroom does not \
             know: start the newer version, or restore a backup"
        )));
    }
    conn.run_pending_migrations(source())
        .map_err(Fault::connection)?;
    Ok(())
}
