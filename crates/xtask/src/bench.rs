//! How fast a release build is: requests a second, p99 and memory, one core for it and one for wrk; lists of a crowd; an import; a directory.
mod crowd;
mod directory;
mod import;
mod lists;
mod setup;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use tempfile::TempDir;

use crate::bench::setup::{Bench, Load};
use crate::postgres::{self, Cluster};
use crate::running::Running;
use crate::server::{self, Server, Setup};
use crate::workspace::Workspace;
use crate::{command, machine};

/// The core the server has for itself, and the one that makes the load.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: u32 = 1;
const CONNECTIONS: u32 = 16;

/// How long to measure, and on what.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Options {
    /// One round of 3 seconds for each load, instead of the median of three rounds of 8
    #[arg(long)]
    quick: bool,
    /// PostgreSQL instead of SQLite; it shares the server's core with it
    #[arg(long)]
    postgres: bool,
    /// The lists and searches of the admin API in a crowd, without wrk
    #[arg(long, group = "crowd")]
    lists: bool,
    /// One file with as many people as the crowd has, brought in by `cloakroom import`
    #[arg(long, group = "crowd")]
    import: bool,
    /// An LDAP directory with as many people as the crowd has, taken over twice
    #[arg(long, group = "crowd")]
    directory: bool,
    /// People in the crowd
    #[arg(long, default_value_t = 100_000, requires = "crowd")]
    users: u32,
    /// Applications in the crowd
    #[arg(long, default_value_t = 10_000, requires = "lists")]
    clients: u32,
    /// Realms beside the crowd
    #[arg(long, default_value_t = 1_000, requires = "lists")]
    realms: u32,
    /// A development build, to find what is slow; its figures do not count
    #[arg(long, requires = "crowd")]
    dev_build: bool,
}

/// The database that is measured on: one of a PostgreSQL that ends with this value, or SQLite.
struct Database {
    url: Option<String>,
    _cluster: Option<Cluster>,
}

impl Database {
    fn create(logs: &Path, on_postgres: bool, name: &str) -> Result<Self> {
        let cluster = on_postgres
            .then(|| Cluster::start(&logs.join("bench-postgres.log")))
            .transpose()?;
        let admin_url = cluster.as_ref().map(Cluster::admin_url);
        let url = admin_url.map(|url| postgres::create_database(&url, name));
        Ok(Self {
            url: url.transpose()?,
            _cluster: cluster,
        })
    }

    /// Where it is; `None` for SQLite.
    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

/// What wrk measured in one round.
#[derive(Clone, Copy, Debug)]
struct Round {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    failed: u64,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.lists {
        return lists::run(workspace, options);
    }
    if options.import {
        return import::run(workspace, options);
    }
    if options.directory {
        return directory::run(workspace, options);
    }
    machine::provide(&[machine::WRK])?;
    let logs = workspace.logs()?;
    let binary = server::build(workspace, true)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_bench")?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        core: Some(SERVER_CORE),
        log: logs.join("bench-server.log"),
        filter: server::USUAL,
    };
    let server = Server::start(&setup)?;
    let idle = server.memory().0;
    let size = binary.metadata()?.len() / (1024 * 1024);
    println!(
        "ready after {} ms, {idle:.0} MiB idle, binary {size} MiB",
        server.ready_after.as_millis()
    );

    let bench = Bench::prepare(&server.base)?;
    let folder = tempfile::tempdir()?;
    let (rounds, seconds) = if options.quick { (1, 3) } else { (3, 8) };
    println!(
        "{:<30} {:>12} {:>9} {:>9} {:>8} {:>9}",
        "", "requests/s", "p50 ms", "p99 ms", "failed", "RSS MiB"
    );
    let mut failed = 0;
    for load in bench.loads()? {
        let mut measured = Vec::new();
        for _ in 0..rounds {
            measured.push(round(workspace, &server.base, &load, seconds, &folder)?);
        }
        measured.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        let median = *measured
            .get(measured.len() / 2)
            .context("no round was measured")?;
        failed += measured.iter().map(|round| round.failed).sum::<u64>();
        println!(
            "{:<30} {:>12.0} {:>9.2} {:>9.2} {:>8} {:>9.0}",
            load.name,
            median.per_second,
            median.p50_ms,
            median.p99_ms,
            median.failed,
            server.memory().0
        );
    }
    println!("memory at most {:.0} MiB", server.memory().1);
    if failed > 0 {
        bail!("{failed} requests were not answered as they should be");
    }
    Ok(())
}

/// What a command took that ran to its end.
#[derive(Clone, Copy, Debug)]
struct Ended {
    took: Duration,
    /// In MiB.
    most_memory: f64,
}

/// Runs a command of the server's program to its end, and looks at its memory meanwhile.
///
/// # Errors
/// It does not start, or fails; then its log says why.
fn run_to_end(command: &mut Command, log: &Path) -> Result<Ended> {
    let started = Instant::now();
    let mut process = Running::start("cloakroom", command)?;
    let mut most_memory: f64 = 0.0;
    let status = loop {
        most_memory = most_memory.max(server::memory(process.id()).1);
        match process.ended() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if !status.success() {
        bail!("{command:?} failed, see {}", log.display());
    }
    Ok(Ended {
        took: started.elapsed(),
        most_memory,
    })
}

fn round(
    workspace: &Workspace,
    base: &str,
    load: &Load,
    seconds: u32,
    folder: &TempDir,
) -> Result<Round> {
    let mut wrk = Command::new("taskset");
    wrk.args([
        "-c",
        &LOAD_CORE.to_string(),
        "wrk",
        "-t1",
        &format!("-c{CONNECTIONS}"),
        &format!("-d{seconds}s"),
    ]);
    wrk.arg("-s")
        .arg(workspace.path("crates/xtask/src/bench.lua"))
        .arg(base);
    wrk.env("LOAD_METHOD", load.method)
        .env("LOAD_PATH", &load.path);
    if let Some(body) = &load.body {
        wrk.env("LOAD_BODY", body);
    }
    if let Some(authorization) = &load.authorization {
        wrk.env("LOAD_AUTHORIZATION", authorization);
    }
    if let Some(seed) = &load.refresh_tokens {
        let file = folder.path().join("tokens");
        std::fs::write(&file, seed(CONNECTIONS * 3)?.join("\n"))?;
        wrk.env("LOAD_TOKENS", file);
    }
    read_result(&command::output(&mut wrk)?)
        .with_context(|| format!("wrk gave no result for {}", load.name))
}

fn read_result(printed: &str) -> Option<Round> {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))?;
    let numbers: Vec<f64> = line
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    let [requests, micros, p50, p99, failed] = numbers.as_slice() else {
        return None;
    };
    if *requests < 1.0 || *micros < 1.0 {
        return None;
    }
    Some(Round {
        per_second: requests * 1e6 / micros,
        p50_ms: p50 / 1e3,
        p99_ms: p99 / 1e3,
        failed: format!("{failed:.0}").parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_line_is_read_and_an_empty_run_is_none() {
        let round = read_result("Running 3s test\nRESULT 3000 3000000 900 4100 2\n").unwrap();

        assert!((round.per_second - 1000.0).abs() < 0.1 && (round.p99_ms - 4.1).abs() < 0.01);
        assert_eq!(round.failed, 2);
        assert!(read_result("RESULT 0 3000000 0 0 0").is_none());
    }
}
