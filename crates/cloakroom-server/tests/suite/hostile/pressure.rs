//! Whoever asks too often, too slowly, or for what does not come holds up nobody else.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use super::Story;
use super::elsewhere::Elsewhere;
use super::grant::assert_refused;
use super::invariant::SLOWEST;
use super::scene::{Honest, Scene};
use crate::conformance::party::{fresh, now};
use crate::jwt;
use crate::realm::Client;

pub(super) const STORIES: &[Story] = &[
    (
        "C19 keys of a client that are not to be had prove nothing, and are not asked for again and again",
        keys_elsewhere,
    ),
    (
        "T03 connections that say nothing more, or a byte at a time, hold up nobody and are closed",
        half_open,
    ),
];

fn credentials(scene: &Scene, client: &Client) -> Honest {
    let honest = scene.post("token", Some(client));
    honest.with("grant_type", "client_credentials")
}

/// A client whose keys are at this address says who it is; the signature is good under no key.
fn signed(scene: &Scene, id: &str) -> Honest {
    let header = json!({"alg": "RS256", "kid": "one"});
    let claims = json!({
        "iss": id, "sub": id, "aud": scene.realm.issuer(), "jti": fresh(), "iat": now(), "exp": now() + 60,
    });
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    scene
        .post("token", None)
        .with("grant_type", "client_credentials")
        .with("client_assertion_type", kind)
        .with(
            "client_assertion",
            &jwt::assembled(&header, &claims, &[1; 256]),
        )
}

fn keys_elsewhere(scene: &Scene) {
    let inside = scene.filled("${canary}");
    for path in ["500", "html", "large", "redirect", "slow", "inside"] {
        let elsewhere = Elsewhere::start(&inside);
        let address = match path {
            "inside" => format!("{inside}/keys"),
            _ => format!("{}/{path}", elsewhere.base),
        };
        let id = format!("keys-{path}");
        let settings = json!({
            "serviceAccountsEnabled": true, "clientAuthenticatorType": "client-jwt",
            "attributes": {"use.jwks.url": "true", "jwks.url": address},
        });
        scene.realm.create_client(&id, settings);

        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let answer = scene.play(&signed(scene, &id));

                    assert_refused(&answer, &["json 400 invalid_client", "json 401"]);
                    assert!(answer.took.as_secs() < 13, "{path}: {:?}", answer.took);
                });
            }
            // Meanwhile another client is answered as ever.
            let other = scene.play(&credentials(scene, &scene.machine));
            assert_eq!(other.status, 200, "{other:?}");
            assert!(other.took < 5 * SLOWEST, "{path}: {:?}", other.took);
        });

        let expected = usize::from(path != "inside");
        assert_eq!(elsewhere.asked(), expected, "{path}");
    }
}

/// How many sockets of each kind; fewer where the system gives the tests fewer.
fn sockets() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let most = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let most = usize::try_from(most.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    // The suite has files of its own, and so has the server.
    (most.saturating_sub(500) / 2).min(2500)
}

/// How an unfinished request begins, and what follows it byte by byte.
fn beginnings(scene: &Scene) -> [(String, &'static [u8]); 4] {
    let path = scene.realm.path("token");
    let host = scene.server().host();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n");
    let form = format!("{head}Content-Type: application/x-www-form-urlencoded\r\n");
    [
        (head, b"X-Never: ends"),
        (
            format!("{form}Content-Length: 100000\r\n\r\ngrant"),
            b"_type=client_credentials",
        ),
        // Chunks of one byte each.
        (
            format!("{form}Transfer-Encoding: chunked\r\n\r\n"),
            b"1\r\ng\r\n",
        ),
        // Nobody reads what is sent to an address that is none.
        (
            format!("POST /nowhere HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"),
            b"1\r\ng\r\n",
        ),
    ]
}

/// The median of what an honest client waits for its tokens.
fn median(scene: &Scene) -> Duration {
    let mut took: Vec<Duration> = (0..21)
        .map(|_| {
            let answer = scene.play(&credentials(scene, &scene.machine));
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.took
        })
        .collect();
    took.sort();
    took[took.len() / 2]
}

fn half_open(scene: &Scene) {
    let quiet = median(scene);
    let beginnings = beginnings(scene);
    let port = scene.server().port;
    let open = |(number, begun): (usize, &String)| {
        let mut stream = crate::http::connect(&format!("127.0.3.{}", number % 200 + 1), port);
        let written = stream.write_all(begun.as_bytes());
        written.map(|()| stream)
    };
    let [(head, _), (body, _), ..] = &beginnings;
    let many: Vec<TcpStream> = (0..sockets())
        .flat_map(|number| [(number, head), (number, body)])
        .filter_map(|one| open(one).ok())
        .collect();

    let crowded = median(scene);
    assert!(
        crowded < 2 * quiet + SLOWEST / 4,
        "{crowded:?} beside {} connections, {quiet:?} without",
        many.len()
    );

    // Nor is one waited for that goes on, a byte at a time.
    std::thread::scope(|scope| {
        for (begun, rest) in &beginnings {
            scope.spawn(move || trickle(scene, begun, rest));
        }
    });
    let mut streams = many.into_iter();
    let closed = streams.all(|stream| is_closed(&stream));
    assert!(closed, "a connection that says nothing stays open");
    assert!(median(scene) < SLOWEST, "and nothing of it is left");
}

/// A connection on which the server is done: whatever it said, its end follows.
fn is_closed(mut stream: &TcpStream) -> bool {
    // Thousands are closed at once, by a machine that may be busy.
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut said = Vec::new();
    let ended = stream.read_to_end(&mut said);
    assert!(
        !said.starts_with(b"HTTP/1.1 2"),
        "half a request is answered"
    );
    match ended {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

fn trickle(scene: &Scene, begun: &str, rest: &[u8]) {
    const LONGEST: Duration = Duration::from_secs(45);
    let started = Instant::now();
    let mut stream = crate::http::connect("127.0.0.1", scene.server().port);
    stream.write_all(begun.as_bytes()).unwrap();
    let mut reader = stream.try_clone().unwrap();
    reader
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let mut said = Vec::new();
    for byte in rest.iter().cycle() {
        assert!(
            started.elapsed() < LONGEST,
            "the connection stays open: {begun}"
        );
        let _ = stream.write_all(&[*byte]);
        let mut part = [0; 4096];
        match reader.read(&mut part) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&part[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 4"),
        "{begun}: {said}"
    );
}
