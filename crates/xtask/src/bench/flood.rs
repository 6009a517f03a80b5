//! A flood of sign-ins, more than the machine can hash: the other endpoints answer as fast as ever, what cannot be taken is told
//! when to come back, and when it is over the next one is let in at once.
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::CONNECTIONS;
use super::round::{self, Side};
use super::setup::Bench;
use crate::server::Server;
use crate::workspace::Workspace;

/// So many a second come beyond what the machine can hash.
const BEYOND: f64 = 100.0;
/// Who signs in. So many of one at a time would be told to come back for another reason.
const PEOPLE: usize = 128;
/// How long the machine is looked at to see how many it can hash.
const LOOK: Duration = Duration::from_secs(3);
/// Ten seconds of hashes wait in line before anybody is told to come back: by then the line is full.
const FULL_WITHIN: Duration = Duration::from_secs(60);
/// What a request beside the flood may take, in 99 of 100.
const LONGEST_MS: f64 = 10.0;
/// What the first sign-in after the flood may take.
const RECOVERED: Duration = Duration::from_secs(1);

/// What became of the sign-ins of a flood.
#[derive(Debug, Default)]
struct Told {
    let_in: AtomicUsize,
    later: AtomicUsize,
    /// Statuses that are neither; 0 for none.
    wrong: Mutex<Vec<u16>>,
}

impl Told {
    fn count(&self, asked: Result<(u16, bool)>) {
        match asked {
            Ok((200, _)) => {
                self.let_in.fetch_add(1, Ordering::Relaxed);
            }
            Ok((429 | 503, true)) => {
                self.later.fetch_add(1, Ordering::Relaxed);
            }
            other => {
                let status = other.map_or(0, |(status, _)| status);
                let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
                wrong.push(status);
            }
        }
    }
}

/// Lets more people sign in than the machine can hash, and measures the other loads meanwhile.
///
/// # Errors
/// A sign-in is answered by something else than tokens or a time to come back, nobody has to come back, another endpoint gets slow, or the
/// next sign-in has to wait.
pub(super) fn run(
    workspace: &Workspace,
    bench: &Bench,
    server: &Server,
    folder: &Path,
) -> Result<()> {
    let people = bench.people(PEOPLE)?;
    let loads = bench.loads()?;
    let hashed = most(bench, &people);
    let (is_over, told) = (AtomicBool::new(false), Told::default());
    let beside = ["JWKS", "client_credentials, ES256", "introspection"];
    let rounds = std::thread::scope(|scope| {
        let every = Duration::from_secs_f64(1.0 / (hashed + BEYOND));
        let watched = (every, &is_over, &told);
        let people = people.as_slice();
        scope.spawn(move || come(scope, bench, people, watched));
        let measured = fill(&told).and_then(|()| {
            let side = Side {
                base: &server.base,
                process: server.process(),
                twin: None,
                connections: CONNECTIONS,
            };
            let mine = loads.iter().filter(|load| beside.contains(&load.name));
            mine.map(|load| Ok((load.name, round::run(workspace, side, load, 3, folder)?)))
                .collect::<Result<Vec<_>>>()
        });
        is_over.store(true, Ordering::Relaxed);
        measured
    })?;
    let (let_in, later) = (
        told.let_in.load(Ordering::Relaxed),
        told.later.load(Ordering::Relaxed),
    );
    println!(
        "a flood of {:.0} sign-ins a second, where {hashed:.0} can be hashed: {let_in} signed in, {later} were told to come back",
        hashed + BEYOND
    );
    let mut slow = Vec::new();
    for (name, round) in rounds {
        println!(
            "{:<36} {:<14} {:>10.0} {:>8.2} {:>8.2} {:>7} {:>8.1}",
            name,
            "meanwhile",
            round.per_second,
            round.p50_ms,
            round.p99_ms,
            round.failed,
            round.cpu_us,
        );
        if round.p99_ms > LONGEST_MS {
            slow.push(name);
        }
    }
    let wrong = told.wrong.into_inner();
    let wrong = wrong.unwrap_or_else(PoisonError::into_inner);
    if !wrong.is_empty() || let_in == 0 {
        bail!("sign-ins were answered by {wrong:?}");
    }
    recover(bench, &people)?;
    if !slow.is_empty() {
        bail!("slow beside sign-ins: {}", slow.join(", "));
    }
    Ok(())
}

/// How many sign-ins a second the machine does, with nothing else to do.
fn most(bench: &Bench, people: &[String]) -> f64 {
    let (told, until) = (Told::default(), Instant::now() + LOOK);
    std::thread::scope(|scope| {
        for name in people.iter().take(16) {
            let told = &told;
            scope.spawn(move || {
                while Instant::now() < until {
                    told.count(bench.sign_in(name));
                }
            });
        }
    });
    let done = u32::try_from(told.let_in.into_inner()).unwrap_or(u32::MAX);
    f64::from(done) / LOOK.as_secs_f64()
}

/// Lets one come after the other, whether or not those before are answered, until it is over.
fn come<'s>(
    scope: &'s Scope<'s, '_>,
    bench: &'s Bench,
    people: &'s [String],
    (every, is_over, told): (Duration, &'s AtomicBool, &'s Told),
) {
    let (begun, mut came) = (Instant::now(), 0_u32);
    for name in people.iter().cycle() {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let due = begun + every * came;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        came = came.saturating_add(1);
        // There are hundreds at once, who do little.
        let small = Builder::new().stack_size(256 * 1024);
        let sign_in = move || told.count(bench.sign_in(name));
        if small.spawn_scoped(scope, sign_in).is_err() {
            told.count(Ok((0, false)));
        }
    }
}

/// Waits until the first ones are told to come back.
fn fill(told: &Told) -> Result<()> {
    let begun = Instant::now();
    while told.later.load(Ordering::Relaxed) == 0 {
        if begun.elapsed() > FULL_WITHIN {
            bail!("nobody was told to come back");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whoever comes when the last of the flood was answered is let in at once.
fn recover(bench: &Bench, people: &[String]) -> Result<()> {
    let begun = Instant::now();
    let (status, _) = bench.sign_in(people.first().context("nobody is there")?)?;
    let took = begun.elapsed();
    println!(
        "the first sign-in after the last of them: {status} after {} ms",
        took.as_millis()
    );
    if status != 200 || took > RECOVERED {
        bail!("the flood is over, and a sign-in has to wait");
    }
    Ok(())
}
