//! What the machine can do at most, measured in the same run: a bare answer, a bare token endpoint, signatures, hashes, appends.
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::load::Load;
use super::round::Side;
use super::{CONNECTIONS, SERVER_CORE};
use crate::command;
use crate::running::Running;
use crate::server::free_port;
use crate::workspace::Workspace;

/// The bare answers, while they are served.
#[derive(Debug)]
pub(super) struct Limits {
    process: Running,
    base: String,
}

/// Waits until somebody listens there.
pub(super) fn wait_for(port: u16) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > deadline {
            bail!("nobody listens on port {port} after a minute");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

impl Limits {
    /// Builds them and begins to serve; `bytes` is the size of the bare answer.
    pub(super) fn start(workspace: &Workspace, bytes: usize) -> Result<Self> {
        let port = free_port()?;
        let mut command = program(workspace);
        command.args(["serve", &port.to_string(), &bytes.to_string()]);
        let process = Running::start("limits", &mut command)?;
        wait_for(port)?;
        Ok(Self {
            process,
            base: format!("http://127.0.0.1:{port}"),
        })
    }

    pub(super) fn side(&self) -> Side<'_> {
        Side {
            base: &self.base,
            process: self.process.id(),
            twin: None,
            connections: CONNECTIONS,
        }
    }
}

/// The bare counterpart of a load of this name.
pub(super) fn counterpart(name: &str) -> Option<Load> {
    let token = |name, alg: &str, body: &str| {
        let body =
            format!("client_id=bench&client_secret=bench-secret-0123456789abcdef0123456789&{body}");
        Load::post(name, format!("/token/{alg}"), body)
    };
    Some(match name {
        "discovery" => Load::get("discovery", "/fixed"),
        "JWKS" => Load::get("JWKS", "/fixed"),
        "client_credentials, ES256" => token(
            "client_credentials, ES256",
            "ES256",
            "grant_type=client_credentials",
        ),
        "client_credentials, RS256" => token(
            "client_credentials, RS256",
            "RS256",
            "grant_type=client_credentials",
        ),
        "client_credentials, EdDSA" => token(
            "client_credentials, EdDSA",
            "EdDSA",
            "grant_type=client_credentials",
        ),
        _ => return None,
    })
}

/// Prints what the machine does by itself, on the server's core.
pub(super) fn print_raw(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut command = program(workspace);
    let printed = command::output(command.arg("raw").current_dir(folder))?;
    for line in printed
        .lines()
        .filter_map(|line| line.strip_prefix("LIMIT "))
    {
        if let Some((rate, what)) = line.split_once(' ') {
            println!("{what:<44} {rate:>9} a second");
        }
    }
    Ok(())
}

/// Builds what shows them. It is an example, whose features are not those of the server that is measured: it is built by itself.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--release",
        "--package",
        "cloakroom-web",
        "--example",
        "limits",
    ]);
    command::run(cargo.current_dir(&workspace.root))
}

fn program(workspace: &Workspace) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["-c", &SERVER_CORE.to_string()])
        .arg(workspace.target.join("release/examples/limits"));
    command
}
