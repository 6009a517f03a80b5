//! The command line. A subcommand is a file in `cli/` with its `Options` and its `run`, and its
//! lines in `Command` here.

pub(crate) mod backup;
mod completions;
mod config;
mod demo;
mod doctor;
mod export;
mod health;
pub(crate) mod import;
mod postgres;
mod recover;
mod restore;
mod start;
mod token;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{Config, flag};
use crate::log;

/// How a command ends: with an exit code, or with what its caller has to know (exit code 1).
///
/// 0 is success, 1 an error, 2 a wrong command line.
pub(crate) type Ended = Result<ExitCode, String>;

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
    /// Runs the server; without a command this is done
    Start(start::Options),
    /// The same as start, for those who know Keycloak
    StartDev(start::Options),
    /// Asks the management port whether the server is ready
    Health,
    /// Looks at what commonly goes wrong, and says what mends it
    Doctor,
    /// Shows the configuration
    Config(config::Options),
    /// Brings realms in from Keycloak's files
    Import(import::Options),
    /// Writes realms to Keycloak's files
    Export(export::Options),
    /// Writes a copy of everything to a file, while the server runs
    Backup(backup::Options),
    /// Puts a copy back
    Restore(restore::Options),
    /// Fills a database with invented people, for trying things out and for measuring
    Demo(demo::Options),
    /// Helps whoever is locked out
    Recover(recover::Options),
    /// Looks at a token
    Token(token::Options),
    /// Prints a script that completes this command line in a shell
    Completions(completions::Options),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Ended {
    let matches = command().get_matches();
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    let command = cli
        .command
        .unwrap_or_else(|| Command::Start(start::Options::default()));
    // These two need no configuration, so that they work where the server does not run.
    match &command {
        Command::Completions(options) => return completions::run(options),
        Command::Token(options) => return token::run(options),
        _ => {}
    }
    let config = Config::read(flag::layer(&matches))?;
    let serves = matches!(command, Command::Start(_) | Command::StartDev(_));
    log::start(&config, serves);
    for notice in &config.settings.notices {
        tracing::info!("{notice}");
    }
    match command {
        Command::Start(options) | Command::StartDev(options) => start::run(config, &options),
        Command::Health => health::run(&config),
        Command::Doctor => doctor::run(&config),
        Command::Config(options) => config::run(&config, &options),
        Command::Import(options) => import::run(&config, &options),
        Command::Export(options) => export::run(&config, &options),
        Command::Backup(options) => backup::run(&config, &options),
        Command::Restore(options) => restore::run(&config, &options),
        Command::Demo(options) => demo::run(&config, &options),
        Command::Recover(options) => recover::run(&config, options),
        Command::Token(options) => token::run(&options),
        Command::Completions(options) => completions::run(&options),
    }
}

/// The command line with a flag for each setting.
fn command() -> clap::Command {
    flag::add_to(Cli::command())
}

/// Writes what a command was asked for to standard output, where the log of a server would be.
fn print(text: &str) -> Result<(), String> {
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| error.to_string())
}
