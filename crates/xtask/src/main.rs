//! The project's own commands: `cargo xtask` alone lists them.
#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tool reads PATH and waits for servers; the rules behind the ban are the product's"
)]

mod api;
mod bench;
mod browser;
mod command;
mod compatibility;
mod lint;
mod machine;
mod postgres;
mod report;
mod running;
mod sbom;
mod schema;
mod server;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::workspace::Workspace;

/// Everything the project does to itself.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every test against both databases, and bring what they need (as root on Debian)
    Test(test::Options),
    /// Check formatting, clippy, the invariants, dependencies and the container files
    Lint,
    /// Check the invariants of docs/ARCHITECTURE.md that a program can check
    Tidy,
    /// Check that schema.rs says what the migrations of both databases make
    Schema,
    /// Write docs/keycloak-compatibility.md from the tables that the client tests play
    Compatibility,
    /// Write the list of what the server is made of (SBOM) to target/cloakroom.cdx.json
    Sbom,
    /// Measure requests a second, p99 and memory of a release build with wrk
    Bench(bench::Options),
    /// What continuous integration runs: the same as `test`
    Ci,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(report) => report.finish(),
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<Report> {
    let workspace = Workspace::find()?;
    running::stop_everything_on_signals()?;
    let mut report = Report::default();
    match command {
        Command::Test(options) => test::run(&workspace, &options, &mut report)?,
        Command::Ci => test::run(&workspace, &test::Options::default(), &mut report)?,
        Command::Lint => lint::run(&workspace, &mut report)?,
        Command::Tidy => tidy::run(&workspace, &mut report)?,
        Command::Schema => schema::run(&workspace, &mut report)?,
        Command::Compatibility => compatibility::write(&workspace, &mut report)?,
        Command::Sbom => sbom::write(&workspace, &mut report)?,
        Command::Bench(options) => bench::run(&workspace, &options)?,
    }
    Ok(report)
}
