//! Migrations, embedded and run at start, safe when two nodes start at once.

mod statistics;

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
        Conn::Sqlite(conn) => {
            apply(conn, SQLITE)?;
            // A killed server leaves its log beside the file, and with it a file that may only be read opens without a
            // complaint: the first write would find out, far from whoever can name the file. (BEGIN IMMEDIATE does not.)
            conn.batch_execute("DELETE FROM __diesel_schema_migrations WHERE FALSE")?;
            statistics::tell(conn)
        }
        Conn::Postgres(conn) => {
            conn.batch_execute(&format!(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"
            ))?;
            let applied = apply(conn, POSTGRES);
            conn.batch_execute(&format!(
                "SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = '5s'; \
                 SET statement_timeout = '30s'"
            ))?;
            applied
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// How many migrations are missing; nothing is changed, so an empty database stays empty.
pub(crate) fn pending(conn: &mut Conn) -> Result<usize> {
    use diesel::RunQueryDsl as _;
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let applied = match conn {
        Conn::Sqlite(conn) => query.load::<Applied>(conn),
        Conn::Postgres(conn) => query.load::<Applied>(conn),
    };
    let applied = match applied {
        Ok(applied) => applied,
        Err(error) if is_no_table(&error) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let applied: Vec<String> = applied.into_iter().map(|one| one.version).collect();
    let known = match conn {
        Conn::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE)?,
        Conn::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES)?,
    };
    check_known(&known, &applied)?;
    Ok(known.len().saturating_sub(applied.len()))
}

fn is_no_table(error: &diesel::result::Error) -> bool {
    let text = error.to_string();
    text.contains("no such table") || text.contains("does not exist")
}

fn versions<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let all = MigrationSource::<DB>::migrations(source).map_err(Fault::connection)?;
    let all = all.iter();
    Ok(all
        .map(|migration| migration.name().version().to_string())
        .collect())
}

fn check_known(known: &[String], applied: &[String]) -> Result<()> {
    match applied.iter().find(|version| !known.contains(version)) {
        None => Ok(()),
        Some(newer) => Err(Fault::connection(format!(
            "the database has the migration {newer}, which this version of Cloakroom does not \
             know: start the newer version, or restore a backup"
        ))),
    }
}

fn apply<DB, C>(conn: &mut C, source: EmbeddedMigrations) -> Result<()>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied = conn.applied_migrations().map_err(Fault::connection)?;
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    check_known(&versions::<DB>(&source)?, &applied)?;
    conn.run_pending_migrations(source)
        .map_err(Fault::connection)?;
    Ok(())
}
