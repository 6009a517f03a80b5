//! Tokens that are bound to a key (RFC 9449) or a certificate (RFC 8705).
use cloakroom_jose::dpop::{Request, sign, token_hash};
use cloakroom_jose::{Alg, SigningKey, base64url, digest};
use cloakroom_verify::{Binding, NonceKey, Presented, Scheme, Verifier, VerifyError};
use serde_json::{Value, json};

use crate::stand_in::StandIn;

const URL: &str = "https://api.example/orders";

fn thumbprint(key: &SigningKey) -> String {
    key.verifying_key().thumbprint().unwrap()
}

/// Presents a token with DPoP.
async fn present(verifier: &Verifier, token: &str, proof: &str) -> Result<Binding, VerifyError> {
    let authorization = format!("DPoP {token}");
    let presented = Presented::read(&authorization)
        .unwrap()
        .proof(proof, "GET", URL);
    let verified = verifier.verify(&presented).await;
    verified.map(|access| access.binding().clone())
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_needs_a_proof_of_it() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let key = SigningKey::generate(Alg::ES256, "client").unwrap();
    let other = SigningKey::generate(Alg::ES256, "client").unwrap();
    let bound = issuer.token(json!({ "typ": "DPoP", "cnf": { "jkt": thumbprint(&key) } }));
    let free = issuer.token(json!({}));
    let now = issuer.now();
    let get = Request::new("GET", URL);
    let make = |key: &SigningKey, request: Request<'_>, jti: &str, at: i64| {
        sign(key, &request, jti, at).unwrap()
    };
    let right = get.access_token(&bound);
    let post = Request::new("POST", URL).access_token(&bound);
    let elsewhere = Request::new("GET", "https://api.example/other").access_token(&bound);
    let good = make(&key, right, "good", now);
    let rows = [
        ("right", &bound, good.clone(), "ok"),
        ("a second time", &bound, good.clone(), "invalid_dpop_proof"),
        (
            "a little old",
            &bound,
            make(&key, right, "1", now - 59),
            "ok",
        ),
        (
            "with a query",
            &bound,
            make(
                &key,
                Request::new("GET", &format!("{URL}?a=b")).access_token(&bound),
                "2",
                now,
            ),
            "ok",
        ),
        (
            "of another key",
            &bound,
            make(&other, right, "3", now),
            "invalid_dpop_proof",
        ),
        (
            "for another token",
            &bound,
            make(&key, get.access_token(&free), "4", now),
            "invalid_dpop_proof",
        ),
        (
            "for no token",
            &bound,
            make(&key, get, "5", now),
            "invalid_dpop_proof",
        ),
        (
            "for another method",
            &bound,
            make(&key, post, "6", now),
            "invalid_dpop_proof",
        ),
        (
            "for another address",
            &bound,
            make(&key, elsewhere, "7", now),
            "invalid_dpop_proof",
        ),
        (
            "old",
            &bound,
            make(&key, right, "8", now - 80),
            "invalid_dpop_proof",
        ),
        (
            "from the future",
            &bound,
            make(&key, right, "9", now + 80),
            "invalid_dpop_proof",
        ),
        (
            "no proof but a token",
            &bound,
            bound.clone(),
            "invalid_dpop_proof",
        ),
        ("nothing", &bound, String::new(), "invalid_dpop_proof"),
        (
            "a token that is bound to nothing",
            &free,
            make(&key, get.access_token(&free), "10", now),
            "invalid_token",
        ),
    ];

    for (name, token, proof, expected) in rows {
        let found = match present(&verifier, token, &proof).await {
            Ok(binding) => {
                assert_eq!(binding, Binding::Key(thumbprint(&key)), "{name}");
                "ok"
            }
            Err(error) => error.code().unwrap(),
        };
        assert_eq!(found, expected, "{name}");
    }
    // RFC 9449 §7.2: no downgrade.
    let bearer = verifier.verify(&Presented::bearer(&bound)).await;
    assert!(matches!(bearer, Err(VerifyError::Binding(_))), "{bearer:?}");
    let without = format!("DPoP {bound}");
    let without = verifier.verify(&Presented::read(&without).unwrap()).await;
    assert!(
        matches!(without, Err(VerifyError::InvalidRequest(_))),
        "{without:?}"
    );
    assert_eq!(token_hash(&bound).len(), 43);
}

#[tokio::test]
async fn a_binding_that_nobody_can_check_is_not_taken_for_none() {
    let issuer = StandIn::start();
    let rows = [
        json!({}),
        json!({ "jwk": { "kty": "EC" } }),
        json!({ "kid": "k" }),
        json!({ "jkt": 7 }),
        json!({ "jkt": "x", "more": "y" }),
        json!("key"),
        json!([]),
        Value::Null,
    ];

    for (number, confirmation) in rows.into_iter().enumerate() {
        // `null` in the place of a value would take the claim away.
        let is_nothing = confirmation.is_null();
        let token = issuer.token(json!({ "cnf": confirmation }));
        let verified = issuer.verifier().verify(&Presented::bearer(&token)).await;
        assert_eq!(verified.is_ok(), is_nothing, "{number}: {verified:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_needs_it() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let own = base64url::encode(&digest(Alg::RS256, b"certificate"));
    let token = issuer.token(json!({ "cnf": { "x5t#S256": own } }));
    let bearer = Presented::bearer(&token);

    let verified = verifier
        .verify(&bearer.certificate(b"certificate"))
        .await
        .unwrap();
    assert_eq!(verified.binding(), &Binding::Certificate(own));
    for presented in [
        bearer,
        bearer.certificate(b"another"),
        bearer.certificate(b""),
    ] {
        let verified = verifier.verify(&presented).await;
        assert!(
            matches!(verified, Err(VerifyError::Binding(_))),
            "{verified:?}"
        );
    }
}

#[tokio::test]
async fn an_api_may_take_bound_tokens_alone() {
    let issuer = StandIn::start();
    let verifier = issuer.builder().only_bound().build().unwrap();
    let free = issuer.token(json!({}));
    let own = base64url::encode(&digest(Alg::RS256, b"certificate"));
    let bound = issuer.token(json!({ "cnf": { "x5t#S256": own } }));

    assert!(verifier.verify(&Presented::bearer(&free)).await.is_err());
    let bound = Presented::bearer(&bound).certificate(b"certificate");
    assert!(verifier.verify(&bound).await.is_ok());
    assert_eq!(bound.scheme(), Scheme::Bearer);
}

#[tokio::test]
async fn a_nonce_is_asked_for_and_then_taken() {
    let issuer = StandIn::start();
    let nonces = NonceKey::generate().unwrap();
    let verifier = issuer.builder().nonces(nonces).build().unwrap();
    let key = SigningKey::generate(Alg::ES256, "client").unwrap();
    let token = issuer.token(json!({ "cnf": { "jkt": thumbprint(&key) } }));
    let request = Request::new("GET", URL).access_token(&token);
    let proof = |request: Request<'_>, jti: &str| sign(&key, &request, jti, issuer.now()).unwrap();

    let asked = present(&verifier, &token, &proof(request, "1")).await;
    let Err(VerifyError::NonceNeeded(nonce)) = asked else {
        unreachable!("a proof without a nonce: {asked:?}");
    };
    assert!(
        present(&verifier, &token, &proof(request.nonce(&nonce), "2"))
            .await
            .is_ok()
    );
    issuer.wait(299);
    let again = present(&verifier, &token, &proof(request.nonce(&nonce), "3")).await;
    assert!(again.is_ok(), "{again:?}");
    issuer.wait(1);
    let late = present(&verifier, &token, &proof(request.nonce(&nonce), "4")).await;
    assert!(matches!(late, Err(VerifyError::NonceNeeded(_))), "{late:?}");
}
