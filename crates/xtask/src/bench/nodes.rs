//! Two nodes on one PostgreSQL beside one: they share one core, and what they answer together is what one would have answered.
use anyhow::{Context, Result, bail};

use crate::bench::round::{self, Round, Side};
use crate::bench::setup::Bench;
use crate::bench::{Database, Options, SERVER_CORE, median};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// The master key of both.
const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
/// What two nodes on the core of one may lose to being two.
const LEAST: f64 = 0.9;

/// Measures each load on one node while the other has nothing to do, and on both, in turns.
///
/// # Errors
/// A request is not answered as it should be, or two nodes answer less than nine tenths of what one does.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, true, "cloakroom_nodes")?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-nodes.log"),
        filter: server::USUAL,
    };
    let place = Place::new()?;
    let address = place.address();
    let start = |place: Place| {
        let mut command = place.command(&setup, &["start"])?;
        command
            .env("CLOAKROOM_PUBLIC_URL", &address)
            .env("CLOAKROOM_MASTER_KEY", KEY);
        Server::launch(place, &setup, command)
    };
    let one = start(place)?;
    let other = start(Place::new()?)?;
    let bench = Bench::prepare(&one.base)?;
    let folder = tempfile::tempdir()?;
    let alone = Side {
        base: &one.base,
        process: one.process(),
        twin: None,
    };
    let both = Side {
        twin: Some((&other.base, other.process())),
        ..alone
    };
    let (rounds, seconds) = if options.quick { (1, 2) } else { (3, 8) };
    println!(
        "{:<36} {:>10} {:>10} {:>8} {:>8} {:>8}",
        "requests/s, p99 ms", "one node", "two nodes", "of one", "p99 one", "p99 two"
    );
    let mut behind = Vec::new();
    for load in bench.loads_like(&options.load)? {
        let (mut of_one, mut of_both) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            of_one.push(round::run(workspace, alone, &load, seconds, folder.path())?);
            of_both.push(round::run(workspace, both, &load, seconds, folder.path())?);
        }
        let middle = |rounds: Vec<Round>| median(rounds).context("no round was measured");
        let (of_one, of_both) = (middle(of_one)?, middle(of_both)?);
        let share = of_both.per_second / of_one.per_second;
        println!(
            "{:<36} {:>10.0} {:>10.0} {share:>8.2} {:>8.2} {:>8.2}",
            load.name, of_one.per_second, of_both.per_second, of_one.p99_ms, of_both.p99_ms
        );
        if of_one.failed + of_both.failed > 0 {
            bail!(
                "{}: requests were not answered as they should be",
                load.name
            );
        }
        if share < LEAST {
            behind.push(load.name);
        }
    }
    if !behind.is_empty() {
        bail!("two nodes answer less than one: {}", behind.join(", "));
    }
    Ok(())
}
