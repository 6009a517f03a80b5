//! Issuers that break, lie, stall or send too much.
use std::time::{Duration, Instant};

use cloakroom_jose::{Alg, SigningKey};
use cloakroom_verify::{Presented, VerifyError};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use crate::stand_in::{Manner, StandIn};

/// How an issuer is bad.
enum Bad {
    Discovery(Manner),
    Jwks(Manner),
    /// A member of the discovery document, made from the issuer's name.
    Member(&'static str, fn(&str) -> Value),
}

use Bad::{Discovery, Jwks, Member};

impl Bad {
    fn spoil(self, issuer: &StandIn) {
        match self {
            Discovery(manner) => issuer.state().discovery = manner,
            Jwks(manner) => issuer.state().jwks = manner,
            Member(name, make) => {
                let value = make(&issuer.name);
                issuer.state().members = Map::from_iter([(name.to_owned(), value)]);
            }
        }
    }
}

fn body(text: &[u8]) -> Manner {
    Manner::Body(text.to_vec())
}

fn rows() -> Vec<(&'static str, Bad)> {
    let late = || Manner::After(Duration::from_secs(7));
    vec![
        ("redirected", Discovery(Manner::Redirect)),
        ("404", Discovery(Manner::Status(404))),
        ("201", Discovery(Manner::Status(201))),
        ("500", Discovery(Manner::Status(500))),
        ("never ends", Discovery(Manner::Flood)),
        ("one byte at a time", Discovery(Manner::Drip)),
        ("too late", Discovery(late())),
        ("empty", Discovery(body(b""))),
        ("a page", Discovery(body(b"<html>"))),
        ("a list", Discovery(body(b"[]"))),
        ("no UTF-8", Discovery(body(b"\xff"))),
        ("65 KiB", Discovery(Manner::Body(vec![b' '; 65 * 1024]))),
        (
            "another issuer",
            Member("issuer", |_| json!("https://id.example")),
        ),
        (
            "the issuer with a slash",
            Member("issuer", |name| json!(format!("{name}/"))),
        ),
        ("no issuer", Member("issuer", |_| Value::Null)),
        ("no keys", Member("jwks_uri", |_| Value::Null)),
        (
            "keys without TLS",
            Member("jwks_uri", |_| json!("http://id.example/jwks")),
        ),
        (
            "keys in a file",
            Member("jwks_uri", |_| json!("file:///etc/passwd")),
        ),
        ("keys: redirected", Jwks(Manner::Redirect)),
        ("keys: 403", Jwks(Manner::Status(403))),
        ("keys: never end", Jwks(Manner::Flood)),
        ("keys: too late", Jwks(late())),
        ("keys: 257 KiB", Jwks(Manner::Body(vec![b' '; 257 * 1024]))),
        ("keys: no set", Jwks(body(b"{}"))),
        ("keys: two lists", Jwks(body(br#"{"keys":[],"keys":[]}"#))),
    ]
}

#[tokio::test]
async fn an_issuer_that_cannot_be_trusted_or_reached_is_a_503_in_time() {
    let mut asking = JoinSet::new();
    for (name, bad) in rows() {
        asking.spawn(async move {
            let issuer = StandIn::start();
            bad.spoil(&issuer);
            let began = Instant::now();
            let token = issuer.token(json!({}));
            let verified = issuer.verifier().verify(&Presented::bearer(&token)).await;
            assert!(
                matches!(verified, Err(VerifyError::Unavailable(_))),
                "{name}: {verified:?}"
            );
            assert_eq!(verified.unwrap_err().status(), 503);
            // Two exchanges of five seconds, and some room for a busy machine.
            assert!(began.elapsed() < Duration::from_secs(12), "{name}");
            let elsewhere = "/elsewhere/.well-known/openid-configuration";
            assert_eq!(
                issuer.asked(elsewhere) + issuer.asked("/elsewhere/jwks"),
                0,
                "{name}"
            );
        });
    }
    asking.join_all().await;
}

#[tokio::test]
async fn a_set_with_odd_keys_still_has_its_good_one() {
    let issuer = StandIn::start();
    let token = issuer.token(json!({}));
    let key = issuer.state().keys[0].clone();
    let good = cloakroom_jose::Jwk::from_verifying_key(key.verifying_key()).unwrap();
    let secret =
        json!({ "kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "kid": "s" });
    let keys = json!({ "keys": [
        { "kty": "unheard-of" },
        { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "weak" },
        secret,
        good,
    ] });
    Jwks(Manner::Body(keys.to_string().into_bytes())).spoil(&issuer);

    let verifier = issuer.verifier();
    assert!(verifier.verify(&Presented::bearer(&token)).await.is_ok());
    // What everybody can read proves nothing.
    let forger = SigningKey::from_secret(Alg::HS256, "s", &[0; 32]).unwrap();
    let forged = crate::stand_in::sign(&forger, "JWT", issuer.claims(json!({})));
    let verified = verifier.verify(&Presented::bearer(&forged)).await;
    assert!(
        matches!(verified, Err(VerifyError::InvalidToken(_))),
        "{verified:?}"
    );
}

#[tokio::test]
async fn an_issuer_that_is_down_is_a_503_and_comes_back_soon() {
    let issuer = StandIn::start();
    Discovery(Manner::Status(502)).spoil(&issuer);
    let token = issuer.token(json!({}));
    let verifier = issuer.verifier();
    let path = "/.well-known/openid-configuration";

    for _ in 0..20 {
        let verified = verifier.verify(&Presented::bearer(&token)).await;
        assert!(matches!(verified, Err(VerifyError::Unavailable(_))));
    }
    assert_eq!(issuer.asked(path), 1, "a server that is down is left alone");

    Discovery(Manner::Honest).spoil(&issuer);
    issuer.wait(2);
    assert!(verifier.verify(&Presented::bearer(&token)).await.is_ok());
    assert_eq!(issuer.asked(path), 2);
}
