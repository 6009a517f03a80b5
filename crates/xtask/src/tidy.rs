//! The invariants of docs/ARCHITECTURE.md that a program can check.
mod arrows;
pub(crate) mod migrations;
mod proofs;
mod sources;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::compatibility;
use crate::report::{Report, Tally};
use crate::schema;
use crate::workspace::Workspace;

/// `crates/xtask/tidy.toml`: what is allowed to break a rule, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    /// Files that may be longer, each with its reason.
    #[serde(default)]
    long_files: BTreeMap<String, String>,
}

/// One file of the tree that is text.
#[derive(Debug)]
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file is inside the `src` folder of one of these crates.
    fn is_in_crate(&self, crates: &[&str]) -> bool {
        crates
            .iter()
            .any(|name| self.path.starts_with(&format!("crates/{name}/")))
    }
}

pub(crate) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let exceptions =
        std::fs::read_to_string(workspace.path("crates/xtask/tidy.toml")).context("tidy.toml")?;
    let exceptions: Exceptions = toml::from_str(&exceptions).context("tidy.toml")?;
    let sources = read(workspace)?;

    report.part("tidy", |_| {
        let rules: [(&str, Vec<String>); 12] = [
            (
                "I1 and I2: diesel and actix-web stay in their crates",
                arrows::walled_libraries(workspace, &sources)?,
            ),
            ("crates depend downwards only", arrows::crates(workspace)),
            (
                "I3: rules are synchronous",
                sources::asynchronous_rules(&sources)?,
            ),
            (
                "each Rust file begins with what it is for",
                sources::without_caption(&sources),
            ),
            (
                "no file is too long",
                sources::too_long(&sources, &exceptions.long_files),
            ),
            (
                "both databases have the same migrations",
                migrations::disagreements(workspace)?,
            ),
            (
                "the schema is what the migrations make",
                schema::differences(workspace)?,
            ),
            (
                "no template switches escaping off",
                sources::unescaped_templates(&sources)?,
            ),
            (
                "no path of one machine",
                sources::machine_paths(&sources, workspace)?,
            ),
            (
                "each open end has an issue number",
                sources::open_ends(&sources)?,
            ),
            (
                "the page about Keycloak is what the tests play",
                compatibility::outdated(workspace)?,
            ),
            (
                "each test that a page about attacks names is there",
                proofs::missing(&sources)?,
            ),
        ];
        let mut tally = Tally::default();
        for (rule, broken) in rules {
            println!(
                "  {} {rule}",
                if broken.is_empty() {
                    "ok    "
                } else {
                    "FAILED"
                }
            );
            for place in &broken {
                println!("           {place}");
            }
            tally.add(Tally::one(broken.is_empty()));
        }
        Ok(tally)
    });
    Ok(())
}

fn read(workspace: &Workspace) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in workspace.files()? {
        let bytes = std::fs::read(workspace.root.join(&path)).with_context(|| path.clone())?;
        // What is not text (images) has nothing to check.
        if let Ok(text) = String::from_utf8(bytes) {
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}
