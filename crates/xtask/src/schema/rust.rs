//! Reads the `table!` blocks of `schema.rs`.
use anyhow::{Context, Result, bail};
use regex::Regex;

use super::{Column, Kind, Tables};

pub(super) fn read(schema: &str) -> Result<Tables> {
    let table = Regex::new(r"^\s*(\w+) \([\w, ]+\) \{$")?;
    let column = Regex::new(r"^\s*(\w+) -> (Nullable<)?(\w+)>?,$")?;
    let mut tables = Tables::new();
    let mut current: Option<String> = None;
    for line in schema.lines() {
        let text = |found: &regex::Captures<'_>, group| {
            found.get(group).map_or("", |text| text.as_str()).to_owned()
        };
        if let Some(found) = table.captures(line) {
            let name = text(&found, 1);
            tables.entry(name.clone()).or_default();
            current = Some(name);
        } else if let Some(found) = column.captures(line) {
            let name = current
                .as_ref()
                .with_context(|| format!("a column outside a table: {line}"))?;
            let column = Column {
                kind: kind(&text(&found, 3))?,
                nullable: found.get(2).is_some(),
            };
            tables
                .entry(name.clone())
                .or_default()
                .insert(text(&found, 1), column);
        }
    }
    if tables.is_empty() {
        bail!("schema.rs has no tables");
    }
    Ok(tables)
}

fn kind(name: &str) -> Result<Kind> {
    Ok(match name {
        "Text" => Kind::Text,
        "BigInt" => Kind::BigInt,
        "Bool" => Kind::Bool,
        "Binary" => Kind::Binary,
        _ => bail!("schema.rs uses the type {name}, which is not one of the four"),
    })
}
