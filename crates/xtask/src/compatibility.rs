//! `docs/keycloak-compatibility.md`: each operation of Keycloak's admin API, and whether it works here.
//!
//! The page is written from the documents and tables that the client suite `openapi` plays against a
//! running server, so it says nothing that no test has seen.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::report::{Report, Tally};
use crate::workspace::Workspace;

const PAGE: &str = "docs/keycloak-compatibility.md";
const FACTS: &str = "crates/cloakroom-server/tests/clients/openapi";
const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

/// What is the same for every release, before the tables.
const HEAD: &str = include_str!("compatibility/head.md");

/// An operation: its path, its method.
type Operation = (String, String);

/// A line about an operation: columns behind method and path.
type Lines = BTreeMap<Operation, Vec<Vec<String>>>;

/// Writes the page.
pub(crate) fn write(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let page = generate(workspace)?;
    report.part("compatibility", |_| {
        std::fs::write(workspace.path(PAGE), &page).context(PAGE)?;
        println!("  wrote {PAGE}");
        Ok(Tally::one(true))
    });
    Ok(())
}

/// Says how the page differs from what the tables say; nothing if it is up to date.
pub(crate) fn outdated(workspace: &Workspace) -> Result<Vec<String>> {
    let page = std::fs::read_to_string(workspace.path(PAGE)).unwrap_or_default();
    let is_same = page == generate(workspace)?;
    Ok(match is_same {
        true => Vec::new(),
        false => vec![format!("{PAGE}: run cargo xtask compatibility")],
    })
}

fn generate(workspace: &Workspace) -> Result<String> {
    let read = |name: &str| {
        let path = workspace.path(FACTS).join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let mut operations: BTreeMap<String, BTreeSet<Operation>> = BTreeMap::new();
    for name in ["keycloak-26.8.json", "beyond.json"] {
        collect(&serde_json::from_str(&read(name)?)?, &mut operations);
    }
    let states = lines(&read("states.tsv")?);
    let accepted = lines(&read("accepted.tsv")?);
    Ok(render(&operations, &states, &accepted))
}

/// The operations of a document, by the kind of thing that they are about.
fn collect(document: &Value, into: &mut BTreeMap<String, BTreeSet<Operation>>) {
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let tag = operation.pointer("/tags/0").and_then(Value::as_str);
            into.entry(tag.unwrap_or("Other").to_owned())
                .or_default()
                .insert((path.clone(), method.to_uppercase()));
        }
    }
}

fn lines(text: &str) -> Lines {
    let mut found = Lines::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let mut cells = line.split('\t').map(str::to_owned);
        if let (Some(method), Some(path)) = (cells.next(), cells.next()) {
            found
                .entry((path, method))
                .or_default()
                .push(cells.collect());
        }
    }
    found
}

fn render(
    operations: &BTreeMap<String, BTreeSet<Operation>>,
    states: &Lines,
    accepted: &Lines,
) -> String {
    let all: BTreeSet<&Operation> = operations.values().flatten().collect();
    let count = |state: &str| {
        let of = |operation: &&&Operation| state_of(states, operation).0 == state;
        all.iter().filter(of).count()
    };
    let mut page = HEAD.to_owned();
    let _ = writeln!(
        page,
        "\n## The admin API\n\n{} operations: {} work, {} are stored, {} are absent.\n",
        all.len(),
        count(WORKS),
        count("stored"),
        count("absent")
    );
    for (tag, of_tag) in operations {
        let _ = writeln!(page, "### {tag}\n\n| operation | | |\n|---|---|---|");
        for operation in of_tag {
            let (state, why) = state_of(states, operation);
            let differences = accepted.get(operation).into_iter().flatten();
            let differences = differences.filter_map(|cells| match cells.as_slice() {
                [case, status, reason] => Some(format!("{case}: {status}. {reason}.")),
                _ => None,
            });
            let why = why
                .map(|why| format!("{why}."))
                .into_iter()
                .chain(differences);
            let why = why.collect::<Vec<_>>().join(" ");
            let short = operation.0.replace("/admin/realms/{realm}", "…");
            let _ = writeln!(page, "| {} `{short}` | {state} | {why} |", operation.1);
        }
        page.push('\n');
    }
    // The page ends with one line break.
    page.pop();
    page
}

const WORKS: &str = "works";

/// What the table says of an operation, and why; what is in no line works.
fn state_of<'a>(states: &'a Lines, operation: &Operation) -> (&'a str, Option<&'a str>) {
    let line = states.get(operation).and_then(|lines| lines.first());
    match line.map(Vec::as_slice) {
        Some([state, why, ..]) => (state, Some(why)),
        _ => (WORKS, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_operation_has_a_line_with_its_state() {
        let mut operations = BTreeMap::new();
        let paths =
            json!({"/admin/realms/{realm}/a": {"get": {"tags": ["A"]}, "post": {"tags": ["A"]}}});
        collect(&json!({"paths": paths}), &mut operations);
        let states = lines("# why\nPOST\t/admin/realms/{realm}/a\tstored\tNobody asks\n");
        let accepted = lines("GET\t/admin/realms/{realm}/a\tagain\t409\tIt is taken\n");

        let page = render(&operations, &states, &accepted);

        assert!(page.contains("2 operations: 1 work, 1 are stored, 0 are absent."));
        assert!(page.contains("| GET `…/a` | works | again: 409. It is taken. |"));
        assert!(page.contains("| POST `…/a` | stored | Nobody asks. |"));
    }
}
