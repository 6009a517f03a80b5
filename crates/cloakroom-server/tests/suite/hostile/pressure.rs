//! Whoever asks too often, too slowly, or for what does not come holds up nobody else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Story;
use super::elsewhere::Elsewhere;
use super::grant::assert_refused;
use super::invariant::{SLOWEST, check_nothing_issued};
use super::outcome;
use super::scene::{Honest, Scene};
use crate::conformance::party::{fresh, now};
use crate::jwt;
use crate::realm::Client;

pub(super) const STORIES: &[Story] = &[
    (
        "B28 wrong secrets of a client harm neither it nor another",
        wrong_secrets,
    ),
    (
        "C19 keys of a client that are not to be had prove nothing, and are not asked for again and again",
        keys_elsewhere,
    ),
    (
        "T03 connections that say nothing more hold up nobody, and are closed",
        half_open,
    ),
];

/// Enough to run into any limit that counts a client's failures.
const GUESSES: usize = 300;

fn credentials(scene: &Scene, client: &Client) -> Honest {
    let honest = scene.post("token", Some(client));
    honest.with("grant_type", "client_credentials")
}

fn wrong_secrets(scene: &Scene) {
    let settings = json!({"serviceAccountsEnabled": true});
    let client = scene.realm.create_client("guessed", settings);
    for _ in 0..GUESSES {
        let wrong = Client {
            secret: fresh(),
            ..client.clone()
        };
        let answer = scene.play(&credentials(scene, &wrong));

        let is_refused = outcome::is("json 401", &answer) || answer.status == 429;
        assert!(is_refused, "{answer:?}");
        check_nothing_issued(&answer);
    }

    assert_eq!(scene.play(&credentials(scene, &client)).status, 200);
    assert_eq!(scene.play(&credentials(scene, &scene.machine)).status, 200);
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

fn half_open(scene: &Scene) {
    const CONNECTIONS: usize = 300;
    let path = scene.realm.path("token");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\n",
        scene.server().host()
    );
    let body =
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ngrant";
    let begun = Instant::now();
    let mut streams: Vec<TcpStream> = (0..CONNECTIONS)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", scene.server().port)).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            if number % 2 == 1 {
                stream.write_all(body.as_bytes()).unwrap();
            }
            stream
        })
        .collect();

    // A busy machine may be slow once or twice, so the one in the middle counts.
    let mut took: Vec<Duration> = (0..11)
        .map(|_| {
            let answer = scene.play(&credentials(scene, &scene.machine));
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.took
        })
        .collect();
    took.sort();
    assert!(took[took.len() / 2] < SLOWEST, "{took:?}");

    // A head that does not end is not waited for.
    let limit = Duration::from_secs(30);
    let stream = &mut streams[0];
    stream.set_read_timeout(Some(limit)).unwrap();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    assert!(begun.elapsed() < limit, "the connection stays open");
    assert!(
        !said.starts_with(b"HTTP/1.1 2"),
        "half a request is answered"
    );
}
