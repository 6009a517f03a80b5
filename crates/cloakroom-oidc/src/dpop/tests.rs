//! What a proof has to be, as far as no database is asked.

use cloakroom_jose::dpop::{Request, sign};
use cloakroom_jose::{Alg, SigningKey};
use cloakroom_model::Timestamp;

use super::{Call, Proof, algs, challenge, check_key, is_thumbprint};
use crate::error::{Error, OAuthError};

const URL: &str = "https://id.example/realms/r/protocol/openid-connect/token";
const NOW: i64 = 1_800_000_000;

fn key() -> SigningKey {
    SigningKey::generate(Alg::ES256, "client").unwrap()
}

/// A proof by a fresh key for a request, made at this second.
fn made(method: &str, url: &str, at: i64) -> String {
    sign(&key(), &Request::new(method, url), "one", at).unwrap()
}

/// What is said of these headers on a POST to the token endpoint; `None` if the proof is right.
fn said(sent: &[&str]) -> Option<String> {
    let sent: Vec<&[u8]> = sent.iter().map(|text| text.as_bytes()).collect();
    let call = Call {
        method: "POST",
        url: URL,
        token: None,
    };
    let proof = Proof::read(&sent, &call, Timestamp::from_seconds(NOW));
    let error = match proof.key() {
        Ok(key) => {
            assert!(key.is_some_and(is_thumbprint), "{key:?}");
            return None;
        }
        Err(error) => error,
    };
    assert_eq!(proof.thumbprint(), None);
    let denied = denied(error);
    assert_eq!((denied.code, denied.status), ("invalid_dpop_proof", 400));
    Some(denied.description.into_owned())
}

fn denied(error: Error) -> OAuthError {
    match error {
        Error::Denied(denied) => denied,
        Error::Fault(fault) => OAuthError::new("fault", fault.to_string()),
    }
}

#[test]
fn a_proof_is_taken_for_as_long_as_in_keycloak() {
    for (age, is_taken) in [
        (0, true),
        (25, true),
        (26, false),
        (600, false),
        (-15, true),
        (-16, false),
        (-600, false),
    ] {
        let proof = made("POST", URL, NOW - age);
        assert_eq!(said(&[&proof]).is_none(), is_taken, "{age}");
    }
}

#[test]
fn a_request_has_one_proof_and_no_more() {
    let (one, other) = (made("POST", URL, NOW), made("POST", URL, NOW));
    let listed = format!("{one}, {other}");

    assert_eq!(said(&[&one]), None);
    for sent in [
        &[one.as_str(), other.as_str()][..],
        &[one.as_str(), one.as_str()],
        &[listed.as_str()],
        &[""],
    ] {
        assert!(said(sent).is_some(), "{sent:?}");
    }
}

#[test]
fn a_proof_is_for_the_address_that_clients_know() {
    for (method, url, is_taken) in [
        (
            "POST",
            "HTTPS://ID.example:443/realms/r/protocol/openid-connect/token?a=b#c",
            true,
        ),
        ("GET", URL, false),
        ("post", URL, false),
        (
            "POST",
            "http://id.example/realms/r/protocol/openid-connect/token",
            false,
        ),
        (
            "POST",
            "https://id.example:8443/realms/r/protocol/openid-connect/token",
            false,
        ),
        (
            "POST",
            "https://evil.example/realms/r/protocol/openid-connect/token",
            false,
        ),
        (
            "POST",
            "https://id.example/realms/r/protocol/openid-connect/token/",
            false,
        ),
        (
            "POST",
            "https://id.example/realms/s/protocol/openid-connect/token",
            false,
        ),
    ] {
        // The helper writes the address in its normal form, so what is not normal stands in the request.
        let call = Call {
            method: "POST",
            url,
            token: None,
        };
        let proof = made(method, URL, NOW);
        let read = Proof::read(&[proof.as_bytes()], &call, Timestamp::from_seconds(NOW));
        assert_eq!(read.thumbprint().is_some(), is_taken, "{method} {url}");
    }
}

#[test]
fn a_proof_of_a_token_is_for_that_token() {
    let (key, now) = (key(), Timestamp::from_seconds(NOW));
    let for_token = |token| Request::new("GET", URL).access_token(token);
    let call = Call {
        method: "GET",
        url: URL,
        token: Some("mine"),
    };
    for (request, is_taken) in [
        (for_token("mine"), true),
        (for_token("another"), false),
        (Request::new("GET", URL), false),
    ] {
        let proof = sign(&key, &request, "one", NOW).unwrap();
        let read = Proof::read(&[proof.as_bytes()], &call, now);
        assert_eq!(read.thumbprint().is_some(), is_taken, "{request:?}");
    }
}

#[test]
fn no_algorithm_of_proofs_has_a_secret_that_both_sides_know() {
    let names: Vec<&str> = algs().map(Alg::name).collect();

    assert!(
        names.contains(&"ES256") && names.contains(&"EdDSA"),
        "{names:?}"
    );
    assert!(
        !names.iter().any(|name| name.starts_with("HS")),
        "{names:?}"
    );
}

#[test]
fn a_challenge_says_what_is_wrong_and_which_algorithms_are_taken() {
    let denied = OAuthError::new("invalid_dpop_proof", "The DPoP proof was used before");

    assert!(challenge(None).starts_with("DPoP algs=\"RS256 "));
    let told = challenge(Some(&denied));
    let begin = "DPoP error=\"invalid_dpop_proof\", error_description=\"The DPoP proof was used before\", algs=\"";
    assert!(told.starts_with(begin), "{told}");
}

#[test]
fn what_is_bound_to_a_key_goes_to_that_key_alone() {
    for (bound, shown, code) in [
        (None, None, None),
        (None, Some("a"), None),
        (Some("a"), Some("a"), None),
        (Some("a"), Some("b"), Some("invalid_grant")),
        (Some("a"), None, Some("invalid_dpop_proof")),
    ] {
        let told = check_key(bound, shown).err();
        assert_eq!(
            told.map(|error| denied(error).code),
            code,
            "{bound:?} {shown:?}"
        );
    }
}
