//! Codes that are bound to a key before they are there: by the authorization request, or by a pushed one.

use serde_json::json;

use super::key::Key;
use super::{Fields, Scene, Story, assert_bound, assert_refused};
use crate::browser::Browser;
use crate::http::{Answer, Request, decode, encode, text};
use crate::realm::{CALLBACK, Client};

pub(super) const STORIES: &[Story] = &[
    (
        "DPOP-09 a code goes to the key that the request named",
        named,
    ),
    (
        "B12 a code that is bound to a key gives nothing without it",
        other_key,
    ),
    ("A85 a key is named by its whole thumbprint", wrong_names),
    (
        "DPOP-09 a pushed request binds the code to the key that came with it",
        pushed,
    ),
    ("F09 a pushed request is of the key that it names", conflict),
    ("a code that is bound to no key goes to any", unbound),
    (
        "DPOP-10 nothing that a browser carries is given to a client that wants bound tokens",
        front,
    ),
];

/// Pushes a request with these proofs.
pub(super) fn push(scene: &Scene, client: &Client, (asked, proofs): (Fields, &[&str])) -> Answer {
    let asked = asked.into_iter().filter(|(name, _)| *name != "client_id");
    scene.post(client, "ext/par/request", (asked.collect(), proofs))
}

/// The code that a pushed request leads to.
pub(super) fn code_of(scene: &Scene, client: &Client, pushed: &Answer) -> String {
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let reference = text(&pushed.json(), "request_uri").to_owned();
    let opened = [("client_id", client.id.clone()), ("request_uri", reference)];
    scene.code(&opened)
}

fn named(scene: &Scene) {
    let key = Key::new();
    let asked = scene.asks(&scene.app, Some(("dpop_jkt", key.thumbprint().as_str())));

    let answer = scene.redeem(&scene.app, &scene.code(&asked), &[&scene.proof(&key)]);

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_bound(&answer.json(), &key);
}

fn other_key(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let asked = scene.asks(&scene.app, Some(("dpop_jkt", key.thumbprint().as_str())));
    let foreign = scene.proof(&other);
    let tried: [&[&str]; 2] = [&[], &[&foreign]];
    for proofs in tried {
        let code = scene.code(&asked);

        let answer = scene.redeem(&scene.app, &code, proofs);

        assert_refused(&answer, 400, &["invalid_dpop_proof", "invalid_grant"]);
        // Whoever had it has shown that it is in wrong hands.
        let late = scene.redeem(&scene.app, &code, &[&scene.proof(&key)]);
        assert_refused(&late, 400, &["invalid_grant"]);
    }
}

fn wrong_names(scene: &Scene) {
    let right = Key::new().thumbprint();
    let wrong = [
        String::new(),
        "x".to_owned(),
        right[1..].to_owned(),
        format!("{right}A"),
        format!("={}", &right[1..]),
        "x".repeat(4000),
    ];
    for jkt in &wrong {
        let asked = scene.asks(&scene.app, Some(("dpop_jkt", jkt.as_str())));
        let target = format!("{}?{}", scene.realm.path("auth"), encode(&asked));

        let answer = Browser::new(scene.server()).send(Request::get(&target));

        let to = answer.location().unwrap_or_default();
        assert!(to.starts_with(CALLBACK), "{jkt}: {answer:?}");
        let said = decode(to.split_once('?').unwrap().1);
        let error = said.iter().find(|(name, _)| name == "error").unwrap();
        assert_eq!(error.1, "invalid_request", "{jkt}");
    }
}

fn pushed(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let proof = || key.proof(&scene.posted("ext/par/request"));
    let asked = || scene.asks(&scene.web, None);
    let sent = proof();
    let first = push(scene, &scene.web, (asked(), &[&sent]));
    let again = push(scene, &scene.web, (asked(), &[&sent]));

    let tokens = scene.redeem(
        &scene.web,
        &code_of(scene, &scene.web, &first),
        &[&scene.proof(&key)],
    );

    assert_bound(&tokens.json(), &key);
    assert_refused(&again, 400, &["invalid_dpop_proof"]);
    let second = push(scene, &scene.web, (asked(), &[&proof()]));
    let code = code_of(scene, &scene.web, &second);
    let foreign = scene.redeem(&scene.web, &code, &[&scene.proof(&other)]);
    assert_refused(&foreign, 400, &["invalid_grant"]);
    // A proof for another endpoint is none here.
    let wrong = push(scene, &scene.web, (asked(), &[&scene.proof(&key)]));
    assert_refused(&wrong, 400, &["invalid_dpop_proof"]);
}

fn conflict(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let proof = || key.proof(&scene.posted("ext/par/request"));
    let foreign = scene.asks(&scene.web, Some(("dpop_jkt", other.thumbprint().as_str())));
    let own = scene.asks(&scene.web, Some(("dpop_jkt", key.thumbprint().as_str())));

    let refused = push(scene, &scene.web, (foreign, &[&proof()]));
    let taken = push(scene, &scene.web, (own, &[&proof()]));

    assert_refused(&refused, 400, &["invalid_dpop_proof"]);
    assert_eq!(taken.status, 201, "{}", taken.body);
}

fn unbound(scene: &Scene) {
    let key = Key::new();
    let code = scene.code(&scene.asks(&scene.web, None));

    let answer = scene.redeem(&scene.web, &code, &[&scene.proof(&key)]);

    assert_bound(&answer.json(), &key);
}

fn front(scene: &Scene) {
    let realm = crate::realm::Realm::create(
        scene.server(),
        "possession-front",
        json!({"attributes": {"cloakroom.frontChannelAccessTokens": "true"}}),
    );
    let settings = json!({
        "implicitFlowEnabled": true, "attributes": {"dpop.bound.access.tokens": "true"},
    });
    let shop = realm.create_client("shop", settings);
    for response_type in ["token", "id_token token", "code token"] {
        let mut asked = scene.asks(&shop, None);
        asked.retain(|(name, _)| *name != "response_type");
        asked.push(("response_type", response_type.to_owned()));
        let target = format!("{}?{}", realm.path("auth"), encode(&asked));

        let answer = Browser::new(scene.server()).send(Request::get(&target));

        let to = answer.location().unwrap_or_default();
        assert!(
            to.contains("error=unauthorized_client"),
            "{response_type}: {answer:?}"
        );
    }
}
