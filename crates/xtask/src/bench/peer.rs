//! npm `oidc-provider` beside the server, with the same algorithm and everything in memory.
use std::fs::File;
use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use super::limits::wait_for;
use super::load::{Load, Tokens};
use super::round::Side;
use super::{CONNECTIONS, SERVER_CORE};
use crate::running::Running;
use crate::server::free_port;
use crate::test::Tools;
use crate::workspace::Workspace;

const FOLDER: &str = "crates/xtask/peer";
const CLIENT: &str = "client_id=bench&client_secret=bench-secret-0123456789abcdef0123456789";

/// The peer, while it serves.
#[derive(Debug)]
pub(super) struct Peer {
    process: Running,
    seeds: TempDir,
    base: String,
}

impl Peer {
    /// Installs it where it is missing, and starts it.
    pub(super) fn start(workspace: &Workspace, log: &Path) -> Result<Self> {
        let tools = Tools::with_packages(workspace, &[FOLDER])?;
        let (port, seeds) = (free_port()?, tempfile::tempdir()?);
        let mut command = tools.command("taskset");
        let log = File::create(log)?;
        command
            .args(["-c", &SERVER_CORE.to_string(), "node", "provider.mjs"])
            .arg(port.to_string())
            .arg(seeds.path())
            .current_dir(workspace.path(FOLDER))
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = Running::start("oidc-provider", &mut command)?;
        wait_for(port)?;
        Ok(Self {
            process,
            seeds,
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

    /// Memory in use now, in MiB.
    pub(super) fn memory(&self) -> f64 {
        crate::server::memory(self.process.id()).0
    }

    /// The peer's counterpart of a load of this name.
    pub(super) fn counterpart(&self, name: &str) -> Result<Option<Load>> {
        let access = std::fs::read_to_string(self.seeds.path().join("access"))?;
        let token = |name, resource: &str| {
            let body = format!(
                "{CLIENT}&grant_type=client_credentials&scope=read&resource=urn:{resource}"
            );
            Load::post(name, "/token", body)
        };
        Ok(Some(match name {
            "discovery" => Load::get("discovery", "/.well-known/openid-configuration"),
            "JWKS" => Load::get("JWKS", "/jwks"),
            "client_credentials, ES256" => token("client_credentials, ES256", "es256"),
            "client_credentials, RS256" => token("client_credentials, RS256", "rs256"),
            "refresh with rotation, ES256" => {
                let body = format!("{CLIENT}&grant_type=refresh_token");
                let tokens = Tokens::Kept(self.seeds.path().join("refresh"));
                Load::post("refresh with rotation, ES256", "/token", body).with_tokens(tokens)
            }
            "introspection" => {
                let body = format!("{CLIENT}&token={access}");
                Load::post("introspection", "/token/introspection", body)
            }
            _ => return Ok(None),
        }))
    }
}
