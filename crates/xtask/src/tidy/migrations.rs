//! Whether both databases have migrations of the same names, each with its two files.
use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The folders of migrations, one for each database.
pub(crate) const DIALECTS: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn disagreements(workspace: &Workspace) -> Result<Vec<String>> {
    let [sqlite, postgres] = DIALECTS.map(|dialect| names(workspace, dialect));
    let (sqlite, postgres) = (sqlite?, postgres?);
    let mut broken: Vec<String> = sqlite
        .symmetric_difference(&postgres)
        .map(|name| format!("{name} is there for one database only"))
        .collect();
    if sqlite.is_empty() {
        broken.push("there are no migrations".to_owned());
    }
    for (dialect, name) in DIALECTS
        .iter()
        .flat_map(|dialect| sqlite.iter().map(move |name| (dialect, name)))
    {
        let file = workspace.path(&format!("migrations/{dialect}/{name}/up.sql"));
        if !file.is_file() {
            broken.push(format!("migrations/{dialect}/{name} has no up.sql"));
        }
    }
    Ok(broken)
}

/// The names of one database's migrations, in the order they run.
pub(crate) fn names(workspace: &Workspace, dialect: &str) -> Result<BTreeSet<String>> {
    let folder = workspace.path(&format!("migrations/{dialect}"));
    let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    Ok(folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect())
}
