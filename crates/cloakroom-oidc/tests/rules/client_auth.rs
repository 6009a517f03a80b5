//! Clients prove themselves in the one way that they registered.

use cloakroom_jose::{Alg, SigningKey};
use serde_json::{Value, json};

use crate::realm::{NOW, SECRET, World};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn good(jti: &str) -> Value {
    json!({
        "iss": "shop",
        "sub": "shop",
        "aud": "https://id.example/realms/acme",
        "exp": NOW.seconds() + 60,
        "jti": jti,
    })
}

fn signed(claims: &Value, secret: &str) -> String {
    let key = SigningKey::from_secret(Alg::HS256, "k", secret.as_bytes()).unwrap();
    key.sign("JWT", claims.to_string().as_bytes()).unwrap()
}

fn world() -> World {
    let world = World::new();
    world.set("shop", |settings| {
        settings.client_authenticator_type = "client-secret-jwt".to_owned();
    });
    world
}

/// Trades a fresh code with an assertion; the error code, if it is refused.
fn ask(world: &World, assertion: &str) -> Option<&'static str> {
    let code = world.code_for("alice", "shop");
    let parameters = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", crate::realm::CALLBACK),
        ("code_verifier", crate::realm::VERIFIER),
        ("code", code.as_str()),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    world.token(&parameters).err().map(|denied| denied.code)
}

#[test]
fn an_assertion_is_used_once() {
    let world = world();
    let assertion = signed(&good("once"), SECRET);

    // RFC 7523 §3.
    assert_eq!(ask(&world, &assertion), None);
    assert_eq!(ask(&world, &assertion), Some("invalid_client"));
    assert_eq!(ask(&world, &signed(&good("twice"), SECRET)), None);
}

#[test]
fn an_assertion_that_is_not_quite_right_proves_nobody() {
    let world = world();
    let now = NOW.seconds();
    // The claim, its value (null is left out), and the paragraph that demands the refusal.
    let rows = [
        ("iss", json!("other"), "RFC 7523 §3: iss is the client"),
        ("sub", json!("other"), "RFC 7523 §3: sub is the client"),
        (
            "aud",
            json!("https://other.example"),
            "RFC 7523 §3: aud is this server",
        ),
        ("aud", Value::Null, "RFC 7523 §3"),
        ("exp", json!(now - 61), "RFC 7523 §3: it is not over"),
        (
            "exp",
            json!(now + 86_400),
            "its jti could not be remembered for so long",
        ),
        ("exp", Value::Null, "RFC 7523 §3: it has an end"),
        ("nbf", json!(now + 61), "RFC 7523 §3: it has begun"),
        (
            "jti",
            Value::Null,
            "OpenID Connect Core 1.0 §9: it has an id",
        ),
    ];
    for (name, value, paragraph) in rows {
        let mut claims = good(name);
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }

        let refused = ask(&world, &signed(&claims, SECRET));

        assert!(refused.is_some(), "{name}: {paragraph}");
    }
    let forged = signed(
        &good("forged"),
        "another-secret-of-somebody-else-0123456789",
    );
    assert_eq!(ask(&world, &forged), Some("invalid_client"));
}

#[test]
fn a_client_is_let_in_by_its_registered_method_alone() {
    let world = world();
    let code = world.code_for("alice", "shop");

    // The client has a secret, and signs with it; it does not send it.
    let refused = world.trade("shop", &code).unwrap_err();

    assert_eq!(refused.code, "unauthorized_client");
}

#[test]
fn one_request_has_one_method() {
    let world = world();
    let assertion = signed(&good("both"), SECRET);
    let parameters = [
        ("grant_type", "client_credentials"),
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion.as_str()),
    ];

    // RFC 6749 §2.3.1.
    let refused = world.token(&parameters).unwrap_err();

    assert_eq!(refused.code, "invalid_request");
}
