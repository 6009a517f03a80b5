//! Request objects (RFC 9101): only what the client itself signed counts, and only what it may point at is fetched.

use serde_json::{Value, json};

use super::Story;
use super::elsewhere::Elsewhere;
use super::grant::assert_refused;
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::{Honest, Scene};
use crate::conformance::party::{fresh, now};
use crate::http::{Request, text};
use crate::jwt;
use crate::realm::{CALLBACK, Client, merged};

pub(super) const STORIES: &[Story] = &[
    (
        "JAR-02 what stands beside a request object does not count",
        beside,
    ),
    (
        "A62-A66 a request object that the client did not sign, or not for now, is refused",
        objects,
    ),
    (
        "A64 a request object under an HMAC of the client's public key is refused",
        public_key_as_secret,
    ),
    (
        "A69-A73 the address of a request object is no way into the network, and holds nobody up",
        addresses,
    ),
    (
        "F08 a pushed request object of another client is refused",
        pushed_object,
    ),
];

/// What the client asks for, as the claims of an object; a change to `null` takes a claim away.
fn claims(scene: &Scene, client: &Client, changes: Value) -> Value {
    let mut claims = merged(
        json!({
            "iss": client.id, "aud": scene.realm.issuer(), "exp": now() + 60, "client_id": client.id,
            "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": fresh(),
        }),
        changes,
    );
    if let Some(members) = claims.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    claims
}

fn with_object(scene: &Scene, client: &Client, object: &str) -> Honest {
    scene.authorize(client).with("request", object)
}

fn objects(scene: &Scene) {
    let attributes = json!({"request.object.signature.alg": "HS256"});
    let client = scene
        .realm
        .create_client("asker", json!({"attributes": attributes}));
    let good = json!({"alg": "HS256"});
    let signed = |header: &Value, changes: Value| {
        let claims = claims(scene, &client, changes);
        jwt::hs256(header, &claims, client.secret.as_bytes())
    };
    let right = scene.play(&with_object(scene, &client, &signed(&good, json!({}))));
    assert!(outcome::is("login", &right), "{right:?}");

    let all = claims(scene, &client, json!({}));
    let canary = scene.filled("${canary}/keys");
    let header = |changes: Value| merged(good.clone(), changes);
    let foreign_key = |changes: Value| jwt::hs256(&header(changes), &all, b"the secret of another");
    for (what, object) in [
        ("alg none", jwt::unsigned(&all)),
        ("no signature", jwt::assembled(&good, &all, &[])),
        ("another secret", foreign_key(json!({}))),
        ("another alg", signed(&json!({"alg": "HS512"}), json!({}))),
        (
            "alg nOnE",
            jwt::assembled(&json!({"alg": "nOnE"}), &all, &[]),
        ),
        ("a key address", foreign_key(json!({"jku": canary}))),
        (
            "a key of its own",
            foreign_key(json!({"jwk": {"kty": "oct", "k": "AA"}})),
        ),
        (
            "a logout token",
            signed(&header(json!({"typ": "logout+jwt"})), json!({})),
        ),
        (
            "an end that is over",
            signed(&good, json!({"exp": now() - 120})),
        ),
        (
            "a beginning that is not yet",
            signed(&good, json!({"nbf": now() + 121})),
        ),
        (
            "an end that is a text",
            signed(&good, json!({"exp": "tomorrow"})),
        ),
        ("another issuer", signed(&good, json!({"iss": "web"}))),
        ("another client", signed(&good, json!({"client_id": "web"}))),
        (
            "another audience",
            signed(&good, json!({"aud": "https://evil.test"})),
        ),
        (
            "an object in it",
            signed(&good, json!({"request": jwt::unsigned(&all)})),
        ),
        (
            "an address in it",
            signed(&good, json!({"request_uri": canary})),
        ),
        ("an assertion", signed(&good, json!({"sub": client.id}))),
    ] {
        let answer = scene.play(&with_object(scene, &client, &object));

        let is_refused = ["page 400", "redirect invalid_request_object"]
            .iter()
            .any(|words| outcome::is(words, &answer));
        assert!(is_refused, "{what}: {answer:?}");
        check_nothing_issued(&answer);
    }
}

fn public_key_as_secret(scene: &Scene) {
    let keys = scene.play(&scene.get("certs")).body;
    let settings = json!({"attributes": {"use.jwks.string": "true", "jwks.string": keys}});
    let client = scene.realm.create_client("asker-by-key", settings);
    let realm = Request::get(&format!("/realms/{}", scene.realm.name));
    let realm = scene.send(&realm, &[]).json();
    let key = text(&realm, "public_key");
    assert_ne!(key, "", "the realm shows its key");
    let lines: Vec<String> = key
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    );
    for secret in [keys.as_str(), key, &pem, pem.trim_end()] {
        let claims = claims(scene, &client, json!({}));
        let object = jwt::hs256(&json!({"alg": "HS256"}), &claims, secret.as_bytes());

        let answer = scene.play(&with_object(scene, &client, &object));

        assert_refused(&answer, &["page 400", "redirect invalid_request_object"]);
    }
}

fn addresses(scene: &Scene) {
    let inside = scene.filled("${canary}");
    let elsewhere = Elsewhere::start(&inside);
    let base = &elsewhere.base;
    // What a client may register is registered, so nothing but the rules for addresses keeps the server away.
    let bad = ["500", "html", "large", "redirect", "slow"].map(|path| format!("{base}/{path}"));
    let port = inside.rsplit(':').next().unwrap();
    let forbidden = [
        format!("{inside}/object"),
        format!("http://localhost:{port}/object"),
        format!("http://[::ffff:127.0.0.1]:{port}/object"),
        format!("http://0x7f000001:{port}/object"),
        format!("http://127.1:{port}/object"),
        format!("http://0.0.0.0:{port}/object"),
    ];
    let listed = [&bad[..], &forbidden[..]].concat().join("##");
    let file = "file:///etc/passwd".to_owned();
    let client = scene
        .realm
        .create_client("pointer", json!({"attributes": {"request.uris": listed}}));
    for address in bad.iter().chain(&forbidden).chain([&file]) {
        let answer = scene.play(&scene.authorize(&client).with("request_uri", address));

        assert_refused(&answer, &["page 400", "redirect invalid_request_uri"]);
        assert!(answer.took.as_secs() < 12, "{address}: {:?}", answer.took);
    }
    assert_eq!(elsewhere.asked(), bad.len(), "each was asked once");
}

fn pushed_object(scene: &Scene) {
    for changes in [json!({"iss": "other"}), json!({"client_id": "other"})] {
        let claims = claims(scene, &scene.web, changes);
        let secret = scene.web.secret.as_bytes();
        let object = jwt::hs256(&json!({"alg": "HS256"}), &claims, secret);

        let answer = scene.play(&scene.honest("push").with("request", &object));

        assert_refused(&answer, &["json 400"]);
        assert!(answer.json().get("request_uri").is_none(), "{answer:?}");
    }
}

fn beside(scene: &Scene) {
    let client = scene.realm.create_client("signs-requests", Value::Null);
    let claims = claims(scene, &client, json!({"state": "inside"}));
    let object = jwt::hs256(&json!({"alg": "HS256"}), &claims, client.secret.as_bytes());
    let asked = with_object(scene, &client, &object)
        .with("state", "beside")
        .with("redirect_uri", "https://evil.test/callback")
        .with("scope", "openid address")
        .with("response_mode", "fragment")
        .with("prompt", "none");

    let callback = scene.code_in(&mut scene.browser(), &asked);
    let tokens = scene.play(&scene.redemption(&client, callback.get("code")));

    assert_eq!(callback.get("state"), "inside");
    assert!(callback.address.contains('?'), "{}", callback.address);
    let granted = tokens.json();
    assert_ne!(text(&granted, "access_token"), "", "{granted}");
    assert!(!text(&granted, "scope").contains("address"), "{granted}");
}
