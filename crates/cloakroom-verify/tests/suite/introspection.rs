//! Opaque tokens, of which only the issuer knows what they are.
use cloakroom_verify::{Builder, Presented, Verifier, VerifyError};
use serde_json::{Value, json};

use crate::stand_in::{AUDIENCE, StandIn};

fn asking(issuer: &StandIn) -> Builder {
    issuer
        .builder()
        .introspection("orders api", "a secret: 100%")
}

/// Lets the issuer know an opaque token.
fn knows(issuer: &StandIn, token: &str, changed: Value) {
    let mut said = issuer.claims(changed);
    said.entry("active").or_insert(true.into());
    issuer.state().opaque.insert(token.to_owned(), said.into());
}

async fn verify(verifier: &Verifier, token: &str) -> Result<(), VerifyError> {
    let verified = verifier.verify(&Presented::bearer(token)).await;
    verified
        .map(|access| assert!(access.has_realm_role("staff") && access.subject() == Some("ada")))
}

#[tokio::test]
async fn an_opaque_token_is_what_the_issuer_says_of_it() {
    let issuer = StandIn::start();
    let now = issuer.now();
    let verifier = asking(&issuer).build().unwrap();
    let rows = [
        ("good", json!({}), true),
        (
            "without issuer and end",
            json!({ "iss": null, "exp": null }),
            true,
        ),
        ("not active", json!({ "active": false }), false),
        ("active by a text", json!({ "active": "true" }), false),
        ("another audience", json!({ "aud": "other" }), false),
        ("no audience", json!({ "aud": null }), false),
        (
            "another issuer",
            json!({ "iss": "https://id.example" }),
            false,
        ),
        ("over, and still active", json!({ "exp": now - 31 }), false),
        ("a refresh token", json!({ "typ": "Refresh" }), false),
    ];

    for (number, (name, changed, expected)) in rows.into_iter().enumerate() {
        let token = format!("opaque-{number}");
        knows(&issuer, &token, changed);
        let verified = verify(&verifier, &token).await;
        assert_eq!(verified.is_ok(), expected, "{name}: {verified:?}");
    }
    // RFC 6749 §2.3.1: both are encoded as a form before they are joined.
    let expected = "Basic b3JkZXJzK2FwaTphK3NlY3JldCUzQSsxMDAlMjU=";
    assert_eq!(issuer.state().authorization, expected);
    let verified = verify(&verifier, "nobody-knows-it").await;
    assert!(
        matches!(verified, Err(VerifyError::Inactive(_))),
        "{verified:?}"
    );
    let verified = verify(&issuer.verifier(), "opaque-0").await;
    assert!(
        matches!(verified, Err(VerifyError::InvalidToken(_))),
        "nobody may ask"
    );
}

#[tokio::test]
async fn an_answer_is_kept_for_a_short_while_and_no_longer_than_the_token() {
    let issuer = StandIn::start();
    let verifier = asking(&issuer).build().unwrap();
    knows(&issuer, "long", json!({}));
    let end = issuer.now() + 5;
    knows(&issuer, "short", json!({ "exp": end }));
    for _ in 0..10 {
        assert!(verify(&verifier, "long").await.is_ok());
        assert!(verify(&verifier, "short").await.is_ok());
        assert!(verify(&verifier, "unknown").await.is_err());
    }
    assert_eq!(issuer.asked("/introspect"), 3);

    issuer.state().opaque.clear();
    issuer.wait(5);
    assert!(verify(&verifier, "long").await.is_ok());
    assert!(verify(&verifier, "short").await.is_err());
    issuer.wait(11);
    assert!(verify(&verifier, "long").await.is_err());
}

#[tokio::test]
async fn a_verifier_that_always_asks_learns_of_revocation() {
    let issuer = StandIn::start();
    let verifier = asking(&issuer)
        .introspect_always()
        .keep_answers(0)
        .build()
        .unwrap();
    let token = issuer.token(json!({ "realm_access": null }));
    knows(&issuer, &token, json!({}));
    assert!(
        verify(&verifier, &token).await.is_ok(),
        "roles come from the answer"
    );

    issuer.state().opaque.clear();
    issuer.wait(1);
    let verified = verify(&verifier, &token).await;
    assert!(
        matches!(verified, Err(VerifyError::Inactive(_))),
        "{verified:?}"
    );
    let forged = format!("{token}A");
    let before = issuer.asked("/introspect");
    assert!(verify(&verifier, &forged).await.is_err());
    assert_eq!(
        issuer.asked("/introspect"),
        before,
        "a forged one is not worth a question"
    );
}

#[tokio::test]
async fn without_an_answer_nobody_knows() {
    let issuer = StandIn::start();
    let verifier = asking(&issuer).build().unwrap();
    for address in ["/nowhere-json", "http://id.example/introspect"] {
        let other = StandIn::start();
        let address = address.replace("/nowhere-json", "http://127.0.0.1:9/introspect");
        other
            .state()
            .members
            .insert("introspection_endpoint".to_owned(), address.into());
        let verified = verify(&asking(&other).build().unwrap(), "opaque").await;
        assert!(
            matches!(verified, Err(VerifyError::Unavailable(_))),
            "{verified:?}"
        );
    }
    knows(&issuer, "opaque", json!({ "aud": [AUDIENCE] }));
    assert!(verify(&verifier, "opaque").await.is_ok());
}
