//! A copy of a whole SQLite database, as it stands at one instant, while others write.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::conn::{Access, Conn};
use crate::fault::Fault;
use crate::{Result, migrate};

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

/// Writes what the database holds now to a file that is not there yet, and looks whether the file is sound.
///
/// Nobody who reads or writes waits for it: it is one long read.
///
/// # Errors
///
/// The database is no SQLite database or cannot be read, the file cannot be written, or is not sound.
pub fn write(url: &str, to: &Path) -> Result<()> {
    let path = to
        .to_str()
        .ok_or_else(|| Fault::connection("the file's name is no UTF-8"))?;
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(path)
        .execute(&mut Conn::open(url, Access::Write)?)?;
    check(to)
}

/// Looks whether a file is a sound database of ours, and not of a later version.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn check(file: &Path) -> Result<()> {
    let mut conn = Conn::open(&format!("sqlite://{}", file.display()), Access::Read)?;
    let said: Said =
        sql_query("SELECT integrity_check AS said FROM pragma_integrity_check LIMIT 1")
            .get_result(&mut conn)?;
    if said.said != "ok" {
        return Err(Fault::corrupt(said.said));
    }
    let tables = "SELECT name AS said FROM sqlite_schema WHERE name = 'realms'";
    let found: Option<Said> = sql_query(tables).get_result(&mut conn).optional()?;
    if found.is_none() {
        return Err(Fault::corrupt("it has no realms"));
    }
    migrate::pending(&mut conn).map(|_| ())
}

/// Whether nothing is in the database yet; true for a file that is not there.
///
/// # Errors
///
/// The database cannot be reached.
pub fn is_empty(url: &str) -> Result<bool> {
    let tables = match url.strip_prefix("sqlite://") {
        Some(file) if !Path::new(file).exists() => return Ok(true),
        Some(_) => "SELECT name AS said FROM sqlite_schema LIMIT 1",
        None => {
            "SELECT tablename::text AS said FROM pg_tables WHERE schemaname = current_schema() LIMIT 1"
        }
    };
    let found: Option<Said> = sql_query(tables)
        .get_result(&mut Conn::open(url, Access::Read)?)
        .optional()?;
    Ok(found.is_none())
}
