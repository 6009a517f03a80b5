//! Whether an answer's time tells what the answer itself does not: refusals of two kinds, asked in turns, and a test of their means.
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::api::Api;
use crate::bench::directory::{self, Slapd};
use crate::bench::{Database, LOAD_CORE, Options, SERVER_CORE, crowd, lists};
use crate::command;
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

/// Beyond this the means of two kinds differ, and not by chance.
const MOST: f64 = 5.0;
/// The slowest of a hundred answers are the machine's doing, and hide more than they show.
const KEPT_OF_A_HUNDRED: usize = 90;
/// Answers that are not counted, while everything gets warm.
const WARM: usize = 200;

const SECRET: &str = "Q7wXn2LrT9vKb4HsZ1cFy6Mp8DgJa3Ue";
/// Whoever guesses more secrets of one client from one address is told to wait.
const GUESSES_OF_A_CLIENT: u32 = 24;

/// Two kinds of refused requests, of which nobody may be able to tell which is which.
struct Pair {
    name: &'static str,
    kinds: [&'static str; 2],
    /// The bodies of the one kind and of the other, as many of each.
    bodies: [Vec<String>; 2],
    /// The status of both.
    refusal: u16,
}

/// What the times of a pair say.
#[derive(Debug)]
struct Compared {
    means_us: [f64; 2],
    /// Welch's t of the two means.
    t: f64,
    samples: usize,
}

/// Asks each pair in turns, and compares.
///
/// # Errors
/// A request is not refused as it should be, or the times of a pair differ.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_timing")?;
    let place = Place::new()?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-timing.log"),
        filter: server::USUAL,
    };
    lists::fill(&place, &setup, options)?;
    let server = Server::start_at(place, &setup)?;
    let me = std::process::id().to_string();
    command::run(std::process::Command::new("taskset").args(["-cp", &LOAD_CORE.to_string(), &me]))?;
    let api = Api::new(&server.base);
    prepare(&api, options.users)?;
    println!(
        "{:<28} {:<40} {:>10} {:>10} {:>8} {:>7}",
        "", "", "mean us", "mean us", "samples", "t"
    );
    let mut differing = Vec::new();
    // Each name is guessed at once, without a directory or with one.
    let mut alone = own(&api, options.users)?;
    let beside = alone.split_off(alone.len() / 2);
    let wanted = |pair: &Pair| {
        let only = options.pair.as_deref().unwrap_or_default();
        pair.name.contains(only) || pair.kinds.iter().any(|kind| kind.contains(only))
    };
    let pairs = [names("password grant", &alone), secrets(options.users)];
    for pair in pairs.iter().filter(|pair| wanted(pair)) {
        measure(&api, pair, &mut differing)?;
    }
    let slapd = Slapd::start(options.users)?;
    attach(&api, slapd.port)?;
    let entries = (0..options.users).map(|number| format!("person{number}"));
    let mut of_directory = names("beside a directory", &entries.collect::<Vec<_>>());
    of_directory.kinds = ["a name of the directory", "nobody's name"];
    let pairs = [names("beside a directory", &beside), of_directory];
    for pair in pairs.iter().filter(|pair| wanted(pair)) {
        measure(&api, pair, &mut differing)?;
    }
    if !differing.is_empty() {
        bail!("the time tells which is which: {}", differing.join(", "));
    }
    Ok(())
}

/// Asks a pair, says what came of it, and notes a name that differs.
fn measure(api: &Api, pair: &Pair, differing: &mut Vec<String>) -> Result<()> {
    let compared = compare(&ask(api, pair)?).context("too few answers to compare")?;
    let [first, second] = compared.means_us;
    let kinds = pair.kinds.join(" / ");
    println!(
        "{:<28} {kinds:<40} {first:>10.1} {second:>10.1} {:>8} {:>7.2}",
        pair.name, compared.samples, compared.t,
    );
    if compared.t.abs() >= MOST {
        differing.push(format!("{} ({kinds})", pair.name));
    }
    Ok(())
}

/// Puts a directory beside the people of the realm.
fn attach(api: &Api, port: u16) -> Result<()> {
    let component = json!({
        "name": "ldap", "providerId": "ldap", "providerType": "org.keycloak.storage.UserStorageProvider",
        "config": directory::settings(port),
    });
    let path = format!("/admin/realms/{}/components", crowd::REALM);
    api.create(&api.admin_token()?, &path, &component)?;
    Ok(())
}

/// How many clients it takes to guess that often, in two ways.
fn clients(many: u32) -> u32 {
    2 * many / GUESSES_OF_A_CLIENT + 1
}

/// Clients with a secret, and no limit of names for one address, because all of them are tried from this one.
fn prepare(api: &Api, many: u32) -> Result<()> {
    let token = api.admin_token()?;
    let realm = format!("/admin/realms/{}", crowd::REALM);
    for number in 0..clients(many) {
        let client = json!({
            "clientId": client(number), "secret": SECRET, "serviceAccountsEnabled": true, "standardFlowEnabled": false,
        });
        api.create(&token, &format!("{realm}/clients"), &client)?;
    }
    let found = get(api, &token, &realm)?;
    let mut attributes = found
        .get("attributes")
        .cloned()
        .unwrap_or_else(|| json!({}));
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert("signIn.namesPerAddress".to_owned(), json!("0"));
    }
    let request = api.agent.put(format!("{}{realm}", api.base));
    let request = request.header("Authorization", format!("Bearer {token}"));
    let status = request
        .send_json(json!({ "attributes": attributes }))?
        .status()
        .as_u16();
    if status != 204 {
        bail!("the realm could not be changed: {status}");
    }
    Ok(())
}

fn get(api: &Api, token: &str, path: &str) -> Result<Value> {
    let request = api.agent.get(format!("{}{path}", api.base));
    let request = request.header("Authorization", format!("Bearer {token}"));
    let mut answer = request.call()?;
    Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
}

/// The names of the realm's own people.
fn own(api: &Api, users: u32) -> Result<Vec<String>> {
    const PAGE: u32 = 1_000;
    let token = api.admin_token()?;
    let mut known = Vec::new();
    for first in (0..users).step_by(1_000) {
        let path = format!(
            "/admin/realms/{}/users?first={first}&max={PAGE}&briefRepresentation=true",
            crowd::REALM
        );
        let page = get(api, &token, &path)?;
        let page = page.as_array().context("the users are no list")?;
        let of_page = page
            .iter()
            .filter_map(|user| user.get("username")?.as_str());
        known.extend(of_page.map(str::to_owned));
    }
    Ok(known)
}

/// Wrong passwords at names that somebody has, and at names of nearly the same lengths that nobody has; each name once.
fn names(name: &'static str, known: &[String]) -> Pair {
    // The same letters the other way round: as long, as different from each other, and nobody's.
    let unknown = known.iter().map(|name| {
        let turned: String = name.chars().rev().collect();
        format!("{turned}q")
    });
    let unknown: Vec<String> = unknown.collect();
    let body = |name: &String| {
        format!("client_id=admin-cli&grant_type=password&username={name}&password=not-the-password")
    };
    Pair {
        name,
        kinds: ["somebody's name", "nobody's name"],
        bodies: [
            known.iter().map(body).collect(),
            unknown.iter().map(body).collect(),
        ],
        refusal: 400,
    }
}

fn client(number: u32) -> String {
    format!("timing-{number:05}")
}

/// Secrets that are wrong in the first letter alone, and in the last alone.
fn secrets(many: u32) -> Pair {
    let of_each = |secret: &str| {
        let body = |number: u32| {
            let client = client(number % clients(many));
            format!("client_id={client}&client_secret={secret}&grant_type=client_credentials")
        };
        (0..many).map(body).collect()
    };
    let first = format!("x{}", SECRET.get(1..).unwrap_or_default());
    let last = format!("{}x", SECRET.get(..SECRET.len() - 1).unwrap_or_default());
    Pair {
        name: "client secret",
        kinds: ["first letter wrong", "last letter wrong"],
        bodies: [of_each(&first), of_each(&last)],
        refusal: 401,
    }
}

/// The microseconds of each kind, in an order of the kinds that nothing else on the machine follows.
fn ask(api: &Api, pair: &Pair) -> Result<[Vec<f64>; 2]> {
    let mut took = [Vec::new(), Vec::new()];
    let mut chance: u64 = 0x9e37_79b9_7f4a_7c15;
    let [first, second] = &pair.bodies;
    for (number, bodies) in first.iter().zip(second).enumerate() {
        // Knuth's generator; its upper bits are good enough to toss a coin.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let heads = chance >> 63 == 0;
        for kind in if heads { [0, 1] } else { [1, 0] } {
            let body = if kind == 0 { bodies.0 } else { bodies.1 };
            let begun = Instant::now();
            let (status, answer) = api.post_token(crowd::REALM, body)?;
            let micros = begun.elapsed().as_secs_f64() * 1e6;
            if status != pair.refusal {
                bail!("{}: {status} {answer}", pair.name);
            }
            if number >= WARM
                && let Some(of_kind) = took.get_mut(kind)
            {
                of_kind.push(micros);
            }
        }
    }
    Ok(took)
}

/// Welch's t-test, after the slowest are left out by one bound for both kinds.
fn compare(took: &[Vec<f64>; 2]) -> Option<Compared> {
    let mut all: Vec<f64> = took.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let bound = *all.get((all.len() * KEPT_OF_A_HUNDRED / 100).checked_sub(1)?)?;
    let of = |kind: &[f64]| {
        let kept: Vec<f64> = kind.iter().copied().filter(|time| *time <= bound).collect();
        let many = f64::from(u32::try_from(kept.len()).ok()?);
        if many < 2.0 {
            return None;
        }
        let mean = kept.iter().sum::<f64>() / many;
        let squares = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>();
        Some((kept.len(), mean, squares / (many - 1.0) / many))
    };
    let [first, second] = took;
    let (some, mean, spread) = of(first)?;
    let (others, other_mean, other_spread) = of(second)?;
    Some(Compared {
        means_us: [mean, other_mean],
        t: (mean - other_mean) / (spread + other_spread).sqrt(),
        samples: some.min(others),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times between 100 and 120, the slower kind by so much.
    fn times(slower: f64) -> [Vec<f64>; 2] {
        let of = |more: f64, step: u32| {
            (0..2_000_u32)
                .map(|number| 100.0 + f64::from(number * step % 199) / 10.0 + more)
                .collect()
        };
        [of(0.0, 7), of(slower, 11)]
    }

    #[test]
    fn a_hundredth_more_is_found_and_none_is_not() {
        assert!(compare(&times(0.0)).unwrap().t.abs() < 1.0);
        assert!(compare(&times(2.0)).unwrap().t < -MOST);
    }

    #[test]
    fn a_pause_of_the_machine_is_nobodys() {
        let mut paused = times(0.0);
        paused[0].extend([1e6; 100]);

        assert!(compare(&paused).unwrap().t.abs() < 1.0);
        assert!(compare(&[vec![1.0], vec![1.0]]).is_none());
    }
}
