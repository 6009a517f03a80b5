//! Two nodes on one PostgreSQL beside one: they share one core, and what they answer together is what one would have answered.
//!
//! Once with the connections of one node shared between them, and once with as many at each: what is stored together is what
//! waits together, so half of the callers at a node are half of a batch.
use anyhow::{Result, bail};

use crate::bench::round::{self, Round, Side};
use crate::bench::setup::Bench;
use crate::bench::{CONNECTIONS, Database, Options, SERVER_CORE, median};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// The master key of both.
const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
/// What two nodes on the core of one may lose to being two.
const LEAST: f64 = 0.9;

/// Measures each load on one node while the other has nothing to do, and on both, in turns.
///
/// # Errors
/// A request is not answered as it should be, or two nodes that are asked by as many each answer less than nine tenths of what one does.
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
        connections: CONNECTIONS,
    };
    let both = Side {
        twin: Some((&other.base, other.process())),
        ..alone
    };
    let full = Side {
        connections: CONNECTIONS * 2,
        ..both
    };
    let (rounds, seconds) = if options.quick { (1, 2) } else { (3, 8) };
    println!(
        "{:<36} {:>10} {:>10} {:>8} {:>10} {:>8} {:>8} {:>8} {:>8}",
        "requests/s, p99 ms",
        "one node",
        "shared",
        "of one",
        "as many",
        "of one",
        "p99 one",
        "shared",
        "as many"
    );
    let mut behind = Vec::new();
    for load in bench.loads_like(&options.load)? {
        let mut measured = [alone, both, full].map(|side| (side, Vec::new()));
        for _ in 0..rounds {
            for (side, rounds) in &mut measured {
                rounds.push(round::run(workspace, *side, &load, seconds, folder.path())?);
            }
        }
        let middle = |(_, rounds): (_, Vec<Round>)| median(rounds);
        let [Some(one), Some(shared), Some(many)] = measured.map(middle) else {
            bail!("no round was measured");
        };
        if tell(load.name, one, shared, many)? < LEAST {
            behind.push(load.name);
        }
    }
    if !behind.is_empty() {
        bail!("two nodes answer less than one: {}", behind.join(", "));
    }
    Ok(())
}

/// Prints a line of the table, and gives what two nodes answer of what one does, as many asking at each.
fn tell(name: &str, one: Round, shared: Round, many: Round) -> Result<f64> {
    let [of_shared, of_many] = [shared, many].map(|both| both.per_second / one.per_second);
    println!(
        "{name:<36} {:>10.0} {:>10.0} {of_shared:>8.2} {:>10.0} {of_many:>8.2} {:>8.2} {:>8.2} {:>8.2}",
        one.per_second, shared.per_second, many.per_second, one.p99_ms, shared.p99_ms, many.p99_ms
    );
    if one.failed + shared.failed + many.failed > 0 {
        bail!("{name}: requests were not answered as they should be");
    }
    Ok(of_many)
}
