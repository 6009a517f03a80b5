//! Reads what a migration makes: as much SQL as our migrations use, and an error for the rest.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::{Column, Kind, Tables};

/// Words that begin a constraint of a table, not a column.
const CONSTRAINTS: [&str; 5] = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"];

/// Adds to the tables what the migration changes in them.
pub(super) fn apply(tables: &mut Tables, migration: &str) -> Result<()> {
    for statement in without_comments(migration).split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let upper: Vec<String> = words
            .iter()
            .take(6)
            .map(|word| word.to_uppercase())
            .collect();
        match upper
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            ["CREATE", "TABLE", ..] => create(tables, statement)?,
            ["DROP", "TABLE", ..] => {
                let name = words.last().copied().unwrap_or_default();
                tables
                    .remove(name)
                    .with_context(|| format!("there is no table {name}"))?;
            }
            ["ALTER", "TABLE", ..] => alter(tables, &words)?,
            // Indices, rows and settings change no column.
            _ => {}
        }
    }
    Ok(())
}

fn without_comments(sql: &str) -> String {
    sql.lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
        .collect::<Vec<_>>()
        .join("\n")
}

fn create(tables: &mut Tables, statement: &str) -> Result<()> {
    let (head, rest) = statement
        .split_once('(')
        .context("a table without columns")?;
    let (body, _) = rest.rsplit_once(')').context("a table that does not end")?;
    let name = head
        .split_whitespace()
        .last()
        .unwrap_or_default()
        .trim_matches('"');
    let mut columns = BTreeMap::new();
    let mut keys = Vec::new();
    for part in split_at_commas(body) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default();
        let word = first.split('(').next().unwrap_or_default().to_uppercase();
        if word == "PRIMARY" {
            keys.extend(listed(&part));
        } else if !CONSTRAINTS.contains(&word.as_str()) {
            let (column, shape) = read_column(&words)?;
            columns.insert(column, shape);
        }
    }
    for key in keys {
        // Both databases take a column of a primary key as NOT NULL in the tables we make.
        columns
            .get_mut(&key)
            .with_context(|| format!("{name} has no column {key}"))?
            .nullable = false;
    }
    tables.insert(name.to_owned(), columns);
    Ok(())
}

fn alter(tables: &mut Tables, words: &[&str]) -> Result<()> {
    let [_, _, name, change @ ..] = words else {
        bail!("ALTER TABLE without a name")
    };
    let columns = tables
        .get_mut(*name)
        .with_context(|| format!("there is no table {name}"))?;
    let upper: Vec<String> = change.iter().map(|word| word.to_uppercase()).collect();
    match upper
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["ADD", "COLUMN", ..] => {
            let (column, shape) = read_column(change.get(2..).unwrap_or_default())?;
            columns.insert(column, shape);
        }
        ["DROP", "COLUMN", ..] => {
            let column = change.get(2).copied().unwrap_or_default();
            columns
                .remove(column)
                .with_context(|| format!("{name} has no column {column}"))?;
        }
        ["ADD" | "DROP", "CONSTRAINT", ..] => {}
        _ => bail!("not understood: ALTER TABLE {name} {}", change.join(" ")),
    }
    Ok(())
}

fn read_column(words: &[&str]) -> Result<(String, Column)> {
    let [name, kind, rest @ ..] = words else {
        bail!("not understood as a column: {}", words.join(" "))
    };
    let rest = rest.join(" ").to_uppercase();
    let kind = match kind.to_uppercase().as_str() {
        "TEXT" => Kind::Text,
        "BIGINT" => Kind::BigInt,
        "BOOLEAN" => Kind::Bool,
        "BLOB" | "BYTEA" => Kind::Binary,
        other => bail!("{name} has the type {other}, which is not one of the four"),
    };
    let nullable = !rest.contains("NOT NULL") && !rest.contains("PRIMARY KEY");
    Ok((name.trim_matches('"').to_owned(), Column { kind, nullable }))
}

fn listed(part: &str) -> Vec<String> {
    let inside = part
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(inside, _)| inside);
    inside
        .split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect()
}

/// Splits at the commas that stand outside brackets.
fn split_at_commas(body: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for character in body.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}
