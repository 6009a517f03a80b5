//! Client assertions (RFC 7523): a statement counts if the client itself made it, for this server, now, and once.

use serde_json::{Value, json};

use super::Story;
use super::grant::{assert_refused, at_once};
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::{Honest, Scene};
use crate::conformance::party::{fresh, now};
use crate::http::text;
use crate::jwt;
use crate::realm::{Client, merged};

pub(super) const STORIES: &[Story] = &[
    (
        "C01-C07 an assertion that is not the client's own is refused",
        assertions,
    ),
    (
        "C08 an assertion that sixteen use at once is used once",
        assertion_at_once,
    ),
    (
        "C17 a client proves itself in the way that is registered for it",
        registered_method,
    ),
    (
        "C18 an unknown client gets the answer of a wrong secret",
        unknown_client,
    ),
];

/// What a client says about itself, and how it says it.
pub(super) fn assertion(scene: &Scene, header: &Value, changes: Value, secret: &str) -> Honest {
    let claims = merged(
        json!({
            "iss": scene.signer.id, "sub": scene.signer.id, "aud": scene.realm.issuer(),
            "jti": fresh(), "iat": now(), "exp": now() + 60,
        }),
        changes,
    );
    let mut claims = claims;
    if let Some(members) = claims.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let token = match header["alg"] == "none" {
        true => jwt::unsigned(&claims),
        false => jwt::hs256(header, &claims, secret.as_bytes()),
    };
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    scene
        .post("token", None)
        .with("grant_type", "client_credentials")
        .with("client_assertion_type", kind)
        .with("client_assertion", &token)
}

/// Headers that would make an HMAC of somebody else good.
fn wrong_headers(scene: &Scene) -> Vec<(&'static str, Value, Value)> {
    let good = json!({"alg": "HS256"});
    let header = |changes| merged(good.clone(), changes);
    let rows = vec![
        ("alg none", json!({"alg": "none"})),
        ("another alg than the key's", json!({"alg": "RS256"})),
        (
            "a key that it brings along",
            header(json!({"jwk": {"kty": "oct", "k": "AA"}})),
        ),
        (
            "an address of keys",
            header(json!({"jku": scene.filled("${canary}/keys")})),
        ),
        (
            "an address of a certificate",
            header(json!({"x5u": scene.filled("${canary}/cert")})),
        ),
        (
            "a kid that is a path",
            header(json!({"kid": "../../../../dev/null"})),
        ),
        (
            "an unknown crit",
            header(json!({"crit": ["exp"], "exp": 1})),
        ),
    ];
    rows.into_iter()
        .map(|(what, header)| (what, header, json!({})))
        .collect()
}

/// Claims that are not what the client may say.
fn wrong_claims() -> Vec<(&'static str, Value, Value)> {
    let rows = vec![
        ("no end", json!({"exp": null})),
        ("an end in ten years", json!({"exp": now() + 315_360_000})),
        ("an end that is over", json!({"exp": now() - 300})),
        ("an end that is a text", json!({"exp": "tomorrow"})),
        ("a beginning in an hour", json!({"nbf": now() + 3600})),
        ("a birth in an hour", json!({"iat": now() + 3600})),
        ("no name of its own", json!({"jti": null})),
        ("another issuer than subject", json!({"iss": "web"})),
        ("another client", json!({"iss": "web", "sub": "web"})),
        ("no subject", json!({"sub": null})),
        ("a subject with a NUL", json!({"iss": "a\0", "sub": "a\0"})),
        ("another audience", json!({"aud": "https://evil.test"})),
        ("no audience", json!({"aud": null})),
    ];
    rows.into_iter()
        .map(|(what, claims)| (what, json!({"alg": "HS256"}), claims))
        .collect()
}

fn assertions(scene: &Scene) {
    let (good, secret) = (json!({"alg": "HS256"}), scene.signer.secret.clone());
    let right = scene.play(&assertion(scene, &good, json!({}), &secret));
    assert_eq!(right.status, 200, "{}", right.body);
    for (what, header, changes) in wrong_headers(scene).into_iter().chain(wrong_claims()) {
        // A key and addresses in the header are ignored or refused, and the HMAC is over them as well.
        let is_ignored = ["a key that", "an address", "a kid"]
            .iter()
            .any(|word| what.starts_with(word));
        let secret = if is_ignored {
            "the secret of somebody else"
        } else {
            &secret
        };

        let answer = scene.play(&assertion(scene, &header, changes, secret));

        let is_refused = ["json 400 invalid_client", "json 401"]
            .iter()
            .any(|words| outcome::is(words, &answer));
        assert!(is_refused, "{what}: {answer:?}");
        check_nothing_issued(&answer);
    }
}

fn assertion_at_once(scene: &Scene) {
    let secret = scene.signer.secret.clone();
    let used = assertion(scene, &json!({"alg": "HS256"}), json!({}), &secret);

    let won = at_once(|| scene.play(&used));

    assert_eq!(won.len(), 1, "{} used one assertion", won.len());
}

fn registered_method(scene: &Scene) {
    let by_secret = scene.play(
        &scene
            .post("token", Some(&scene.signer))
            .with("grant_type", "client_credentials"),
    );
    let mut by_hmac = assertion(
        scene,
        &json!({"alg": "HS256"}),
        json!({"iss": "machine", "sub": "machine"}),
        &scene.machine.secret.clone(),
    );
    by_hmac = by_hmac.with("client_id", "machine");

    assert_refused(&by_secret, &["json 400", "json 401"]);
    assert_refused(&scene.play(&by_hmac), &["json 400", "json 401"]);
}

fn unknown_client(scene: &Scene) {
    let named = |id: &str| Client {
        id: id.to_owned(),
        secret: "wrong".to_owned(),
    };
    let send = |client: &Client| {
        let honest = scene.post("token", Some(client));
        scene.play(&honest.with("grant_type", "client_credentials"))
    };

    let (unknown, known) = (send(&named("nobody")), send(&named("machine")));

    assert_eq!((unknown.status, unknown.status), (known.status, 401));
    assert_eq!(
        text(&unknown.json(), "error_description"),
        text(&known.json(), "error_description")
    );
}
