//! Whether `schema.rs` says what the migrations of both databases make: tables, columns, types, nullability.
mod rust;
mod sql;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};

use crate::report::{Report, Tally};
use crate::tidy::migrations::{DIALECTS, names};
use crate::workspace::Workspace;

const SCHEMA: &str = "crates/cloakroom-model/src/schema.rs";

/// Tables by name, and in each its columns by name.
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

/// What both databases and Diesel must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Column {
    kind: Kind,
    nullable: bool,
}

/// The four types of column there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    BigInt,
    Bool,
    Binary,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nullable {
            write!(f, "Nullable<{:?}>", self.kind)
        } else {
            write!(f, "{:?}", self.kind)
        }
    }
}

pub(crate) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.part("schema", |_| {
        let differences = differences(workspace)?;
        for difference in &differences {
            println!("  {difference}");
        }
        Ok(Tally::one(differences.is_empty()))
    });
    Ok(())
}

/// Each place where `schema.rs` and the migrations of a database disagree.
pub(crate) fn differences(workspace: &Workspace) -> Result<Vec<String>> {
    let schema = std::fs::read_to_string(workspace.path(SCHEMA)).context(SCHEMA)?;
    let schema = rust::read(&schema)?;
    let mut found = Vec::new();
    for dialect in DIALECTS {
        let mut made = Tables::new();
        for name in names(workspace, dialect)? {
            let file = format!("migrations/{dialect}/{name}/up.sql");
            let text =
                std::fs::read_to_string(workspace.path(&file)).with_context(|| file.clone())?;
            sql::apply(&mut made, &text).with_context(|| file)?;
        }
        found.extend(
            compare(&schema, &made)
                .into_iter()
                .map(|difference| format!("{dialect}: {difference}")),
        );
    }
    Ok(found)
}

fn compare(schema: &Tables, made: &Tables) -> Vec<String> {
    let flat = |tables: &Tables| -> BTreeMap<String, Column> {
        let columns = |(table, columns): (&String, &BTreeMap<String, Column>)| {
            columns
                .iter()
                .map(|(name, column)| (format!("{table}.{name}"), *column))
                .collect::<Vec<_>>()
        };
        tables.iter().flat_map(columns).collect()
    };
    let (schema, made) = (flat(schema), flat(made));
    let mut found = Vec::new();
    for (name, column) in &schema {
        match made.get(name) {
            None => found.push(format!("{name} is in schema.rs and in no migration")),
            Some(other) if other != column => found.push(format!(
                "{name} is {column} in schema.rs and {other} in the migrations"
            )),
            Some(_) => {}
        }
    }
    let unknown = made.keys().filter(|name| !schema.contains_key(*name));
    found.extend(unknown.map(|name| format!("{name} is in the migrations and not in schema.rs")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "-- People; and a comment (with brackets, and a comma)\n\
        CREATE TABLE users (\n  id TEXT PRIMARY KEY NOT NULL, -- time-ordered\n  name TEXT NOT NULL CHECK (length(name) > 0),\n\
          born BIGINT,\n  enabled BOOLEAN NOT NULL DEFAULT TRUE,\n  photo BLOB,\n  UNIQUE (name, born),\n\
          FOREIGN KEY (id) REFERENCES others (id) ON DELETE CASCADE\n) WITHOUT ROWID;\n\
        CREATE INDEX users_name ON users (name);\n\
        ALTER TABLE users ADD COLUMN email TEXT;\n";

    const RUST: &str = "//! x\ndiesel::table! {\n    /// People.\n    users (id) {\n        id -> Text,\n        name -> Text,\n\
        born -> Nullable<BigInt>,\n enabled -> Bool,\n photo -> Nullable<Binary>,\n email -> Nullable<Text>,\n    }\n}\n";

    #[test]
    fn a_schema_that_agrees_has_no_differences() {
        let mut made = Tables::new();
        sql::apply(&mut made, SQL).unwrap();

        assert_eq!(compare(&rust::read(RUST).unwrap(), &made), [""; 0]);
    }

    #[test]
    fn each_kind_of_disagreement_is_named() {
        let mut made = Tables::new();
        sql::apply(&mut made, SQL).unwrap();
        let rows = [
            (
                RUST.replace("born -> Nullable<BigInt>,", ""),
                "users.born is in the migrations and not in schema.rs",
            ),
            (
                RUST.replace("name -> Text", "name -> Nullable<Text>"),
                "users.name is Nullable<Text> in schema.rs and Text in the migrations",
            ),
            (
                RUST.replace("id -> Text", "id -> BigInt"),
                "users.id is BigInt in schema.rs and Text in the migrations",
            ),
            (
                RUST.replace("email", "mail"),
                "users.mail is in schema.rs and in no migration",
            ),
        ];

        for (schema, difference) in rows {
            let found = compare(&rust::read(&schema).unwrap(), &made);
            assert!(found.iter().any(|found| found == difference), "{found:?}");
        }
    }

    #[test]
    fn a_statement_that_is_not_understood_is_an_error() {
        let mut made = Tables::new();

        assert!(sql::apply(&mut made, "CREATE TABLE a (b POINT);").is_err());
        assert!(sql::apply(&mut made, "ALTER TABLE missing ADD COLUMN b TEXT;").is_err());
    }
}
