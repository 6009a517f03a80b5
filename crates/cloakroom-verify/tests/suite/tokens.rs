//! Which tokens are accepted, and what is asked of one that is.
use cloakroom_jose::{Alg, SigningKey, base64url};
use cloakroom_verify::{Access, Presented, VerifyError};
use serde_json::{Map, Value, json};

use crate::stand_in::{AUDIENCE, StandIn, sign};

/// Verifies a bearer token.
async fn verify(issuer: &StandIn, token: &str) -> Result<Access, VerifyError> {
    issuer.verifier().verify(&Presented::bearer(token)).await
}

#[tokio::test]
async fn an_accepted_token_says_who_calls_and_what_they_may_do() {
    let issuer = StandIn::start();

    let access = verify(&issuer, &issuer.token(json!({}))).await.unwrap();

    assert_eq!(access.subject(), Some("ada"));
    assert_eq!(access.client_id(), Some("shop"));
    assert_eq!(access.expires_at(), Some(issuer.now() + 300));
    assert!(access.has_scope("orders:read") && !access.has_scope("orders:write"));
    assert!(access.has_realm_role("staff"));
    assert!(access.has_client_role(AUDIENCE, "reader"));
}

#[tokio::test]
async fn claims_decide() {
    let issuer = StandIn::start();
    let now = issuer.now();
    // What is changed, and the claim that is then at fault; none if the token is good.
    let rows = [
        ("nothing", json!({}), None),
        (
            "several audiences",
            json!({ "aud": ["account", AUDIENCE] }),
            None,
        ),
        (
            "no subject, as of a light token",
            json!({ "sub": null }),
            None,
        ),
        ("of DPoP without a binding", json!({ "typ": "DPoP" }), None),
        (
            "over by less than the skew",
            json!({ "exp": now - 29 }),
            None,
        ),
        (
            "begins within the skew",
            json!({ "nbf": now + 30, "iat": now + 30 }),
            None,
        ),
        ("over", json!({ "exp": now - 30 }), Some("exp")),
        ("without an end", json!({ "exp": null }), Some("exp")),
        (
            "an end that is a text",
            json!({ "exp": "99999999999" }),
            Some("exp"),
        ),
        (
            "an end with a fraction",
            json!({ "exp": 99_999_999_999.5 }),
            Some("exp"),
        ),
        ("not yet", json!({ "nbf": now + 31 }), Some("nbf")),
        ("from the future", json!({ "iat": now + 31 }), Some("iat")),
        ("without a beginning", json!({ "iat": null }), Some("iat")),
        (
            "another issuer",
            json!({ "iss": "https://id.example" }),
            Some("iss"),
        ),
        (
            "the issuer with a slash",
            json!({ "iss": format!("{}/", issuer.name) }),
            Some("iss"),
        ),
        (
            "a list of issuers",
            json!({ "iss": [issuer.name.clone()] }),
            Some("iss"),
        ),
        ("without an issuer", json!({ "iss": null }), Some("iss")),
        (
            "another audience",
            json!({ "aud": "other-api" }),
            Some("aud"),
        ),
        (
            "the audience in other letters",
            json!({ "aud": "Orders-API" }),
            Some("aud"),
        ),
        ("without an audience", json!({ "aud": null }), Some("aud")),
        (
            "an audience that is a number",
            json!({ "aud": 7 }),
            Some("aud"),
        ),
        (
            "an ID token",
            json!({ "typ": "ID", "nonce": "n" }),
            Some("typ"),
        ),
        ("a refresh token", json!({ "typ": "Refresh" }), Some("typ")),
        ("a logout token", json!({ "typ": "Logout" }), Some("typ")),
        ("without a kind", json!({ "typ": null }), Some("typ")),
        (
            "a kind that is no text",
            json!({ "typ": ["Bearer"] }),
            Some("typ"),
        ),
    ];

    for (name, changed, fault) in rows {
        let verified = verify(&issuer, &issuer.token(changed)).await;
        match (verified, fault) {
            (Ok(_), None) => {}
            (Err(VerifyError::InvalidToken(error)), Some(claim)) => {
                assert_eq!(error.claim_name(), Some(claim), "{name}");
            }
            (other, _) => unreachable!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_media_type_decides() {
    let issuer = StandIn::start();
    let key = issuer.state().keys[0].clone();
    let rfc_9068 = json!({ "typ": null, "client_id": "shop" });
    let rows = [
        ("at+jwt", rfc_9068.clone(), true),
        ("application/at+jwt", rfc_9068.clone(), true),
        ("at+jwt", json!({}), true),
        ("at+jwt", json!({ "typ": "ID" }), false),
        ("JWT", rfc_9068, false),
        ("logout+jwt", json!({}), false),
        ("dpop+jwt", json!({}), false),
        ("secevent+jwt", json!({}), false),
        ("", json!({}), false),
    ];

    for (typ, changed, expected) in rows {
        let token = sign(&key, typ, issuer.claims(changed.clone()));
        let verified = verify(&issuer, &token).await;
        assert_eq!(verified.is_ok(), expected, "{typ} {changed}: {verified:?}");
    }
}

#[tokio::test]
async fn a_token_that_no_key_of_the_issuer_vouches_for_is_refused() {
    let issuer = StandIn::start();
    let rsa = SigningKey::generate(Alg::RS256, "rsa").unwrap();
    let first = issuer.state().keys[0].clone();
    issuer.state().keys.push(rsa.clone());
    let spki = rsa.public_spki_der().unwrap();
    let stranger = SigningKey::generate(Alg::ES256, "first").unwrap();
    let confused = SigningKey::from_secret(Alg::HS256, "rsa", &spki).unwrap();
    let good = issuer.token(json!({}));
    let claims = || issuer.claims(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let with_header = |header: Value| {
        let header = base64url::encode(header.to_string().as_bytes());
        format!("{header}.{}.{}", parts[1], parts[2])
    };
    let richer: Map<String, Value> = issuer.claims(json!({ "scope": "admin" }));
    let richer = base64url::encode(Value::Object(richer).to_string().as_bytes());
    let rows = [
        ("as it is", good.clone(), true),
        ("the issuer's other key", sign(&rsa, "JWT", claims()), true),
        (
            "a stranger's key of the same name",
            sign(&stranger, "JWT", claims()),
            false,
        ),
        (
            "HMAC with the public key",
            sign(&confused, "JWT", claims()),
            false,
        ),
        (
            "none",
            with_header(json!({ "alg": "none", "typ": "JWT" })),
            false,
        ),
        (
            "none without a signature",
            format!("{}.{}.", parts[0], parts[1]),
            false,
        ),
        (
            "another algorithm of the key",
            with_header(json!({ "alg": "ES384", "typ": "JWT", "kid": "first" })),
            false,
        ),
        (
            "a key of its own",
            with_header(json!({ "alg": "ES256", "typ": "JWT", "jwk": { "kty": "EC" } })),
            false,
        ),
        (
            "an extension nobody knows",
            with_header(
                json!({ "alg": "ES256", "typ": "JWT", "kid": "first", "crit": ["x"], "x": 1 }),
            ),
            false,
        ),
        (
            "other claims",
            format!("{}.{richer}.{}", parts[0], parts[2]),
            false,
        ),
        ("a letter more", format!("{good}A"), false),
        ("padded", format!("{good}="), false),
        ("no token", "abc".to_owned(), false),
        ("five parts", "a.b.c.d.e".to_owned(), false),
        ("dots", "..".to_owned(), false),
        (
            "very long",
            format!("{}.{}.{}", parts[0], "A".repeat(100_000), parts[2]),
            false,
        ),
    ];

    for (name, token, expected) in rows {
        let verified = verify(&issuer, &token).await;
        assert_eq!(verified.is_ok(), expected, "{name}: {verified:?}");
        if let Err(error) = verified {
            assert_eq!(
                (error.status(), error.code()),
                (401, Some("invalid_token")),
                "{name}"
            );
        }
    }
    let only_rsa = issuer.builder().algs(&[Alg::RS256]).build().unwrap();
    let bearer = sign(&rsa, "JWT", claims());
    assert!(only_rsa.verify(&Presented::bearer(&bearer)).await.is_ok());
    let bearer = sign(&first, "JWT", claims());
    assert!(only_rsa.verify(&Presented::bearer(&bearer)).await.is_err());
}

#[test]
fn a_verifier_that_checks_too_little_cannot_be_made() {
    let issuer = "https://id.example/realms/shop";
    let builder = |issuer, audience| cloakroom_verify::Verifier::builder(issuer, audience);

    assert!(builder(issuer, "api").build().is_ok());
    assert!(builder(issuer, "").build().is_err());
    assert!(builder("http://id.example", "api").build().is_err());
    assert!(
        builder("http://id.example", "api")
            .plain_http()
            .build()
            .is_ok()
    );
    assert!(builder(issuer, "api").algs(&[Alg::HS256]).build().is_err());
    assert!(builder(issuer, "api").introspect_always().build().is_err());
}
