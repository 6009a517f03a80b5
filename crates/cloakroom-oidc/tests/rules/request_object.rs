//! Request objects (RFC 9101): what is signed counts, and nothing beside it.

use std::sync::Arc;

use cloakroom_jose::{Alg, SigningKey};
use cloakroom_oidc::authorize::{Decision, Fetched, PageError};
use serde_json::{Value, json};

use crate::realm::{CALLBACK, CHALLENGE, NOW, SECRET, World, error_of, form};

fn good() -> Value {
    json!({
        "iss": "shop",
        "aud": "https://id.example/realms/acme",
        "exp": NOW.seconds() + 60,
        "client_id": "shop",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "inside",
        "max_age": 60,
        "claims": {"id_token": {"email": null}},
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    })
}

fn signed(claims: &Value, secret: &str, typ: &str) -> String {
    let key = SigningKey::from_secret(Alg::HS256, "k", secret.as_bytes()).unwrap();
    key.sign(typ, claims.to_string().as_bytes()).unwrap()
}

fn object(claims: &Value) -> String {
    signed(claims, SECRET, "oauth-authz-req+jwt")
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = good();
    claims[name] = value;
    claims
}

fn send(world: &World, parameters: &[(&str, &str)], fetched: Fetched) -> Decision {
    let (form, provider) = (form(parameters), Arc::clone(&world.provider));
    world.run(move |cx| provider.authorize(cx, &form, &fetched))
}

fn by_value(world: &World, object: &str) -> Decision {
    let parameters = [
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("request", object),
    ];
    send(world, &parameters, Fetched::default())
}

#[test]
fn what_is_inside_counts_and_what_stands_beside_it_does_not() {
    let world = World::new();
    let object = object(&good());
    let parameters = [
        ("client_id", "shop"),
        ("request", object.as_str()),
        // RFC 9101 §6.3: none of these is signed.
        ("state", "outside"),
        ("nonce", "outside"),
        ("prompt", "none"),
        ("redirect_uri", "https://evil.example/cb"),
    ];

    let decision = send(&world, &parameters, Fetched::default());

    let Decision::Ask(request, _) = decision else {
        panic!("{decision:?}");
    };
    assert_eq!(request.state.as_deref(), Some("inside"));
    assert_eq!(
        (request.nonce.as_deref(), request.prompt.none),
        (None, false)
    );
    assert_eq!(
        (request.max_age, request.redirect_uri.as_str()),
        (Some(60), CALLBACK)
    );
    assert!(request.claims.is_some());
}

#[test]
fn a_request_object_that_is_not_the_clients_own_is_refused() {
    let world = World::new();
    let now = NOW.seconds();
    // The object, and the paragraph that demands the refusal.
    let rows = [
        (
            object(&changed("client_id", json!("other"))),
            "RFC 9101 §5: the client is the same in both",
        ),
        (object(&changed("iss", json!("other"))), "RFC 9101 §4"),
        (
            object(&changed("aud", json!("https://other.example"))),
            "RFC 9101 §4",
        ),
        (object(&changed("exp", json!(now - 61))), "RFC 7519 §4.1.4"),
        (object(&changed("nbf", json!(now + 61))), "RFC 7519 §4.1.5"),
        (
            object(&changed("request", json!("x.y.z"))),
            "RFC 9101 §4: no other object inside",
        ),
        (
            object(&changed("request_uri", json!("https://shop.example/ro"))),
            "RFC 9101 §4",
        ),
        (
            object(&changed("sub", json!("shop"))),
            "RFC 9101 §10.8: a client's assertion",
        ),
        (
            signed(&good(), "another-secret-of-somebody-else-0123456789", "JWT"),
            "RFC 9101 §6.2",
        ),
        (signed(&good(), SECRET, "at+jwt"), "RFC 8725 §3.11"),
        ("e30.e30.".to_owned(), "RFC 9101 §10.5: no signature"),
        ("nonsense".to_owned(), "RFC 9101 §6.2"),
    ];
    for (object, paragraph) in rows {
        let decision = by_value(&world, &object);

        let refused = Decision::Page(PageError::InvalidParameter("request"));
        assert_eq!(
            format!("{decision:?}"),
            format!("{refused:?}"),
            "{paragraph}"
        );
    }
}

#[test]
fn what_is_inside_is_checked_as_any_other_request() {
    let world = World::new();
    let evil = by_value(
        &world,
        &object(&changed("redirect_uri", json!("https://evil.example/"))),
    );
    let scope = by_value(&world, &object(&changed("scope", json!("openid unknown"))));

    assert!(matches!(evil, Decision::Page(_)), "{evil:?}");
    assert_eq!(error_of(&scope), Some("invalid_scope"));
}

#[test]
fn only_an_address_that_the_client_registered_is_fetched() {
    let world = World::new();
    world.set("shop", |settings| {
        let listed = "https://shop.example/ro##https://shop.example/other".to_owned();
        settings
            .attributes
            .insert("request.uris".to_owned(), listed);
    });
    let rows = [
        ("https://shop.example/ro", Some("https://shop.example/ro")),
        (
            "https://shop.example/ro#hash",
            Some("https://shop.example/ro"),
        ),
        ("https://shop.example/ro?x", None),
        ("https://evil.example/ro", None),
        ("http://169.254.169.254/latest/meta-data", None),
        ("file:///etc/passwd", None),
        ("urn:ietf:params:oauth:request_uri:unknown", None),
    ];
    for (address, expected) in rows {
        let form = form(&[("client_id", "shop"), ("request_uri", address)]);
        let provider = Arc::clone(&world.provider);

        let wanted = world.run(move |cx| provider.object_wanted(cx, &form));

        assert_eq!(wanted.as_deref(), expected, "{address}");
    }
    let parameters = [
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("request_uri", "https://shop.example/ro"),
    ];
    let missing = send(&world, &parameters, Fetched::default());
    let found = Fetched {
        object: Some(object(&good())),
        keys: None,
    };
    let refused = Decision::Page(PageError::InvalidParameter("request_uri"));
    assert_eq!(format!("{missing:?}"), format!("{refused:?}"));
    assert!(matches!(
        send(&world, &parameters, found),
        Decision::Ask(..)
    ));
}

#[test]
fn a_client_that_signs_its_requests_sends_no_other() {
    let world = World::new();
    world.set("shop", |settings| {
        let demanded = "request or request_uri".to_owned();
        settings
            .attributes
            .insert("request.object.required".to_owned(), demanded);
    });

    let bare = world.authorize(&crate::realm::request_of("shop", &[]));
    let both = send(
        &world,
        &[
            ("client_id", "shop"),
            ("redirect_uri", CALLBACK),
            ("request", "x"),
            ("request_uri", "https://shop.example/ro"),
        ],
        Fetched::default(),
    );

    assert_eq!(error_of(&bare), Some("invalid_request"));
    assert_eq!(error_of(&both), Some("invalid_request"));
    assert!(matches!(
        by_value(&world, &object(&good())),
        Decision::Ask(..)
    ));
}
