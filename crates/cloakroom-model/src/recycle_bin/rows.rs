//! Whole rows as JSON and back, whatever their columns are: a column that a later version adds comes along by itself.
//!
//! The two databases have different words for it. Names of tables and columns are this crate's own or the database's;
//! what callers sent is always a parameter.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use super::extent::needs;
use crate::conn::Conn;
use crate::{Fault, Result};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Column and type of each column of a table of SQLite.
fn columns(conn: &mut SqliteConnection, table: &str) -> Result<Vec<(String, bool)>> {
    let query = "SELECT name || ' ' || type AS line FROM pragma_table_info(?)";
    let lines: Vec<Line> = sql_query(query).bind::<Text, _>(table).load(conn)?;
    let split = |Line { line }: Line| {
        let (name, kind) = line.split_once(' ').unwrap_or((&line, ""));
        (name.to_owned(), kind == "BLOB")
    };
    Ok(lines.into_iter().map(split).collect())
}

/// The rows of a table in which a column has this value.
pub(super) fn take(
    conn: &mut Conn,
    (table, column): (&str, &str),
    realm: &str,
    value: &str,
) -> Result<Vec<Value>> {
    let lines: Vec<Line> = match conn {
        Conn::Postgres(conn) => sql_query(format!(
            "SELECT row_to_json(t)::text AS line FROM \"{table}\" t WHERE realm_id = $1 AND \"{column}\" = $2"
        ))
        .bind::<Text, _>(realm)
        .bind::<Text, _>(value)
        .load(conn)?,
        Conn::Sqlite(conn) => {
            let members = columns(conn, table)?.into_iter().map(|(name, is_blob)| match is_blob {
                true => format!("'{name}', CASE WHEN \"{name}\" IS NULL THEN NULL ELSE hex(\"{name}\") END"),
                false => format!("'{name}', \"{name}\""),
            });
            let members = members.collect::<Vec<_>>().join(", ");
            sql_query(format!(
                "SELECT json_object({members}) AS line FROM \"{table}\" WHERE realm_id = ? AND \"{column}\" = ?"
            ))
            .bind::<Text, _>(realm)
            .bind::<Text, _>(value)
            .load(conn)?
        }
    };
    let rows = lines
        .iter()
        .map(|Line { line }| serde_json::from_str(line).map_err(Fault::from));
    rows.collect()
}

/// Puts a row back; false if something else has its place, or something that it needs is gone.
pub(super) fn put(conn: &mut Conn, table: &str, row: &Value) -> Result<bool> {
    let known = row.as_object().map(|members| members.keys());
    let names: Vec<&String> = known.into_iter().flatten().collect();
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if names.is_empty() || !is_name(table) || !names.iter().all(|name| is_name(name)) {
        return Err(Fault::corrupt("a row of the recycle bin"));
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let listed = quoted.join(", ");
    let conditions: String = needs(table, row)
        .map(|(column, tables)| {
            let any = tables.iter().map(|other| {
                format!("EXISTS (SELECT 1 FROM \"{other}\" o WHERE o.id = r.\"{column}\")")
            });
            format!(" AND ({})", any.collect::<Vec<_>>().join(" OR "))
        })
        .collect();
    let text = row.to_string();
    let count = match conn {
        Conn::Postgres(conn) => sql_query(format!(
            "INSERT INTO \"{table}\" ({listed}) SELECT {listed} FROM json_populate_record(NULL::\"{table}\", $1::json) r \
             WHERE true{conditions} ON CONFLICT DO NOTHING"
        ))
        .bind::<Text, _>(text)
        .execute(conn)?,
        Conn::Sqlite(conn) => {
            let blobs = columns(conn, table)?;
            let is_blob = |name: &str| blobs.iter().any(|(own, is_blob)| own == name && *is_blob);
            let members = names.iter().map(|name| {
                let value = format!("json_extract(j.t, '$.{name}')");
                match is_blob(name) {
                    true => format!("unhex({value}) AS \"{name}\""),
                    false => format!("{value} AS \"{name}\""),
                }
            });
            let members = members.collect::<Vec<_>>().join(", ");
            sql_query(format!(
                "INSERT INTO \"{table}\" ({listed}) SELECT {listed} FROM (SELECT {members} FROM (SELECT ? AS t) j) r \
                 WHERE true{conditions} ON CONFLICT DO NOTHING"
            ))
            .bind::<Text, _>(text)
            .execute(conn)?
        }
    };
    Ok(count == 1)
}

/// The id is in one of these tables.
pub(super) fn is_there(conn: &mut Conn, tables: &[&str], id: &str) -> Result<bool> {
    for table in tables {
        let found: Vec<Line> = match conn {
            Conn::Postgres(conn) => {
                sql_query(format!("SELECT id AS line FROM \"{table}\" WHERE id = $1"))
                    .bind::<Text, _>(id)
                    .load(conn)?
            }
            Conn::Sqlite(conn) => {
                sql_query(format!("SELECT id AS line FROM \"{table}\" WHERE id = ?"))
                    .bind::<Text, _>(id)
                    .load(conn)?
            }
        };
        if !found.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
