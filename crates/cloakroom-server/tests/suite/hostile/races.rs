//! Races: sixty-four who have the same thing that is good for once, over all nodes of the database. One of them wins.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::Story;
use super::assertion::assertion;
use super::device::Device;
use super::grant::public_tokens;
use super::often::rounds;
use super::outcome;
use super::pushed::{opens, reference};
use super::scene::{Honest, Scene};
use crate::http::{Answer, Request, exchange_together, text};
use crate::jwt;
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "F6-05a a code that sixty-four redeem on all nodes is redeemed once",
        code,
    ),
    (
        "F6-05b a refresh token that sixty-four use on all nodes goes on in one line",
        refresh,
    ),
    (
        "F6-05c an assertion that sixty-four use on all nodes is used once",
        client_assertion,
    ),
    (
        "F6-05d a device code that sixty-four trade on all nodes is traded once",
        device,
    ),
    (
        "F6-05e a pushed request that sixty-four open on all nodes is opened once",
        pushed,
    ),
    (
        "F6-05f a right to register one client that sixty-four use on all nodes makes one",
        initial_access,
    ),
    (
        "F6-06 what was spent on one node is spent on the other at once",
        other_node,
    ),
];

const CONTENDERS: usize = 64;

/// The answers to a request that all contenders send at once.
fn contend(scene: &Scene, request: &Request) -> Vec<Answer> {
    let server = scene.server();
    let bytes = request.bytes(server.host());
    let answers = exchange_together(&server.nodes(), &bytes, CONTENDERS);
    for answer in &answers {
        let is_told = [200, 201, 400, 401, 403, 503].contains(&answer.status);
        assert!(is_told, "{answer:?}");
        for name in [
            "access_token",
            "refresh_token",
            "id_token",
            "registrationAccessToken",
        ] {
            server.keep_secret(text(&answer.json(), name));
        }
    }
    answers
}

fn won(scene: &Scene, honest: &Honest) -> Vec<Answer> {
    let mut answers = contend(scene, &honest.request());
    answers.retain(|answer| answer.status == 200);
    answers
}

fn code(scene: &Scene) {
    for _ in 0..rounds(3) {
        let redemption = scene.redemption(&scene.web, &scene.code(&scene.web));

        let won = won(scene, &redemption);

        assert_eq!(won.len(), 1, "{} redeemed one code", won.len());
        // What the winner got ends when the code comes again (RFC 6749 §4.1.2), whichever node saw it.
        let access = text(&won[0].json(), "access_token").to_owned();
        let answer = scene.play(&scene.userinfo(&access));
        assert!(
            outcome::is("challenge 401 invalid_token", &answer),
            "{answer:?}"
        );
    }
}

fn refresh(scene: &Scene) {
    for _ in 0..rounds(3) {
        let tokens = public_tokens(scene);
        let mut honest = scene.refresh(text(&tokens, "refresh_token"));
        honest.headers.clear();

        let won = won(scene, &honest.with("client_id", &scene.spa.id));

        // Whoever asks again within the moment in which an answer can be lost is told the same successor.
        let id = |answer: &Answer| {
            text(&jwt::claims(text(&answer.json(), "refresh_token")), "jti").to_owned()
        };
        let ids: BTreeSet<String> = won.iter().map(id).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
}

fn client_assertion(scene: &Scene) {
    for _ in 0..rounds(5) {
        let header = json!({"alg": "HS256"});
        let honest = assertion(scene, &header, json!({}), &scene.signer.secret);

        let won = won(scene, &honest);

        assert_eq!(won.len(), 1, "{} used one assertion", won.len());
    }
}

fn device(scene: &Scene) {
    // Each device is a client and a sign-in with a password.
    for number in 0..rounds(1).min(50) {
        let device = Device::start(scene, &format!("contended-{number}"), json!({}));
        device.decide(scene, "accept");
        pause(Duration::from_millis(1200));

        let won = won(scene, &device.trade(scene, &device.client));

        assert_eq!(won.len(), 1, "{} traded one code", won.len());
    }
}

fn pushed(scene: &Scene) {
    for _ in 0..rounds(3) {
        let opened = opens(scene, &scene.web, &reference(scene));

        let won = won(scene, &opened);

        assert_eq!(won.len(), 1, "{} opened one request", won.len());
        assert!(outcome::is("login", &won[0]), "{:?}", won[0]);
    }
}

fn initial_access(scene: &Scene) {
    for number in 0..rounds(3) {
        let asked = json!({"count": 1, "expiration": 600});
        let right = scene
            .realm
            .call("POST", "/clients-initial-access", &asked)
            .json();
        let client = json!({"client_name": format!("contended {number}"), "redirect_uris": ["https://rp.test/made"]});
        let path = format!(
            "/realms/{}/clients-registrations/openid-connect",
            scene.realm.name
        );
        let request = Request::new("POST", &path)
            .with(
                "Authorization",
                &format!("Bearer {}", text(&right, "token")),
            )
            .with("Content-Type", "application/json")
            .with_body(client.to_string().into_bytes());

        let mut made = contend(scene, &request);

        made.retain(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "{} clients by one right", made.len());
        let body: Value = made[0].json();
        scene.server().keep_secret(text(&body, "client_secret"));
        scene
            .server()
            .keep_secret(text(&body, "registration_access_token"));
    }
}

fn other_node(scene: &Scene) {
    let server = scene.server();
    let nodes = server.nodes();
    for _ in 0..rounds(10) {
        let redemption = scene
            .redemption(&scene.web, &scene.code(&scene.web))
            .request();
        let bytes = redemption.bytes(server.host());
        let first = crate::http::exchange(nodes[0], &bytes);
        let second = crate::http::exchange(nodes[nodes.len() - 1], &bytes);

        assert_eq!((first.status, second.status), (200, 400), "{second:?}");
        for name in ["access_token", "refresh_token", "id_token"] {
            server.keep_secret(text(&first.json(), name));
        }
    }
}
