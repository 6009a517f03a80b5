//! The command line.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A self-hosted identity provider that speaks Keycloak's language.
#[derive(Debug, Parser)]
#[command(name = "cloakroom", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server
    Start(Start),
    /// The same as start, for those who know Keycloak
    StartDev(Start),
    /// Asks the management port whether the server is ready
    Health,
    /// Helps whoever is locked out
    Recover {
        #[command(subcommand)]
        what: Recover,
    },
}

/// How the server is started. All settings are in the environment.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Start {
    /// Accepted for those who come from Keycloak; realm files are not read yet
    #[arg(long)]
    pub(crate) import_realm: bool,
}

/// What can be recovered.
#[derive(Debug, Subcommand)]
pub(crate) enum Recover {
    /// Makes an administrator, or gives an existing one a new password, from
    /// `CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME` and `CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD`
    Admin,
}

/// Reads the command line; without a command the server starts.
pub(crate) fn parse() -> Command {
    Cli::parse()
        .command
        .unwrap_or_else(|| Command::Start(Start::default()))
}

/// Asks the management port whether the server is ready.
pub(crate) fn health(config: &Config) -> Result<(), String> {
    let address = format!("{}:{}", config.management_host, config.management_port);
    let answer = ask(&address).map_err(|error| format!("{address}: {error}"))?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err("not ready".to_owned())
    }
}

fn ask(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
