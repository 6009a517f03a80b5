//! DPoP proofs: the examples of RFC 9449, and each thing that a proof can get wrong.
use cloakroom_jose::dpop::{Request, Rules, sign, token_hash};
use cloakroom_jose::{Alg, Jwk, SigningKey, base64url};
use serde_json::{Value, json};

use crate::vectors::{read, signing_key, text};

const NOW: i64 = 1_000;
const URL: &str = "https://api.example/v1/things";

fn rules() -> Rules {
    Rules::new(&[Alg::ES256, Alg::EdDSA])
}

#[test]
fn the_proofs_of_rfc_9449_are_right() {
    let file = read("rfc/rfc9449.json");
    for row in file["proofs"].as_array().unwrap() {
        let mut request =
            Request::new(text(row, "htm"), text(row, "htu")).bound_to(text(&file, "jkt"));
        if text(row, "id").starts_with('7') {
            request = request.access_token(text(&file, "access_token"));
        }
        let now = row["iat"].as_i64().unwrap();
        let proof = rules().check(text(row, "jwt"), &request, now).unwrap();
        assert_eq!(proof.thumbprint(), text(&file, "jkt"));
    }
    assert_eq!(token_hash(text(&file, "access_token")), text(&file, "ath"));
}

#[test]
fn a_proof_is_for_one_request() {
    let key = signing_key(Alg::ES256);
    let own = key.verifying_key().thumbprint().unwrap();
    let request = Request::new("GET", URL).access_token("token").nonce("n1");
    let proof = sign(&key, &request, "id-1", NOW).unwrap();
    let check = |request: Request<'_>, now| rules().check(&proof, &request, now);

    let right = check(request.bound_to(&own), NOW + 60).unwrap();
    assert_eq!((right.jti(), right.issued_at()), ("id-1", NOW));
    assert_eq!(
        (right.remember_until(), right.nonce()),
        (NOW + 70, Some("n1"))
    );
    let same = Request::new("GET", "https://API.example:443/v1/./things?page=2");
    assert!(check(same, NOW).is_ok());
    let cases = [
        ("htm", Request::new("POST", URL), NOW),
        ("htm", Request::new("get", URL), NOW),
        (
            "htu",
            Request::new("GET", "https://api.example/v1/other"),
            NOW,
        ),
        (
            "htu",
            Request::new("GET", "http://api.example/v1/things"),
            NOW,
        ),
        ("htu", Request::new("GET", "not a url"), NOW),
        ("ath", Request::new("GET", URL).access_token("other"), NOW),
        ("nonce", Request::new("GET", URL).nonce("n2"), NOW),
        ("jkt", Request::new("GET", URL).bound_to("other"), NOW),
        ("iat", Request::new("GET", URL), NOW + 71),
        ("iat", Request::new("GET", URL), NOW - 11),
    ];
    for (claim, request, now) in cases {
        let refused = check(request, now).unwrap_err();
        assert_eq!(refused.claim_name(), Some(claim), "{request:?} {now}");
    }
}

/// A proof with exactly this header and these claims.
fn made(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let secret = format!(
        "{}.{}",
        base64url::encode(header.to_string().as_bytes()),
        base64url::encode(claims.to_string().as_bytes())
    );
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &key.to_pkcs8().unwrap(),
    );
    let random = aws_lc_rs::rand::SystemRandom::new();
    let signature = pair.unwrap().sign(&random, secret.as_bytes()).unwrap();
    format!("{secret}.{}", base64url::encode(signature.as_ref()))
}

#[test]
fn a_proof_that_is_made_wrong_is_refused() {
    let key = signing_key(Alg::ES256);
    let jwk = serde_json::to_value(Jwk::from_verifying_key(key.verifying_key()).unwrap()).unwrap();
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
    let claims = json!({"jti": "1", "htm": "GET", "htu": URL, "iat": NOW});
    let check = |header: &Value, claims: &Value| {
        rules().check(&made(&key, header, claims), &Request::new("GET", URL), NOW)
    };
    assert!(check(&header, &claims).is_ok());

    let with = |value: &Value, name: &str, new: Value| {
        let mut value = value.clone();
        if new.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name] = new;
        }
        value
    };
    let mut private = jwk;
    private["d"] = json!("AA");
    let other = Jwk::from_verifying_key(signing_key(Alg::ES256).verifying_key()).unwrap();
    let headers = [
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("jwk", json!(null)),
        ("jwk", json!("text")),
        ("jwk", private),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("jwk", serde_json::to_value(other).unwrap()),
        ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"})),
        ("crit", json!(["typ"])),
    ];
    for (name, value) in headers {
        let refused = check(&with(&header, name, value.clone()), &claims);
        assert!(refused.is_err(), "{name} {value}");
    }
    let rows = [
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("jti", json!("j".repeat(257))),
        ("htm", json!(null)),
        ("htm", json!(["GET"])),
        ("htu", json!(null)),
        ("htu", json!("https://api.example@evil.example/v1/things")),
        ("iat", json!(null)),
        ("iat", json!("1000")),
        ("iat", json!(1000.5)),
        ("nbf", json!(NOW + 1_000)),
        ("exp", json!(NOW - 1_000)),
    ];
    for (name, value) in rows {
        let refused = check(&header, &with(&claims, name, value.clone()));
        assert!(refused.is_err(), "{name} {value}");
    }
}

#[test]
fn a_secret_proves_nothing() {
    let secret = signing_key(Alg::HS256);
    assert!(sign(&secret, &Request::new("GET", URL), "1", NOW).is_err());
    assert!(
        sign(
            &signing_key(Alg::ES256),
            &Request::new("GET", "x"),
            "1",
            NOW
        )
        .is_err()
    );
    let key = signing_key(Alg::EdDSA);
    let proof = sign(&key, &Request::new("GET", URL), "1", NOW).unwrap();
    let none = Rules::new(&[Alg::HS256]);
    assert!(
        none.check(&proof, &Request::new("GET", URL), NOW)
            .unwrap_err()
            .is_unsupported()
    );
    assert!(
        rules()
            .check(&proof, &Request::new("GET", URL), NOW)
            .is_ok()
    );
}
