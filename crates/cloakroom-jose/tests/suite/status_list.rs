//! Status lists: the examples of the draft, and lists that are traps.
use cloakroom_jose::jwt::Verifier;
use cloakroom_jose::jwt::kind::KeycloakAccessToken;
use cloakroom_jose::status_list::{Reference, Status, StatusList};
use cloakroom_jose::{Alg, KeySet, base64url};
use serde_json::{Value, json};

use crate::vectors::signing_key;

const URI: &str = "https://id.example/lists/1";

#[test]
fn the_examples_of_the_draft_are_read() {
    // Section 4.1: sixteen statuses of one bit, twelve of two; both lists compressed in section 4.2.
    let one = StatusList::from_claim(&json!({"bits": 1, "lst": "eNrbuRgAAhcBXQ"})).unwrap();
    let bits = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
    for (index, bit) in bits.into_iter().enumerate() {
        assert_eq!(one.get(index).unwrap().number(), bit, "{index}");
    }
    let two = StatusList::from_claim(&json!({"bits": 2, "lst": "eNo76fITAAPfAgc"})).unwrap();
    let statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3];
    for (index, status) in statuses.into_iter().enumerate() {
        assert_eq!(two.get(index).unwrap().number(), status, "{index}");
    }
    assert_eq!(two.get(1), Ok(Status::Suspended));
    assert!(two.get(12).is_err());
}

#[test]
fn what_is_set_comes_back_signed() {
    let key = signing_key(Alg::ES256);
    let keys = KeySet::from_keys([key.verifying_key().clone()]);
    for bits in [1, 2, 4, 8] {
        let mut list = StatusList::new(bits, 1_000).unwrap();
        list.set(0, Status::Invalid).unwrap();
        list.set(999, Status::Invalid).unwrap();
        list.set(500, Status::Invalid).unwrap();
        list.set(500, Status::Valid).unwrap();
        let token = list.sign(&key, URI, 100, 200).unwrap();

        let read = StatusList::verify(&token, &keys, &[Alg::ES256], URI, 150).unwrap();

        assert_eq!(read, list);
        assert_eq!(
            (read.get(0), read.get(500)),
            (Ok(Status::Invalid), Ok(Status::Valid))
        );
        assert_eq!(read.get(999), Ok(Status::Invalid));
        let verify =
            |uri: &str, algs: &[Alg], now| StatusList::verify(&token, &keys, algs, uri, now);
        assert!(verify("https://other.example", &[Alg::ES256], 150).is_err());
        assert!(verify(URI, &[Alg::RS256], 150).is_err());
        assert!(verify(URI, &[Alg::ES256], 300).unwrap_err().is_expired());
        let other = key.sign("JWT", b"{}").unwrap();
        assert!(StatusList::verify(&other, &keys, &[Alg::ES256], URI, 150).is_err());
    }
    let mut small = StatusList::new(1, 8).unwrap();
    assert!(small.set(0, Status::Suspended).is_err() && small.set(8, Status::Valid).is_err());
    assert!(StatusList::new(3, 8).is_err() && StatusList::new(8, usize::MAX).is_err());
}

#[test]
fn lists_that_are_traps_are_refused() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 1 << 22], 9);
    let cases = [
        json!(null),
        json!({"bits": 3, "lst": "eNrbuRgAAhcBXQ"}),
        json!({"bits": 0, "lst": "eNrbuRgAAhcBXQ"}),
        json!({"bits": 1}),
        json!({"bits": "1", "lst": "eNrbuRgAAhcBXQ"}),
        json!({"bits": 1, "lst": "AAAA"}),
        json!({"bits": 1, "lst": "eNrbuRgAAhcBXQ=="}),
        json!({"bits": 1, "lst": base64url::encode(&bomb)}),
    ];
    for claim in cases {
        assert!(StatusList::from_claim(&claim).is_err(), "{claim}");
    }
}

#[test]
fn a_token_names_its_place_or_has_none() {
    let key = signing_key(Alg::ES256);
    let keys = KeySet::from_keys([key.verifying_key().clone()]);
    let of = |status: Value| {
        let claims = json!({"iss": "i", "aud": "a", "iat": 1, "exp": 99, "typ": "Bearer",
            "status": status});
        let token = key.sign("JWT", claims.to_string().as_bytes()).unwrap();
        let verifier = Verifier::new(&keys, &[Alg::ES256], "i", "a");
        Reference::of(
            verifier
                .verify::<KeycloakAccessToken>(&token, 2)
                .unwrap()
                .claims(),
        )
    };
    let reference = Reference::new(URI, 7);
    assert_eq!(of(reference.to_claim()), Ok(Some(reference)));
    for wrong in [
        json!({}),
        json!({"status_list": {"idx": -1, "uri": URI}}),
        json!({"status_list": {"idx": 1}}),
        json!({"status_list": {"idx": 1.5, "uri": URI}}),
        json!("valid"),
    ] {
        assert!(of(wrong.clone()).is_err(), "{wrong}");
    }
}
