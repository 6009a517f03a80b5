//! Whether each test that a page about attacks names is there.
use std::collections::BTreeSet;

use anyhow::Result;
use regex::Regex;

use super::Source;

/// The pages; the last column of their tables says what shows that a row holds.
const PAGES: &str = "docs/security/";
/// Rows of these tables are tests by their number.
const ROWS: &str = "crates/cloakroom-server/tests/suite/hostile/";
/// Attempts to raise oneself are tests by what is tried.
const ATTEMPTS: &str = "crates/cloakroom-server/tests/suite/escalation/rows.rs";
const GOLDEN: &str = "crates/cloakroom-server/tests/golden/scenarios/";
const CLIENTS: &str = "crates/cloakroom-server/tests/clients/suites/";

/// The numbers of all rows of the catalogues of attacks, demands, vulnerabilities and faults.
const CATALOGUES: &str = include_str!("catalogues.txt");

/// What the names of tests are looked up in.
struct Known<'a> {
    sources: &'a [Source],
    numbers: BTreeSet<String>,
    /// Names of functions, and texts that a comma follows, where tests are.
    tests: BTreeSet<&'a str>,
}

/// Rows whose last column names a test that nobody finds, or neither a test nor a reason.
pub(super) fn missing(sources: &[Source]) -> Result<Vec<String>> {
    let number = Regex::new(r#"(?m)^id = "([^"]+)"$"#)?;
    let tables = sources
        .iter()
        .filter(|source| source.path.starts_with(ROWS) && source.path.ends_with(".toml"));
    let known = Known {
        sources,
        numbers: tables
            .flat_map(|table| number.captures_iter(&table.text))
            .map(|found| found[1].to_owned())
            .collect(),
        tests: sources
            .iter()
            .filter(|source| has_tests(source))
            .flat_map(|source| names(&source.text))
            .collect(),
    };
    let pages = sources
        .iter()
        .filter(|source| source.path.starts_with(PAGES) && source.path.ends_with(".md"));
    let pages: Vec<&Source> = pages.collect();
    let mut missing: Vec<String> = pages
        .iter()
        .flat_map(|page| unproven(page, &known))
        .collect();
    missing.extend(unmentioned(&pages, CATALOGUES));
    Ok(missing)
}

/// Rows of the catalogues that stand on no page.
fn unmentioned(pages: &[&Source], catalogues: &str) -> Vec<String> {
    let rows = pages.iter().flat_map(|page| page.text.lines());
    let cells = rows.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let seen: BTreeSet<&str> = cells.flat_map(|cell| cell.split(", ")).collect();
    let lines = catalogues.lines().filter(|line| !line.starts_with('#'));
    let numbers = lines.flat_map(str::split_whitespace);
    let lost = numbers.filter(|number| !seen.contains(number));
    lost.map(|number| format!("{PAGES}: no page has the row {number}"))
        .collect()
}

fn unproven(page: &Source, known: &Known<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut is_of_tests = false;
    for (index, line) in page.text.lines().enumerate() {
        let Some(cell) = last_cell(line) else {
            is_of_tests = false;
            continue;
        };
        if cell == "shown by" {
            is_of_tests = true;
            continue;
        }
        if !is_of_tests || cell.starts_with("---") {
            continue;
        }
        let place = format!("{}:{}", page.path, index + 1);
        let is_reason = cell.trim_matches(['–', '-', ' ']).is_empty();
        if is_reason {
            broken.push(format!("{place}: neither a test nor a reason"));
        }
        let named = cell.split('`').skip(1).step_by(2);
        let lost = named.filter(|name| !is_test(name, known));
        broken.extend(lost.map(|name| format!("{place}: there is no test {name}")));
    }
    broken
}

/// The last column of a row of a table.
fn last_cell(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    inside.rsplit(" | ").next().map(str::trim)
}

/// The name is a row's number, what an attempt tries, a scenario, a client suite, a function or a title.
fn is_test(name: &str, known: &Known<'_>) -> bool {
    let has = |path: String| known.sources.iter().any(|source| source.path == path);
    if known.numbers.contains(name) {
        return true;
    }
    if let Some(scenario) = name.strip_prefix("golden ") {
        return has(format!("{GOLDEN}{scenario}.txt"));
    }
    if let Some(suite) = name.strip_prefix("client ") {
        return has(format!("{CLIENTS}{suite}.mjs"));
    }
    if let Some(attempt) = name.strip_prefix("attempt ") {
        let quoted = format!("(\"{attempt}\", ");
        let rows = known.sources.iter().find(|source| source.path == ATTEMPTS);
        return rows.is_some_and(|rows| rows.text.contains(&quoted));
    }
    known.tests.contains(name)
}

fn has_tests(source: &Source) -> bool {
    let is_there = source.path.contains("/tests/")
        || source.path.contains("/src/test/")
        || source.path.ends_with("/tests.rs");
    source.is_rust() && (is_there || source.text.contains("#[cfg(test)]"))
}

/// What may be a test's name in a Rust file: a function, or a text with a comma behind it.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let functions = text.split("fn ").skip(1);
    let functions = functions.filter_map(|rest| Some(rest.split_once('(')?.0));
    let texts = text.split('"').zip(text.split('"').skip(1));
    let titles = texts.filter_map(|(title, rest)| rest.starts_with(',').then_some(title));
    functions.chain(titles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_name_that_is_no_test_is_found() {
        let hostile = "crates/cloakroom-server/tests/suite/hostile/a.toml";
        let sources = [
            source(hostile, "[[request]]\nid = \"O10a\"\n"),
            source(
                ATTEMPTS,
                "    (\"make a right\", Refused, \"POST\", \"/x\", \"\"),\n",
            ),
            source(&format!("{GOLDEN}rights.txt"), ""),
            source(&format!("{CLIENTS}openapi.mjs"), ""),
            source(
                "crates/a/tests/b.rs",
                "fn it_holds() {}\nconst A: &str = \"V1 a story\",\n",
            ),
            source("crates/a/src/c.rs", "fn no_test() {}\n"),
        ];
        let rows = [
            ("`O10a`, `attempt make a right`", 0),
            ("`golden rights`; `client openapi`", 0),
            ("`it_holds` and `V1 a story`", 0),
            ("a reason", 0),
            ("`O10b`", 1),
            ("`attempt make a left`, `golden left`, `client left`", 3),
            ("`no_test`", 1),
            ("–", 1),
        ];

        for (cell, lost) in rows {
            let page = format!("| row | shown by |\n|---|---|\n| x | {cell} |\n\n| `y` | `z` |\n");
            let mut all: Vec<Source> = sources
                .iter()
                .map(|one| source(&one.path, &one.text))
                .collect();
            all.push(source("docs/security/page.md", &page));

            let found = missing(&all).unwrap();
            let names = found.iter().filter(|line| !line.contains("the row "));
            assert_eq!(names.count(), lost, "{cell}");
        }
    }

    #[test]
    fn a_row_that_is_on_no_page_is_found() {
        let page = source(
            "docs/security/a.md",
            "| A1 | x | `y` |\n| A2, A3 | x | `y` |\n",
        );

        let found = unmentioned(&[&page], "# what they are\nA1 A2\nA3 A4\n");

        assert_eq!(found, ["docs/security/: no page has the row A4"]);
    }
}
