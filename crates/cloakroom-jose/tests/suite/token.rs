//! Tokens that were signed verify, and a policy accepts what it should and nothing else.
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Policy};
use cloakroom_jose::{Alg, KeySet, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::vectors::{other_signing_key, signing_key};

const NOW: i64 = 1_000_000;
const ISSUER: &str = "https://id.example/realms/a";

fn key() -> SigningKey {
    SigningKey::generate(Alg::EdDSA, "k1").unwrap()
}

fn set(key: &SigningKey) -> KeySet {
    KeySet::from_keys([key.verifying_key().clone()])
}

#[test]
fn every_algorithm_signs_what_it_verifies_and_no_other_key_does() {
    for alg in Alg::ALL {
        let key = signing_key(alg);
        let token = key.sign("JWT", br#"{"sub":"alice"}"#).unwrap();

        let verified = Unverified::parse(&token)
            .unwrap()
            .verify(&set(&key), &[alg])
            .unwrap();

        assert_eq!(verified.payload(), br#"{"sub":"alice"}"#, "{alg}");
        assert_eq!(verified.header().kid(), Some("k1"));
        let other = other_signing_key(alg);
        let refused = Unverified::parse(&token)
            .unwrap()
            .verify(&set(&other), &[alg]);
        assert!(refused.unwrap_err().is_signature(), "{alg}");
        let refused = Unverified::parse(&token).unwrap().verify(&set(&key), &[]);
        assert!(refused.unwrap_err().is_unsupported(), "{alg}");
    }
}

#[test]
fn the_header_is_alg_typ_kid_and_cannot_be_broken_out_of() {
    let key = SigningKey::from_secret(Alg::HS256, "a\"b\\c", &[7; 32]).unwrap();

    let usual = key.sign("JWT", b"{}").unwrap();
    let odd = key.sign(r#"x","alg":"none"#, b"{}").unwrap();

    let (header, _) = usual.split_once('.').unwrap();
    let header = cloakroom_jose::base64url::decode(header).unwrap();
    assert_eq!(header, br#"{"alg":"HS256","typ":"JWT","kid":"a\"b\\c"}"#);
    assert_eq!(
        Unverified::parse(&odd).unwrap().header().typ(),
        Some(r#"x","alg":"none"#)
    );
}

#[test]
fn an_unverified_claim_can_be_looked_at_only_by_name() {
    let token = key().sign("JWT", br#"{"iss":"client-1","n":1}"#).unwrap();
    let token = Unverified::parse(&token).unwrap();

    assert_eq!(
        token.unverified_claim_for_lookup("iss").unwrap().as_deref(),
        Some("client-1")
    );
    assert_eq!(token.unverified_claim_for_lookup("n").unwrap(), None);
    assert_eq!(token.unverified_claim_for_lookup("sub").unwrap(), None);
    let twice = key().sign("JWT", br#"{"iss":"a","iss":"b"}"#).unwrap();
    assert!(
        Unverified::parse(&twice)
            .unwrap()
            .unverified_claim_for_lookup("iss")
            .is_err()
    );
}

#[test]
fn a_chosen_key_does_not_verify_what_names_another() {
    let key = key();
    let token = key.sign("JWT", b"{}").unwrap();
    let spki = key.public_spki_der().unwrap();
    let verify = |kid| {
        let key = VerifyingKey::from_spki(Some(Alg::EdDSA), kid, &spki).unwrap();
        Unverified::parse(&token)
            .unwrap()
            .verify_with(&key, &[Alg::EdDSA])
            .map(|_| ())
    };

    assert_eq!(verify(Some("k1")), Ok(()));
    assert_eq!(verify(None), Ok(()));
    assert!(verify(Some("k2")).unwrap_err().is_no_key());
}

#[test]
fn a_token_longer_than_the_limit_is_not_read() {
    let token = key().sign("JWT", &[b' '; 20_000]).unwrap();
    assert!(Unverified::parse(&token).unwrap_err().is_malformed());
    assert!(Unverified::parse_within(&token, 40_000).is_ok());
}

/// Changes some claims of a good access token, and says what came of it.
fn access(change: Value) -> Result<(), cloakroom_jose::JoseError> {
    let mut claims = json!({"iss": ISSUER, "sub": "u", "iat": NOW - 10, "exp": NOW + 300});
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| value != "gone");
    let key = key();
    let token = key.sign("JWT", claims.to_string().as_bytes()).unwrap();
    let policy = Policy::access_token(&[Alg::EdDSA], ISSUER);
    jwt::verify(&token, &set(&key), &policy, NOW).map(|_| ())
}

#[test]
fn an_access_token_is_accepted_within_its_time_alone() {
    assert_eq!(access(json!({})), Ok(()));
    assert_eq!(access(json!({"exp": NOW + 1})), Ok(()));
    assert_eq!(access(json!({"iat": NOW + 60, "nbf": NOW + 60})), Ok(()));

    assert!(access(json!({"exp": NOW})).unwrap_err().is_expired());
    assert!(
        access(json!({"nbf": NOW + 61}))
            .unwrap_err()
            .is_not_yet_valid()
    );
    assert!(
        access(json!({"iat": NOW + 61}))
            .unwrap_err()
            .is_not_yet_valid()
    );
}

#[test]
fn a_claim_of_a_wrong_type_does_not_pass_for_an_absent_one() {
    let cases = [
        ("exp", json!("2000000")),
        ("exp", json!(2_000_000.0)),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(253_402_300_800_i64)),
        ("exp", json!(u64::MAX)),
        ("exp", Value::Null),
        ("exp", json!([NOW + 300])),
        ("iat", json!("1")),
        ("nbf", json!(true)),
        ("iss", json!([ISSUER])),
        ("iss", json!(1)),
        ("sub", json!({})),
        ("sub", Value::Null),
        ("jti", json!(1)),
        ("aud", json!([])),
        ("aud", json!(1)),
        ("aud", json!(["a", 1])),
        ("aud", json!({})),
        ("exp", json!("gone")),
        ("iat", json!("gone")),
        ("iss", json!("gone")),
        ("iss", json!("https://id.example/realms/a/")),
        ("iss", json!("https://id.example/realms/A")),
    ];
    for (name, value) in cases {
        let refused = access(json!({name: value})).unwrap_err();
        assert_eq!(refused.claim_name(), Some(name), "{value}");
        assert!(!refused.is_expired(), "{value}");
    }
}

#[test]
fn a_token_of_another_kind_is_refused_before_any_key_is_asked() {
    let key = key();
    let claims = json!({"iss": ISSUER, "sub": "u", "iat": NOW, "exp": NOW + 300}).to_string();
    let policy = Policy::access_token(&[Alg::EdDSA], ISSUER);
    for (typ, is_right) in [
        ("JWT", true),
        ("jwt", true),
        ("at+jwt", true),
        ("application/at+jwt", true),
        ("dpop+jwt", false),
        ("logout+jwt", false),
        ("", false),
        ("application/x/at+jwt", false),
    ] {
        let token = key.sign(typ, claims.as_bytes()).unwrap();
        let empty = KeySet::default();
        assert_eq!(
            jwt::verify(&token, &set(&key), &policy, NOW).is_ok(),
            is_right,
            "{typ}"
        );
        let refused = jwt::verify(&token, &empty, &policy, NOW).unwrap_err();
        assert_eq!(refused.is_no_key(), is_right, "{typ}");
    }
}

#[test]
fn an_id_token_hint_may_be_over_but_not_from_another_issuer() {
    let key = key();
    let policy = Policy::id_token_hint(&[Alg::EdDSA], ISSUER);
    let sign = |iss: &str, aud: Value| {
        let claims = json!({"iss": iss, "sub": "u", "aud": aud, "iat": 1, "exp": 2});
        key.sign("JWT", claims.to_string().as_bytes()).unwrap()
    };

    let claims = jwt::verify(&sign(ISSUER, json!("c")), &set(&key), &policy, NOW).unwrap();

    assert!(claims.has_audience("c") && !claims.has_audience("C"));
    assert!(jwt::verify(&sign("https://evil", json!("c")), &set(&key), &policy, NOW).is_err());
    let many = jwt::verify(&sign(ISSUER, json!(["c", "d"])), &set(&key), &policy, NOW).unwrap();
    assert_eq!(many.audiences().collect::<Vec<_>>(), ["c", "d"]);
}

#[test]
fn a_client_assertion_is_about_its_sender_for_us_and_soon_over() {
    let secret = SigningKey::from_secret(Alg::HS256, "ignored", &[1; 32]).unwrap();
    let policy = Policy::client_assertion(&[Alg::HS256], "app", &[ISSUER, "https://t"], 300);
    let verify = |change: Value| {
        let mut claims =
            json!({"iss": "app", "sub": "app", "aud": [ISSUER], "exp": NOW + 60, "jti": "j"});
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| value != "gone");
        let token = secret.sign("JWT", claims.to_string().as_bytes()).unwrap();
        let token = Unverified::parse(&token).unwrap();
        jwt::verify_with(token, secret.verifying_key(), &policy, NOW).map(|_| ())
    };

    assert_eq!(verify(json!({})), Ok(()));
    assert_eq!(verify(json!({"aud": "https://t"})), Ok(()));
    for (change, claim) in [
        (json!({"iss": "other"}), "iss"),
        (json!({"sub": "other"}), "sub"),
        (json!({"aud": "https://other"}), "aud"),
        (json!({"aud": "gone"}), "aud"),
        (json!({"jti": "gone"}), "jti"),
        (json!({"exp": "gone"}), "exp"),
        (json!({"exp": NOW + 361}), "exp"),
        (json!({"exp": NOW - 60}), "exp"),
    ] {
        assert_eq!(
            verify(change.clone()).unwrap_err().claim_name(),
            Some(claim),
            "{change}"
        );
    }
}

#[test]
fn a_token_older_than_the_policy_allows_is_refused() {
    let key = key();
    let policy = Policy::new(&[Alg::EdDSA]).max_age(100).skew(0);
    let verify = |iat: i64| {
        let token = key.sign(
            "JWT",
            json!({"iat": iat, "exp": NOW + 9}).to_string().as_bytes(),
        );
        jwt::verify(&token.unwrap(), &set(&key), &policy, NOW).map(|_| ())
    };
    assert_eq!(verify(NOW - 100), Ok(()));
    assert_eq!(verify(NOW - 101).unwrap_err().claim_name(), Some("iat"));
}

#[test]
fn extreme_times_do_not_overflow() {
    let key = key();
    let token = key
        .sign("JWT", br#"{"iat":0,"nbf":0,"exp":253402300799}"#)
        .unwrap();
    for now in [i64::MIN, -1, 0, i64::MAX] {
        for seconds in [i64::MIN, 0, i64::MAX] {
            let policy = Policy::new(&[Alg::EdDSA])
                .skew(seconds)
                .max_age(seconds)
                .max_ahead(seconds);
            let _ = jwt::verify(&token, &set(&key), &policy, now);
        }
    }
}
