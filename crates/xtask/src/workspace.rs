//! Where the workspace and its build folder are, and what its crates depend on.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The part of `cargo metadata` that the commands ask about.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a crate's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and a call from a subfolder are both right.
    pub(crate) fn find() -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cargo metadata")?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// A path inside the workspace.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// Where the output of everything the tests start is kept.
    pub(crate) fn logs(&self) -> Result<PathBuf> {
        let folder = self.target.join("test-logs");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Every file that is under version control or could be, as a path inside the workspace.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let output = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output();
        let listed = output
            .ok()
            .filter(|output| output.status.success())
            .map(|output| {
                String::from_utf8_lossy(&output.stdout)
                    .lines()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            });
        let mut files = match listed {
            Some(files) => files,
            // A source archive has no git folder: take what lies there.
            None => walk(&self.root, &self.root)?,
        };
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        Ok(files)
    }
}

fn walk(root: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() && !["target", "node_modules", ".git"].contains(&name.as_str()) {
            files.extend(walk(root, &path)?);
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.push(inside.to_string_lossy().into_owned());
        }
    }
    Ok(files)
}
