//! Tokens that name a status list.
use cloakroom_jose::SigningKey;
use cloakroom_jose::status_list::{Reference, Status, StatusList};
use cloakroom_verify::{Presented, Verifier, VerifyError};
use serde_json::{Value, json};

use crate::stand_in::StandIn;

/// Publishes a list in which token 7 has this status.
fn publish(issuer: &StandIn, key: &SigningKey, uri: &str, status: Status) {
    let mut list = StatusList::new(2, 100).unwrap();
    list.set(7, status).unwrap();
    let now = issuer.now();
    let token = list.sign(key, uri, now, now + 86_400).unwrap();
    issuer.state().list = Some(token);
}

fn uri(issuer: &StandIn) -> String {
    format!("{}/list", issuer.name)
}

async fn verify(verifier: &Verifier, issuer: &StandIn, status: Value) -> Result<(), VerifyError> {
    let token = issuer.token(json!({ "status": status, "exp": issuer.now() + 9_000 }));
    let verified = verifier.verify(&Presented::bearer(&token)).await;
    verified.map(|_| ())
}

#[tokio::test]
async fn a_token_counts_as_long_as_its_list_says_so() {
    let issuer = StandIn::start();
    let key = issuer.state().keys[0].clone();
    let verifier = issuer.builder().check_status().build().unwrap();
    let own = Reference::new(&uri(&issuer), 7).to_claim();
    assert!(
        verify(&verifier, &issuer, Value::Null).await.is_ok(),
        "it names none"
    );

    publish(&issuer, &key, &uri(&issuer), Status::Valid);
    for _ in 0..10 {
        assert!(verify(&verifier, &issuer, own.clone()).await.is_ok());
    }
    assert_eq!(issuer.asked("/list"), 1);

    publish(&issuer, &key, &uri(&issuer), Status::Invalid);
    issuer.wait(60);
    let revoked = verify(&verifier, &issuer, own.clone()).await;
    assert_eq!(revoked, Err(VerifyError::Revoked(Status::Invalid)));
    publish(&issuer, &key, &uri(&issuer), Status::Suspended);
    issuer.wait(60);
    let suspended = verify(&verifier, &issuer, own.clone()).await;
    assert_eq!(suspended, Err(VerifyError::Revoked(Status::Suspended)));
    assert!(
        verify(&issuer.verifier(), &issuer, own).await.is_ok(),
        "it was not asked to look"
    );
}

#[tokio::test]
async fn a_list_that_cannot_be_had_counts_for_ten_minutes() {
    let issuer = StandIn::start();
    let key = issuer.state().keys[0].clone();
    let verifier = issuer.builder().check_status().build().unwrap();
    let own = Reference::new(&uri(&issuer), 7).to_claim();
    publish(&issuer, &key, &uri(&issuer), Status::Valid);
    assert!(verify(&verifier, &issuer, own.clone()).await.is_ok());

    issuer.state().list = None;
    issuer.wait(599);
    assert!(verify(&verifier, &issuer, own.clone()).await.is_ok());
    issuer.wait(1);
    let verified = verify(&verifier, &issuer, own).await;
    assert!(
        matches!(verified, Err(VerifyError::Unavailable(_))),
        "{verified:?}"
    );
}

#[tokio::test]
async fn a_list_of_somebody_else_is_no_list() {
    let issuer = StandIn::start();
    let key = issuer.state().keys[0].clone();
    let stranger = SigningKey::generate(cloakroom_jose::Alg::ES256, "first").unwrap();
    let own = uri(&issuer);
    let place = |index| Reference::new(&own, index).to_claim();
    let rows = [
        ("another key", &stranger, own.clone(), place(7)),
        (
            "the list of another address",
            &key,
            "https://id.example/list".to_owned(),
            place(7),
        ),
        ("a place that is not there", &key, own.clone(), place(1_000)),
        (
            "a place that is none",
            &key,
            own.clone(),
            json!({ "status_list": { "idx": -1 } }),
        ),
        (
            "a status in another form",
            &key,
            own.clone(),
            json!("valid"),
        ),
        (
            "a list without TLS",
            &key,
            own.clone(),
            Reference::new("http://id.example/list", 7).to_claim(),
        ),
    ];

    for (name, key, published_for, status) in rows {
        let verifier = issuer.builder().check_status().build().unwrap();
        publish(&issuer, key, &published_for, Status::Valid);
        assert!(verify(&verifier, &issuer, status).await.is_err(), "{name}");
    }
}
