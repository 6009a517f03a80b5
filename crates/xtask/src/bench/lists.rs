//! How fast lists and searches of the admin API are where there is much to list, and how much memory they take.
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::api::Api;
use crate::bench::{self, Database, Options, SERVER_CORE, crowd};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// What a list may take at 19 of 20 requests.
const MOST: Duration = Duration::from_millis(150);
/// How often each list is asked for.
const ROUNDS: usize = 20;
/// How much memory may be held after all lists were asked for once more, in MiB.
const GROWTH: f64 = 32.0;

/// A list, and how it is asked for.
#[derive(Debug)]
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) path: String,
}

/// How long the answers took, and what was in the last one.
struct Took {
    median: Duration,
    slow: Duration,
    bytes: usize,
}

pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_lists")?;
    let place = Place::new()?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-lists.log"),
        filter: server::USUAL,
    };
    fill(&place, &setup, options)?;
    let server = Server::start_at(place, &setup)?;
    measure(&server)
}

/// Fills the database, and says how fast that was.
pub(super) fn fill(place: &Place, setup: &Setup<'_>, options: &Options) -> Result<()> {
    let mut command = place.command(setup, &["demo", "--realm", crowd::REALM])?;
    for (flag, many) in [
        ("--users", options.users),
        ("--clients", options.clients),
        ("--realms", options.realms),
        ("--tokens", options.tokens),
    ] {
        command.arg(flag).arg(many.to_string());
    }
    let ended = bench::run_to_end(&mut command, &setup.log)?;
    println!(
        "filled with {} users, {} clients, {} realms, {} refresh tokens in {:.0} s, {:.0} MiB at most",
        options.users,
        options.clients,
        options.realms,
        options.tokens,
        ended.took.as_secs_f64(),
        ended.most_memory
    );
    Ok(())
}

fn measure(server: &Server) -> Result<()> {
    let api = Api::new(&server.base);
    let idle = server.memory().0;
    println!("{:<44} {:>9} {:>9} {:>9}", "", "p50 ms", "p95 ms", "kB");
    let mut slow = Vec::new();
    let lists = crowd::lists(&api)?;
    for list in &lists {
        let took = ask(&api, list, ROUNDS)?;
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{:<44} {:>9.1} {:>9.1} {:>9}",
            list.name,
            millis(took.median),
            millis(took.slow),
            took.bytes / 1000
        );
        if took.slow > MOST {
            slow.push(list.name);
        }
    }
    let after = server.memory().0;
    for list in &lists {
        ask(&api, list, 3)?;
    }
    let again = server.memory().0;
    println!(
        "memory: {idle:.0} MiB before, {after:.0} after, {again:.0} after another round, {:.0} at most",
        server.memory().1
    );
    if !slow.is_empty() {
        bail!("slower than {} ms: {}", MOST.as_millis(), slow.join(", "));
    }
    if again > after + GROWTH {
        bail!("memory is not flat");
    }
    Ok(())
}

fn ask(api: &Api, list: &List, rounds: usize) -> Result<Took> {
    // A token lives for a minute.
    let token = format!("Bearer {}", api.admin_token()?);
    let url = format!("{}/admin/realms{}", api.base, list.path);
    let mut times = Vec::with_capacity(rounds);
    let mut bytes = 0;
    for _ in 0..rounds {
        let request = api.agent.get(&url).header("Authorization", &token);
        let started = Instant::now();
        let mut answer = request.call()?;
        let body = answer
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()?;
        times.push(started.elapsed());
        if answer.status() != 200 {
            bail!(
                "GET {} answered {} {}",
                list.path,
                answer.status(),
                String::from_utf8_lossy(&body)
            );
        }
        bytes = body.len();
    }
    times.sort();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1));
    Ok(Took {
        median: *at(50).context("no request was sent")?,
        slow: *at(95).context("no request was sent")?,
        bytes,
    })
}

/// A member of the first thing that a list answers.
pub(super) fn first(api: &Api, token: &str, path: &str, member: &str) -> Result<String> {
    let found = api.get(token, &format!("/admin/realms{path}"))?;
    let text = found.get(0).and_then(|one| one.get(member));
    let text = text.and_then(Value::as_str);
    let text = text.with_context(|| format!("{path} lists nothing with {member}"))?;
    Ok(text.to_owned())
}
