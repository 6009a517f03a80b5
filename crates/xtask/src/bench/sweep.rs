//! What requests notice of a server that removes what is over: tokens of some hundred thousand sign-ins end while it is away, and it
//! sweeps them when it is back.
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::load::Load;
use crate::bench::round::{self, Round, Side};
use crate::bench::setup::Bench;
use crate::bench::{CONNECTIONS, Database, Options, SERVER_CORE};
use crate::machine;
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// How long tokens and sessions live here.
const LIFETIME: Duration = Duration::from_secs(90);
/// What leaves rows behind.
const FILL: [&str; 2] = ["client_credentials, opaque", "refresh with rotation, ES256"];
/// What is measured while they are removed, and after it: a read, a signature, a row that is stored, and a rotation.
const BESIDE: [&str; 4] = [
    "JWKS",
    "client_credentials, ES256",
    "client_credentials, opaque",
    "refresh with rotation, ES256",
];
/// What sweeping may add to a request, in 99 of 100.
const LONGEST_MS: f64 = 10.0;

pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    machine::provide(&[machine::WRK])?;
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_sweep")?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-sweep.log"),
        filter: server::USUAL,
    };
    let folder = tempfile::tempdir()?;
    let run = |bench: &Bench, server: &Server, names: &[&'static str], seconds| {
        let side = Side {
            base: &server.base,
            process: server.process(),
            twin: None,
            connections: CONNECTIONS,
        };
        measure(bench, names, |load| {
            round::run(workspace, side, load, seconds, folder.path())
        })
    };
    let seconds = if options.quick { 1 } else { 3 };

    let server = Server::start_at(Place::new()?, &setup)?;
    let bench = Bench::prepare(&server.base)?;
    bench.end_after(LIFETIME)?;
    let filling = if options.quick { 12 } else { 30 };
    let rows: f64 = run(&bench, &server, &FILL, filling)?
        .iter()
        .map(|(_, round)| round.per_second * f64::from(filling))
        .sum();
    let place = server.stop()?.2;
    println!("{rows:.0} rows that end while nobody is there");
    std::thread::sleep(LIFETIME);

    let server = Server::start_at(place, &setup)?;
    let before = server.memory().0;
    let begun = Instant::now();
    // The first look for what is over is ten seconds after the start.
    wait(&server, |busy| busy, Duration::from_secs(20))?;
    let meanwhile = run(&bench, &server, &BESIDE, seconds)?;
    if !is_sweeping(&server)? {
        bail!("it had swept everything before the last load was measured: fill more");
    }
    wait(&server, |busy| !busy, Duration::from_secs(600))?;
    let took = begun.elapsed();
    let after = run(&bench, &server, &BESIDE, seconds)?;

    println!(
        "swept within {:.0} s, with a load for {:.0} of them; memory {before:.0} MiB before, {:.0} after, {:.0} at most",
        took.as_secs_f64(),
        f64::from(seconds) * 4.0,
        server.memory().0,
        server.memory().1,
    );
    let mut slow = Vec::new();
    for ((name, meanwhile), (_, after)) in meanwhile.iter().zip(&after) {
        for (when, round) in [("sweeping", meanwhile), ("swept", after)] {
            println!(
                "{name:<36} {when:<14} {:>10.0} {:>8.2} {:>8.2} {:>8.2} {:>7} {:>8.1}",
                round.per_second,
                round.p50_ms,
                round.p99_ms,
                round.longest_ms,
                round.failed,
                round.cpu_us,
            );
        }
        if meanwhile.p99_ms > after.p99_ms + LONGEST_MS || meanwhile.failed > 0 {
            slow.push(*name);
        }
    }
    if !slow.is_empty() {
        bail!("slow beside the sweeping: {}", slow.join(", "));
    }
    Ok(())
}

/// These loads one after the other.
fn measure(
    bench: &Bench,
    names: &[&'static str],
    run: impl Fn(&Load) -> Result<Round>,
) -> Result<Vec<(&'static str, Round)>> {
    let loads = bench.loads()?;
    let one = |name: &&'static str| {
        let load = loads.iter().find(|load| load.name == *name);
        let load = load.with_context(|| format!("there is no load {name}"))?;
        Ok((*name, run(load)?))
    };
    names.iter().map(one).collect()
}

/// Waits until it sweeps, or does not.
fn wait(server: &Server, wanted: impl Fn(bool) -> bool, longest: Duration) -> Result<()> {
    let deadline = Instant::now() + longest;
    while !wanted(is_sweeping(server)?) {
        if Instant::now() > deadline {
            bail!("after {} s it is as it was", longest.as_secs());
        }
    }
    Ok(())
}

/// Whether the sweeper works without its pause of ten seconds, which takes a second to see.
fn is_sweeping(server: &Server) -> Result<bool> {
    let before = rounds(server)?;
    std::thread::sleep(Duration::from_secs(1));
    Ok(rounds(server)? > before + 1)
}

/// How often the sweeper has worked, from the metrics.
fn rounds(server: &Server) -> Result<u64> {
    let url = format!("http://127.0.0.1:{}/metrics", server.management());
    let text = ureq::get(&url).call()?.body_mut().read_to_string()?;
    let mut of_sweep = text
        .lines()
        .filter(|line| line.contains(r#"job="sweep""#) && line.contains("success"));
    let count = of_sweep.next().and_then(|line| line.rsplit(' ').next());
    Ok(count.map_or(Ok(0), str::parse)?)
}
