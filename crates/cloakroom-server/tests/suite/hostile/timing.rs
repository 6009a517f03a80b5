//! Time tells nothing: answers for the unknown and the known, the nearly right and the quite wrong, come from one
//! distribution, as far as Welch's t-test can see. Measured where the long form of the tests is asked for.

use std::net::TcpStream;
use std::time::Instant;

use serde_json::json;

use super::Story;
use super::scene::Scene;
use crate::conformance::party::{basic, fresh};
use crate::http::{Request, connect};
use crate::realm::{Client, Realm};

pub(super) const STORIES: &[Story] = &[
    (
        "F7-01 an unknown user and a wrong password take the same time",
        users,
    ),
    (
        "F7-02 the first byte of a client's secret tells nothing",
        client_secrets,
    ),
    (
        "F7-03 an unknown client and a wrong secret take the same time",
        unknown_clients,
    ),
    ("F7-04 the bytes of a code tell nothing", codes),
];

/// The greatest t that chance explains.
const CHANCE: f64 = 5.0;
/// A difference that is smaller is lost on the way to whoever measures it.
const SEEN: f64 = 0.000_2;
/// A client that is guessed at from one address is not looked at after so many.
const PATIENT: usize = 40;

/// Sends a request over a connection of its own from this address, and answers how long the answer took.
fn took(scene: &Scene, from: &str, request: &Request) -> (u16, f64) {
    use std::io::{Read as _, Write as _};
    let mut stream: TcpStream = connect(from, scene.server().port);
    let bytes = request.bytes(scene.server().host());
    let mut received = Vec::new();
    let begun = Instant::now();
    stream.write_all(&bytes).unwrap();
    stream.read_to_end(&mut received).unwrap();
    let took = begun.elapsed();
    let line = String::from_utf8_lossy(&received[..received.len().min(16)]).into_owned();
    let status = line.split(' ').nth(1).and_then(|text| text.parse().ok());
    (status.unwrap_or(0), took.as_secs_f64())
}

/// Mean and variance of the faster nine tenths, which the noise of the machine spoils least.
fn moments(times: &mut [f64]) -> (f64, f64, f64) {
    times.sort_by(f64::total_cmp);
    let kept = &times[..times.len() * 9 / 10];
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are some thousand of them"
    )]
    let count = kept.len() as f64;
    let mean = kept.iter().sum::<f64>() / count;
    let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance, count)
}

/// Asks two questions in turn, says what it measured, and fails if the answers' times differ more than chance and what can be seen.
#[expect(clippy::print_stdout, reason = "what was measured is what is wanted")]
fn compare(
    scene: &Scene,
    what: &str,
    samples: usize,
    ask: impl Fn(usize, bool) -> (String, Request),
) {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let mut statuses = std::collections::BTreeMap::new();
    for number in 0..samples {
        // Who comes first changes, because the first of two may warm what the second needs.
        for second in [number % 2 == 0, number % 2 == 1] {
            let (from, request) = ask(number, second);
            let (status, time) = took(scene, &from, &request);
            *statuses.entry((second, status)).or_insert(0) += 1;
            if second {
                other.push(time);
            } else {
                one.push(time);
            }
        }
    }
    let ((mean, variance, count), (mean_too, variance_too, count_too)) =
        (moments(&mut one), moments(&mut other));
    let t = (mean - mean_too) / (variance / count + variance_too / count_too).sqrt();
    let difference = mean - mean_too;
    println!(
        "{}: {what}: {samples} samples each, {:.1} and {:.1} µs, t = {t:.2}, {statuses:?}",
        scene.server().database,
        mean * 1e6,
        mean_too * 1e6
    );
    assert!(
        t.abs() < CHANCE || difference.abs() < SEEN,
        "{what}: t = {t:.2}, {difference:e} s"
    );
}

/// An address of this machine for each few guesses.
fn address(number: usize) -> String {
    let turn = number / PATIENT;
    format!(
        "127.{}.{}.{}",
        20 + turn / 40_000,
        1 + (turn / 200) % 200,
        1 + turn % 200
    )
}

fn guess(scene: &Scene, client: &Client) -> Request {
    let honest = scene.post("token", Some(client));
    honest.with("grant_type", "client_credentials").request()
}

fn users(scene: &Scene) {
    let realm = Realm::create(
        &scene.realm.server,
        "timing",
        json!({"bruteForceProtected": false}),
    );
    let web = realm.create_client("web", json!({"directAccessGrantsEnabled": true}));
    let person = realm.create_person("ada", json!({}));
    compare(
        scene,
        "an unknown user and a wrong password",
        1_000,
        |number, known| {
            let name = if known {
                person.username.clone()
            } else {
                format!("nobody-{number}")
            };
            let mut honest = scene.post("token", None);
            honest.path = realm.path("token");
            honest.headers = vec![("Authorization".to_owned(), basic(&web))];
            let honest = honest
                .with("grant_type", "password")
                .with("username", &name);
            (
                address(number * PATIENT / 4),
                honest.with("password", &fresh()).request(),
            )
        },
    );
}

fn client_secrets(scene: &Scene) {
    let right = scene.machine.secret.clone();
    compare(
        scene,
        "the right and a wrong first byte of a secret",
        10_000,
        |number, is_near| {
            let secret = match is_near {
                // All but the last byte is right.
                true => format!(
                    "{}{}",
                    &right[..right.len() - 1],
                    if right.ends_with('A') { 'B' } else { 'A' }
                ),
                false => format!(
                    "{}{}",
                    if right.starts_with('A') { 'B' } else { 'A' },
                    &right[1..]
                ),
            };
            let client = Client {
                secret,
                ..scene.machine.clone()
            };
            (address(number), guess(scene, &client))
        },
    );
}

fn unknown_clients(scene: &Scene) {
    compare(
        scene,
        "an unknown client and a wrong secret",
        10_000,
        |number, known| {
            let id = if known {
                scene.machine.id.clone()
            } else {
                "machina".to_owned()
            };
            let client = Client {
                id,
                secret: fresh(),
            };
            (address(number + 500_000), guess(scene, &client))
        },
    );
}

fn codes(scene: &Scene) {
    let code = scene.code(&scene.web);
    let (id, secret) = code.split_once('.').unwrap_or((&code, ""));
    compare(
        scene,
        "a code with a wrong secret and one that nobody issued",
        5_000,
        |_, known| {
            let wrong = match known {
                true => format!("{id}.{}x", &secret[..secret.len().saturating_sub(1)]),
                false => format!("{}.{secret}", fresh()),
            };
            (
                "127.0.0.1".to_owned(),
                scene.redemption(&scene.web, &wrong).request(),
            )
        },
    );
}
