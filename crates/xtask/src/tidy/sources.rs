//! Rules about the text of files: captions, sizes, escaping, paths, open ends.
use std::collections::BTreeMap;

use anyhow::Result;
use regex::Regex;

use super::Source;
use crate::workspace::Workspace;

/// Lines a file may have before its tests.
const LONGEST: usize = 400;

/// The same in the crates that others read to trust them.
const LONGEST_READ: usize = 250;

/// These crates.
const READ: &[&str] = &["cloakroom-jose", "cloakroom-verify"];

/// The crates whose rules are synchronous (I3).
const SYNCHRONOUS: &[&str] = &[
    "cloakroom-jose",
    "cloakroom-model",
    "cloakroom-oidc",
    "cloakroom-login",
];

/// The doors between asynchronous callers and the synchronous model, the one exception of I3.
const DOORS: &[&str] = &[
    "crates/cloakroom-model/src/db.rs",
    "crates/cloakroom-model/src/db/",
];

pub(super) fn asynchronous_rules(sources: &[Source]) -> Result<Vec<String>> {
    let asynchronous = Regex::new(r"\basync\s+(fn|move)\b|\basync\s*\{|\.await\b")?;
    let rules = sources
        .iter()
        .filter(|source| source.is_rust() && source.is_in_crate(SYNCHRONOUS));
    let inside = rules.filter(|source| {
        !is_test(&source.path) && !DOORS.iter().any(|door| source.path.starts_with(door))
    });
    Ok(inside
        .flat_map(|source| hits(source, &asynchronous))
        .collect())
}

pub(super) fn without_caption(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|source| source.is_rust());
    rust.filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.clone())
        .collect()
}

pub(super) fn too_long(sources: &[Source], exceptions: &BTreeMap<String, String>) -> Vec<String> {
    // The schema is one list, as long as there are tables.
    let counted = sources.iter().filter(|source| {
        source.is_rust() && !is_test(&source.path) && !source.path.ends_with("/src/schema.rs")
    });
    let mut broken: Vec<String> = counted
        .map(|source| (source, lines_before_tests(&source.text)))
        .filter(|(source, lines)| {
            *lines > longest(source) && !exceptions.contains_key(&source.path)
        })
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    for (path, reason) in exceptions {
        let source = sources.iter().find(|source| source.path == *path);
        if reason.trim().is_empty()
            || source.is_none_or(|source| lines_before_tests(&source.text) <= longest(source))
        {
            broken.push(format!(
                "tidy.toml: {path} needs no exception, or gives no reason"
            ));
        }
    }
    broken
}

fn longest(source: &Source) -> usize {
    match source.is_in_crate(READ) {
        true => LONGEST_READ,
        false => LONGEST,
    }
}

fn lines_before_tests(text: &str) -> usize {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .count()
}

pub(super) fn unescaped_templates(sources: &[Source]) -> Result<Vec<String>> {
    let switched_off =
        Regex::new(r#"\|\s*safe\b|\|\s*escape\(\s*"none"|autoescape\s+false|escape\s*=\s*"none""#)?;
    let templates = sources.iter().filter(|source| {
        source.path.starts_with("web/templates/")
            || (source.is_rust() && !source.is_in_crate(&["xtask"]))
    });
    Ok(templates
        .flat_map(|source| hits(source, &switched_off))
        .collect())
}

pub(super) fn machine_paths(sources: &[Source], workspace: &Workspace) -> Result<Vec<String>> {
    // Homes and work folders of people and build machines; and wherever this checkout happens to be.
    let folders = ["home", "root", "Users", "work", "farm"].join("|");
    let personal = Regex::new(&format!(r"(^|[^\w.>}}-])/({folders})/"))?;
    let here = workspace.root.to_string_lossy();
    let mut broken = Vec::new();
    for source in sources {
        broken.extend(hits(source, &personal));
        if here.len() > 1 && source.text.contains(here.as_ref()) {
            broken.push(format!(
                "{}: names the folder of this checkout",
                source.path
            ));
        }
    }
    Ok(broken)
}

pub(super) fn open_ends(sources: &[Source]) -> Result<Vec<String>> {
    let words = ["TO", "FIX", "XX"].map(|word| match word {
        "TO" => "TODO".to_owned(),
        "FIX" => format!("{word}ME"),
        _ => format!("{word}X"),
    });
    let open = Regex::new(&format!(r"\b({})\b", words.join("|")))?;
    let numbered = Regex::new(&format!(
        r"\b{}\(#\d+\): ",
        words.first().map_or("", String::as_str)
    ))?;
    let code = [
        ".rs",
        ".html",
        ".js",
        ".mjs",
        ".css",
        ".sql",
        ".toml",
        ".sh",
        ".ftl",
        ".lua",
        "Dockerfile",
        ".yaml",
    ];
    let files = sources
        .iter()
        .filter(|source| code.iter().any(|end| source.path.ends_with(end)));
    let own = "crates/xtask/src/tidy/sources.rs";
    Ok(files
        .filter(|source| source.path != own)
        .flat_map(lines)
        .filter(|(_, line)| open.is_match(line) && !numbered.is_match(line))
        .map(|(place, _)| place)
        .collect())
}

/// The places where a pattern stands outside comments.
pub(super) fn hits(source: &Source, pattern: &Regex) -> Vec<String> {
    let code = lines(source).filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter(|(_, line)| pattern.is_match(line))
        .map(|(place, line)| format!("{place}: {}", shorten(line)))
        .collect()
}

fn lines(source: &Source) -> impl Iterator<Item = (String, &str)> {
    source
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| (format!("{}:{}", source.path, index + 1), line))
}

fn shorten(line: &str) -> String {
    line.trim().chars().take(100).collect()
}

fn is_test(path: &str) -> bool {
    ["/tests/", "/benches/", "/fuzz/"]
        .iter()
        .any(|folder| path.contains(folder))
        || path.ends_with("/tests.rs")
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
    fn a_rule_that_waits_is_found_and_a_door_is_not() {
        let waits =
            "//! x\nasync fn f() {}\nfn g() { h().await; }\n// An async fn in a comment is none.\n";

        let found = asynchronous_rules(&[
            source("crates/cloakroom-oidc/src/token.rs", waits),
            source("crates/cloakroom-model/src/db/writer.rs", waits),
            source("crates/cloakroom-web/src/app.rs", waits),
        ])
        .unwrap();

        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("crates/cloakroom-oidc/src/token.rs:2"));
    }

    #[test]
    fn a_long_file_is_found_unless_its_reason_is_written_down() {
        let long = source("crates/a/src/b.rs", &"x\n".repeat(401));
        let tests = source(
            "crates/a/src/c.rs",
            &format!("{}#[cfg(test)]\n{}", "x\n".repeat(300), "x\n".repeat(300)),
        );
        let excepted = BTreeMap::from([("crates/a/src/b.rs".to_owned(), "a table".to_owned())]);

        assert_eq!(
            too_long(&[long, tests], &BTreeMap::new()),
            ["crates/a/src/b.rs: 401 lines"]
        );
        assert!(
            too_long(
                &[source("crates/a/src/b.rs", &"x\n".repeat(401))],
                &excepted
            )
            .is_empty()
        );
        let read = source("crates/cloakroom-jose/src/b.rs", &"x\n".repeat(251));
        assert_eq!(
            too_long(&[read], &BTreeMap::new()),
            ["crates/cloakroom-jose/src/b.rs: 251 lines"]
        );
        assert_eq!(
            too_long(&[source("crates/a/src/b.rs", "x\n")], &excepted).len(),
            1,
            "it is no longer needed"
        );
    }

    #[test]
    fn an_open_end_needs_a_number() {
        let word = ["TO", "DO"].concat();
        let rows = [
            (format!("// {word}: later"), 1),
            (format!("// {word}(#12): drop once x"), 0),
            ("// mastodon".to_owned(), 0),
        ];

        for (line, found) in rows {
            assert_eq!(
                open_ends(&[source("crates/a/src/b.rs", &line)])
                    .unwrap()
                    .len(),
                found,
                "{line}"
            );
        }
    }

    #[test]
    fn a_template_that_switches_escaping_off_is_found() {
        let rows = [
            ("{{ name|safe }}", 1),
            ("{{ name | safe }}", 1),
            ("{{ name }}", 0),
            ("a safe place", 0),
        ];

        for (markup, found) in rows {
            assert_eq!(
                unescaped_templates(&[source("web/templates/a.html", markup)])
                    .unwrap()
                    .len(),
                found,
                "{markup}"
            );
        }
    }
}
