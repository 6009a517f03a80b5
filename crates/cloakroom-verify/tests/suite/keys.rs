//! When the keys are fetched, and when they are not.
use std::time::Duration;

use cloakroom_jose::{Alg, SigningKey};
use cloakroom_verify::{Presented, Verifier, VerifyError};
use serde_json::json;
use tokio::task::JoinSet;

use crate::stand_in::{Manner, StandIn, sign};

const HOUR: i64 = 3_600;

/// Whether a good token of this key is accepted.
async fn accepts(verifier: &Verifier, issuer: &StandIn, key: &SigningKey) -> bool {
    let token = sign(key, "JWT", issuer.claims(json!({})));
    verifier.verify(&Presented::bearer(&token)).await.is_ok()
}

/// A key that the issuer does not have yet.
fn key(kid: &str) -> SigningKey {
    SigningKey::generate(Alg::ES256, kid).unwrap()
}

#[tokio::test]
async fn keys_are_fetched_once_an_hour_and_a_removed_one_ends_then() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let first = issuer.state().keys[0].clone();
    for _ in 0..20 {
        assert!(accepts(&verifier, &issuer, &first).await);
        issuer.wait(HOUR / 20 - 1);
    }
    assert_eq!(issuer.asked("/jwks"), 1);

    let second = key("second");
    issuer.state().keys = vec![second.clone()];
    assert!(
        accepts(&verifier, &issuer, &first).await,
        "nobody knows yet"
    );
    issuer.wait(HOUR);
    assert!(!accepts(&verifier, &issuer, &first).await);
    assert!(accepts(&verifier, &issuer, &second).await);
}

#[tokio::test]
async fn many_requests_at_once_cause_one_exchange() {
    let issuer = StandIn::start();
    issuer.state().jwks = Manner::After(Duration::from_millis(300));
    let verifier = issuer.verifier();
    let token = issuer.token(json!({}));
    let mut asking = JoinSet::new();
    for _ in 0..50 {
        let (verifier, token) = (verifier.clone(), token.clone());
        asking.spawn(async move { verifier.verify(&Presented::bearer(&token)).await.is_ok() });
    }

    assert_eq!(asking.join_all().await, [true; 50]);
    assert_eq!(issuer.asked("/jwks"), 1);
}

#[tokio::test]
async fn a_new_key_refuses_no_request() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let first = issuer.state().keys[0].clone();
    assert!(accepts(&verifier, &issuer, &first).await);

    // Three times within the pause that strangers cause.
    for kid in ["second", "third", "fourth"] {
        let new = key(kid);
        issuer.state().keys.insert(0, new.clone());
        let mut asking = JoinSet::new();
        for _ in 0..10 {
            let verifier = verifier.clone();
            let token = sign(&new, "JWT", issuer.claims(json!({})));
            asking.spawn(async move { verifier.verify(&Presented::bearer(&token)).await.is_ok() });
        }
        assert_eq!(asking.join_all().await, [true; 10], "{kid}");
        issuer.wait(1);
    }
    assert!(accepts(&verifier, &issuer, &first).await);
    assert_eq!(issuer.asked("/jwks"), 4);
}

#[tokio::test]
async fn made_up_key_names_cause_one_exchange_in_thirty_seconds() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let first = issuer.state().keys[0].clone();
    assert!(accepts(&verifier, &issuer, &first).await);
    let stranger = key("stranger");

    for round in 0..3 {
        for number in 0..30 {
            let kid = format!("made-up-{round}-{number}");
            let der = stranger.to_pkcs8().unwrap();
            let forger = SigningKey::from_pkcs8(Alg::ES256, &kid, &der).unwrap();
            assert!(!accepts(&verifier, &issuer, &forger).await);
        }
        assert_eq!(issuer.asked("/jwks"), 2 + round);
        assert!(accepts(&verifier, &issuer, &first).await);
        issuer.wait(30);
    }
    // A token of another issuer is not even looked up.
    let token = sign(
        &stranger,
        "JWT",
        issuer.claims(json!({ "iss": "https://id.example" })),
    );
    assert!(verifier.verify(&Presented::bearer(&token)).await.is_err());
    assert_eq!(issuer.asked("/jwks"), 4);
}

#[tokio::test]
async fn while_the_issuer_is_down_known_keys_stay_good_for_a_day() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let first = issuer.state().keys[0].clone();
    assert!(accepts(&verifier, &issuer, &first).await);
    issuer.state().discovery = Manner::Status(503);

    for _ in 0..23 {
        issuer.wait(HOUR);
        for _ in 0..5 {
            assert!(accepts(&verifier, &issuer, &first).await);
        }
    }
    let discovery = "/.well-known/openid-configuration";
    assert_eq!(
        issuer.asked(discovery),
        1 + 23,
        "once each time, not for each request"
    );

    // Its key may be a good one.
    let token = sign(&key("new"), "JWT", issuer.claims(json!({})));
    let verified = verifier.verify(&Presented::bearer(&token)).await;
    assert!(
        matches!(verified, Err(VerifyError::Unavailable(_))),
        "{verified:?}"
    );

    issuer.wait(HOUR);
    let verified = verifier
        .verify(&Presented::bearer(&issuer.token(json!({}))))
        .await;
    assert!(
        matches!(verified, Err(VerifyError::Unavailable(_))),
        "{verified:?}"
    );
    issuer.state().discovery = Manner::Honest;
    issuer.wait(30);
    assert!(accepts(&verifier, &issuer, &first).await);
}

#[tokio::test]
async fn while_keys_are_fetched_anew_nobody_else_waits() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let first = issuer.state().keys[0].clone();
    assert!(accepts(&verifier, &issuer, &first).await);
    issuer.wait(HOUR);
    issuer.state().jwks = Manner::After(Duration::from_secs(3));

    let (slow, token) = (verifier.clone(), issuer.token(json!({})));
    let mut waiting = JoinSet::new();
    waiting.spawn(async move { slow.verify(&Presented::bearer(&token)).await.is_ok() });
    while issuer.asked("/jwks") < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..20 {
        assert!(accepts(&verifier, &issuer, &first).await);
    }
    assert!(waiting.try_join_next().is_none(), "it still waits");
    assert_eq!(waiting.join_all().await, [true]);
    assert_eq!(issuer.asked("/jwks"), 2);
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_the_keys_for_the_next() {
    let issuer = StandIn::start();
    issuer.state().jwks = Manner::After(Duration::from_millis(500));
    let verifier = issuer.verifier();
    let token = issuer.token(json!({}));
    let presented = Presented::bearer(&token);
    let given_up = tokio::time::timeout(Duration::from_millis(100), verifier.verify(&presented));
    assert!(given_up.await.is_err());

    assert!(verifier.verify(&presented).await.is_ok());
    assert_eq!(issuer.asked("/jwks"), 1);
}
