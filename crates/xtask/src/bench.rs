//! How fast a release build is: requests a second, p99 and memory, one core for it and one for wrk; lists of a crowd; an import; a directory.
mod crowd;
mod directory;
mod flood;
mod import;
mod limits;
mod lists;
mod load;
mod nodes;
mod peer;
mod round;
mod setup;
mod sweep;
mod timing;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::bench::limits::Limits;
use crate::bench::peer::Peer;
use crate::bench::round::{Round, Side};
use crate::bench::setup::Bench;
use crate::machine;
use crate::postgres::{self, Cluster, Purpose};
use crate::running::Running;
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// The core the server has for itself, and the one that makes the load.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: u32 = 1;
const CONNECTIONS: u32 = 16;

/// How long to measure, and on what.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// One round of 2 seconds for each load, instead of the median of three rounds of 8
    #[arg(long)]
    quick: bool,
    /// Only the loads with this in their name
    #[arg(long, default_value = "")]
    load: String,
    /// PostgreSQL instead of SQLite; it shares the server's core with it
    #[arg(long)]
    postgres: bool,
    /// Without npm oidc-provider beside it
    #[arg(long)]
    no_peer: bool,
    /// The lists and searches of the admin API in a crowd, without wrk
    #[arg(long, group = "crowd")]
    lists: bool,
    /// One file with as many people as the crowd has, brought in by `cloakroom import`
    #[arg(long, group = "crowd")]
    import: bool,
    /// An LDAP directory with as many people as the crowd has, taken over twice
    #[arg(long, group = "crowd")]
    directory: bool,
    /// The usual loads in a realm of their own, with the crowd in the same database
    #[arg(long, group = "crowd")]
    beside_crowd: bool,
    /// Whether refusals of two kinds can be told apart by their time; as many of each as the crowd has people
    #[arg(long, group = "crowd")]
    timing: bool,
    /// Of `--timing` only the pairs that have this in their name or in one of their kinds
    #[arg(long, requires = "timing")]
    pair: Option<String>,
    /// What requests notice while the rows of many sign-ins that are over are removed
    #[arg(long, group = "crowd")]
    sweep: bool,
    /// The usual loads on two nodes with one PostgreSQL, beside one node alone
    #[arg(long, group = "crowd", conflicts_with = "postgres")]
    nodes: bool,
    /// People in the crowd
    #[arg(long, default_value_t = 100_000, requires = "crowd")]
    users: u32,
    /// Applications in the crowd
    #[arg(long, default_value_t = 10_000, requires = "crowd")]
    clients: u32,
    /// Realms beside the crowd
    #[arg(long, default_value_t = 1_000, requires = "crowd")]
    realms: u32,
    /// Refresh tokens in the crowd
    #[arg(long, default_value_t = 0, requires = "crowd")]
    tokens: u32,
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
            .then(|| {
                let log = logs.join("bench-postgres.log");
                Cluster::start_for(Purpose::Measure(SERVER_CORE), &log)
            })
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
    if options.timing {
        return timing::run(workspace, options);
    }
    if options.sweep {
        return sweep::run(workspace, options);
    }
    machine::provide(&[machine::WRK])?;
    if options.nodes {
        return nodes::run(workspace, options);
    }
    let logs = workspace.logs()?;
    let binary = server::build(workspace, true)?;
    limits::build(workspace)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_bench")?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-server.log"),
        filter: server::USUAL,
    };
    let place = Place::new()?;
    if options.beside_crowd {
        lists::fill(&place, &setup, options)?;
    }
    // The second start finds what the first one left.
    let first = Server::start_at(place, &setup)?;
    let empty = first.ready_after;
    let server = Server::start_at(first.stop()?.2, &setup)?;
    let size = binary.metadata()?.len() / (1024 * 1024);
    println!(
        "ready after {} ms at first, {} ms on existing data; {:.0} MiB idle; binary {size} MiB with line tables",
        empty.as_millis(),
        server.ready_after.as_millis(),
        server.memory().0,
    );
    let folder = tempfile::tempdir()?;
    limits::print_raw(workspace, folder.path())?;
    let bench = Bench::prepare(&server.base)?;
    let failed = compare(workspace, options, &bench, &server, folder.path())?;
    println!(
        "memory {:.0} MiB, at most {:.0}",
        server.memory().0,
        server.memory().1
    );
    flood::run(workspace, &bench, &server, folder.path())?;
    if failed > 0 {
        bail!("{failed} requests were not answered as they should be");
    }
    Ok(())
}

/// Measures every load on the server and on whatever has a counterpart of it, in turns; answers how many requests failed here.
fn compare(
    workspace: &Workspace,
    options: &Options,
    bench: &Bench,
    server: &Server,
    folder: &Path,
) -> Result<u64> {
    let (rounds, seconds) = if options.quick { (1, 2) } else { (3, 8) };
    let limits = Limits::start(workspace, bench.size_of_discovery()?)?;
    let peer = match options.no_peer || options.beside_crowd {
        true => None,
        false => Some(Peer::start(
            workspace,
            &workspace.logs()?.join("bench-peer.log"),
        )?),
    };
    if let Some(peer) = &peer {
        println!("oidc-provider: {:.0} MiB idle", peer.memory());
    }
    println!(
        "{:<36} {:<14} {:>10} {:>8} {:>8} {:>7} {:>8} {:>6}",
        "", "", "requests/s", "p50 ms", "p99 ms", "failed", "CPU us", "ratio"
    );
    let mut failed = 0;
    for load in bench.loads_like(&options.load)? {
        let name = load.name;
        let ours = Side {
            base: &server.base,
            process: server.process(),
            twin: None,
            connections: CONNECTIONS,
        };
        let mut sides = vec![("Cloakroom", ours, load)];
        if let Some(load) = limits::counterpart(name) {
            sides.push(("bare", limits.side(), load));
        }
        if let Some(peer) = &peer
            && let Some(load) = peer.counterpart(name)?
        {
            sides.push(("oidc-provider", peer.side(), load));
        }
        let mut measured: Vec<Vec<Round>> = vec![Vec::new(); sides.len()];
        for _ in 0..rounds {
            for ((_, side, load), measured) in sides.iter().zip(&mut measured) {
                measured.push(round::run(workspace, *side, load, seconds, folder)?);
            }
        }
        let mut first = None;
        for ((side, ..), rounds) in sides.iter().zip(measured) {
            let round = median(rounds).context("no round was measured")?;
            let ours = *first.get_or_insert(round);
            if *side == "Cloakroom" {
                failed += round.failed;
            }
            println!(
                "{:<36} {:<14} {:>10.0} {:>8.2} {:>8.2} {:>7} {:>8.1} {:>6.2}",
                name,
                side,
                round.per_second,
                round.p50_ms,
                round.p99_ms,
                round.failed,
                round.cpu_us,
                ours.per_second / round.per_second,
            );
        }
    }
    Ok(failed)
}

/// The round in the middle, with the failures of all.
fn median(mut rounds: Vec<Round>) -> Option<Round> {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let failed = rounds.iter().map(|round| round.failed).sum();
    let middle = *rounds.get(rounds.len() / 2)?;
    Some(Round { failed, ..middle })
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
