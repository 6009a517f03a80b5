//! Pushed authorization requests (RFC 9126): a reference is good once, soon, and for the client that pushed.

use std::time::Duration;

use serde_json::{Value, json};

use super::Story;
use super::grant::assert_refused;
use super::outcome;
use super::scene::{Honest, Scene};
use crate::conformance::party::{fresh, now};
use crate::http::text;
use crate::jwt;
use crate::realm::{Client, Realm};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "A75 a pushed request of another client is refused",
        of_another_client,
    ),
    ("A76a a pushed request is good once", once),
    (
        "A76b a pushed request that sixteen open at once is opened once",
        at_once,
    ),
    ("A76c a pushed request ends with its time", expired),
    (
        "F10 an assertion for the address of the push alone is no proof",
        wrong_audience,
    ),
    (
        "PAR-07 a pushed request takes nothing from what stands beside it",
        beside,
    ),
    (
        "PAR-03 an address that was taken off the list after the push gets nothing",
        address_taken_away,
    ),
    (
        "A78 a client that has to push sends nobody without",
        required,
    ),
];

pub(super) fn reference(scene: &Scene) -> String {
    let answer = scene.play(&scene.honest("push"));
    assert_eq!(answer.status, 201, "{answer:?}");
    text(&answer.json(), "request_uri").to_owned()
}

pub(super) fn opens(scene: &Scene, client: &Client, reference: &str) -> Honest {
    let honest = scene.get("auth").with("client_id", &client.id);
    honest.with("request_uri", reference)
}

fn of_another_client(scene: &Scene) {
    let answer = scene.play(&opens(scene, &scene.other, &reference(scene)));

    assert_refused(&answer, &["page 400"]);
}

fn once(scene: &Scene) {
    let opened = opens(scene, &scene.web, &reference(scene));
    scene.code_in(&mut scene.browser(), &opened);

    let again = scene.play(&opened);

    assert_refused(&again, &["page 400"]);
}

fn at_once(scene: &Scene) {
    let opened = opens(scene, &scene.web, &reference(scene));

    let won = super::grant::at_once(|| scene.play(&opened));

    assert_eq!(won.len(), 1, "{} opened one request", won.len());
    assert!(outcome::is("login", &won[0]), "{:?}", won[0]);
}

fn beside(scene: &Scene) {
    let opened = opens(scene, &scene.web, &reference(scene))
        .with("state", "another")
        .with("redirect_uri", "https://evil.test/callback")
        .with("scope", "openid address")
        .with("response_mode", "fragment")
        .with("prompt", "none");

    let callback = scene.code_in(&mut scene.browser(), &opened);
    let tokens = scene.play(&scene.redemption(&scene.web, callback.get("code")));

    assert_ne!(callback.get("state"), "another");
    assert!(callback.address.contains('?'), "{}", callback.address);
    let granted = tokens.json();
    assert_ne!(text(&granted, "access_token"), "", "{granted}");
    assert!(!text(&granted, "scope").contains("address"), "{granted}");
}

fn address_taken_away(scene: &Scene) {
    let client = scene.realm.create_client("moves", Value::Null);
    let push = Honest {
        parameters: scene.authorize(&client).parameters,
        ..scene.post("ext/par/request", Some(&client))
    };
    let pushed = scene.play(&push).json();
    let found = scene
        .realm
        .call("GET", "/clients?clientId=moves", &Value::Null);
    let path = format!("/clients/{}", text(&found.json()[0], "id"));
    let elsewhere = json!({"redirectUris": ["https://rp.test/elsewhere"]});
    scene.realm.change(&path, elsewhere);

    let answer = scene.play(&opens(scene, &client, text(&pushed, "request_uri")));

    assert_refused(&answer, &["page 400"]);
}

fn expired(scene: &Scene) {
    // Five seconds are the shortest life that a realm can give.
    let settings = json!({"attributes": {"parRequestUriLifespan": "5"}});
    let realm = Realm::create(&scene.realm.server, "pushed-late", settings);
    let client = realm.create_client("web", Value::Null);
    let push = Honest {
        path: realm.path("ext/par/request"),
        ..scene.authorize(&client)
    };
    let push = Honest {
        method: "POST".to_owned(),
        headers: scene.post("", Some(&client)).headers,
        ..push
    };
    let open = || {
        let answer = scene.play(&push).json();
        let mut opened = opens(scene, &client, text(&answer, "request_uri"));
        opened.path = realm.path("auth");
        opened
    };
    let (early, late) = (open(), open());
    let good = scene.play(&early);
    assert!(outcome::is("login", &good), "{good:?}");

    pause(Duration::from_millis(6100));
    let answer = scene.play(&late);

    assert_refused(&answer, &["page 400"]);
}

fn required(scene: &Scene) {
    let attributes = json!({"require.pushed.authorization.requests": "true"});
    let client = scene
        .realm
        .create_client("pusher", json!({"attributes": attributes}));

    let answer = scene.play(&scene.authorize(&client));

    assert_refused(&answer, &["page 400", "redirect invalid_request"]);
}

fn wrong_audience(scene: &Scene) {
    let settings = json!({"clientAuthenticatorType": "client-secret-jwt"});
    let client = scene.realm.create_client("pushes-by-hmac", settings);
    let push = |audience: Value| {
        let claims = json!({
            "iss": client.id, "sub": client.id, "aud": audience,
            "jti": fresh(), "iat": now(), "exp": now() + 60,
        });
        let token = jwt::hs256(&json!({"alg": "HS256"}), &claims, client.secret.as_bytes());
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let honest = Honest {
            parameters: scene.authorize(&client).parameters,
            ..scene.post("ext/par/request", None)
        };
        let honest = honest.with("client_assertion_type", kind);
        scene.play(&honest.with("client_assertion", &token))
    };
    let endpoint = format!(
        "{}{}",
        scene.server().base,
        scene.realm.path("ext/par/request")
    );

    assert_eq!(push(json!(scene.realm.issuer())).status, 201);
    for audience in [
        json!(endpoint),
        json!([endpoint]),
        json!("https://evil.test"),
    ] {
        let refused = push(audience);
        assert_refused(
            &refused,
            &["json 400 invalid_client", "json 401 invalid_client"],
        );
    }
}
