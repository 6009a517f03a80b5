//! What SQLite is told about how much each index narrows, so that it plans alike on every database.
//!
//! Without statistics SQLite takes every index for as good as any other with as many columns, and may read all of a realm
//! for one person. `ANALYZE` measures once, perhaps when a table is still empty, and other connections learn of it when they
//! open. So the figures are those of a large realm, made up from the names of the columns, and are there before anybody
//! else opens the database: a plan that is right for many is not wrong for few.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::SqliteConnection;

use crate::Result;

/// How many rows each table is said to have.
const ROWS: u64 = 1_000_000;
/// How many of them belong to one realm.
const IN_A_REALM: u64 = 100_000;
/// How many share one of a few values, such as a kind or a state.
const OF_A_KIND: u64 = 30_000;
/// How many belong to one of the things that many belong to: a role, a group, an application.
const IN_A_SET: u64 = 1_000;
/// How many share any other value: those of one person, one session, one moment.
const ALIKE: u64 = 10;

/// Columns with a few values.
const KINDS: &[&str] = &[
    "client_role",
    "decision",
    "email_verified",
    "enabled",
    "is_default",
    "kind",
    "locale",
    "offline",
    "page",
    "provider_type",
    // Nobody's, for nearly everybody.
    "service_account_client",
    "state",
    "status",
];

/// Columns that name a thing to which many rows belong.
const SETS: &[&str] = &[
    "client_uuid",
    "component_id",
    "container_id",
    "group_id",
    "mapper_id",
    "name",
    "organization_id",
    "parent_id",
    "provider",
    "role_id",
    "scope_id",
    "value",
];

/// One column of an index.
#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    index_name: String,
    #[diesel(sql_type = BigInt)]
    is_unique: i64,
    /// `None` for an expression.
    #[diesel(sql_type = Nullable<Text>)]
    column_name: Option<String>,
}

/// The figures of one index, in the words of `sqlite_stat1`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Figures {
    #[diesel(sql_type = Text)]
    tbl: String,
    #[diesel(sql_type = Nullable<Text>)]
    idx: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    stat: Option<String>,
}

/// Tells the database about each index that it has, and this connection as well. What `ANALYZE` measured is replaced.
/// Other connections read it when they open.
pub(super) fn tell(conn: &mut SqliteConnection) -> Result<()> {
    if count(conn, "sqlite_schema WHERE name = 'sqlite_stat1'")? == 0 {
        // Makes the tables, and measures nothing.
        conn.batch_execute("ANALYZE sqlite_schema")?;
    }
    let wanted = wanted(conn)?;
    let mut told: Vec<Figures> =
        diesel::sql_query("SELECT tbl, idx, stat FROM sqlite_stat1").load(conn)?;
    told.sort();
    // Samples of real values, if somebody measured with a library that takes them.
    let takes_samples = count(conn, "sqlite_schema WHERE name = 'sqlite_stat4'")? > 0;
    let has_samples = takes_samples && count(conn, "sqlite_stat4")? > 0;
    if told == wanted && !has_samples {
        return Ok(());
    }
    conn.transaction(|conn| {
        if has_samples {
            conn.batch_execute("DELETE FROM sqlite_stat4")?;
        }
        conn.batch_execute("DELETE FROM sqlite_stat1")?;
        for one in &wanted {
            diesel::sql_query("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)")
                .bind::<Text, _>(&one.tbl)
                .bind::<Nullable<Text>, _>(&one.idx)
                .bind::<Nullable<Text>, _>(&one.stat)
                .execute(conn)?;
        }
        QueryResult::Ok(())
    })?;
    // Reads what was written.
    conn.batch_execute("ANALYZE sqlite_schema")?;
    Ok(())
}

fn count(conn: &mut SqliteConnection, rows: &str) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let count: Count =
        diesel::sql_query(format!("SELECT COUNT(*) AS rows FROM {rows}")).get_result(conn)?;
    Ok(count.rows)
}

/// The figures of every index, sorted.
fn wanted(conn: &mut SqliteConnection) -> Result<Vec<Figures>> {
    let parts: Vec<Part> = diesel::sql_query(
        "SELECT tables.name AS table_name, indexes.name AS index_name, indexes.\"unique\" AS is_unique, \
         columns.name AS column_name \
         FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS indexes, \
         pragma_index_info(indexes.name) AS columns \
         WHERE tables.type = 'table' AND substr(tables.name, 1, 7) <> 'sqlite_' AND substr(tables.name, 1, 2) <> '__' \
         ORDER BY tables.name, indexes.name, columns.seqno",
    )
    .load(conn)?;
    let mut all: Vec<Figures> = parts
        .chunk_by(|one, next| one.index_name == next.index_name)
        .filter_map(figures)
        .collect();
    all.sort();
    Ok(all)
}

/// The figures of an index with these columns: how many rows there are, and how many share the first column, the first two,
/// and so on. `noskipscan` keeps SQLite from trying each realm in turn where a statement names none.
fn figures(parts: &[Part]) -> Option<Figures> {
    let (first, last) = (parts.first()?, parts.len());
    let mut stat = ROWS.to_string();
    let mut rows = ROWS;
    for (at, part) in parts.iter().enumerate() {
        let is_whole = at + 1 == last && part.is_unique != 0;
        rows = if is_whole {
            1
        } else {
            rows.min(sharing(part.column_name.as_deref()))
        };
        stat.push(' ');
        stat.push_str(&rows.to_string());
    }
    stat.push_str(" noskipscan");
    Some(Figures {
        tbl: first.table_name.clone(),
        idx: Some(first.index_name.clone()),
        stat: Some(stat),
    })
}

/// How many rows share a value of this column.
fn sharing(column: Option<&str>) -> u64 {
    match column {
        Some("realm_id") => IN_A_REALM,
        Some(column) if KINDS.contains(&column) => OF_A_KIND,
        Some(column) if SETS.contains(&column) => IN_A_SET,
        _ => ALIKE,
    }
}
