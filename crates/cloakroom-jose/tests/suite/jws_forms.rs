//! The JSON forms and detached payloads: what verifies, and what must not.
use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::jws::{Unverified, detached, json};
use cloakroom_jose::{Alg, KeySet, Result, SigningKey, VerifyingKey, base64url};
use serde_json::{Value, json};

use crate::vectors::{other_signing_key, read, signing_key, text, verifying_key};

fn set(keys: &[&SigningKey]) -> KeySet {
    KeySet::from_keys(keys.iter().map(|key| key.verifying_key().clone()))
}

fn verify(message: &str, keys: &KeySet) -> Result<json::Verified> {
    json::Signed::parse(message, 1 << 16)?.verify(keys, &Alg::ALL)
}

#[test]
fn every_algorithm_signs_in_every_form() {
    for alg in Alg::ALL {
        let key = signing_key(alg);
        let keys = set(&[&key]);
        for message in [
            json::flattened(&key, "x", b"payload"),
            json::general(&[&key], "x", b"payload"),
        ] {
            let verified = verify(&message.unwrap(), &keys).unwrap();
            assert_eq!(verified.payload(), b"payload", "{alg}");
            assert_eq!(
                (verified.header().typ(), verified.signature()),
                (Some("x"), 0)
            );
        }
        for message in [
            detached::sign(&key, "x", b"pay.load"),
            detached::sign_unencoded(&key, b"pay.load"),
        ] {
            let message = message.unwrap();
            assert!(
                detached::verify(&message, b"pay.load", &keys, &[alg]).is_ok(),
                "{alg}"
            );
            let other = detached::verify(&message, b"pay.loae", &keys, &[alg]);
            assert!(other.unwrap_err().is_signature(), "{alg}");
            assert!(Unverified::parse(&message).is_err() || message.contains(".."));
        }
    }
}

#[test]
fn an_unencoded_payload_is_never_a_token() {
    let key = signing_key(Alg::ES256);
    let message = detached::sign_unencoded(&key, b"{}").unwrap();
    let token = message.replace("..", &format!(".{}.", base64url::encode(b"{}")));
    assert!(
        Unverified::parse(&message).unwrap_err().is_unsupported(),
        "F09"
    );
    assert!(
        Unverified::parse(&token).unwrap_err().is_unsupported(),
        "F11"
    );
}

#[test]
fn a_detached_payload_in_json_is_signed_encoded_or_as_it_is() {
    let key = signing_key(Alg::ES256);
    let keys = set(&[&key]);
    let payload = b"pay.load \xff";
    let part = |message: String| {
        let (protected, signature) = message.split_once("..").unwrap();
        json!({"protected": protected, "signature": signature})
    };
    let encoded = part(detached::sign(&key, "x", payload).unwrap());
    let bare = part(detached::sign_unencoded(&key, payload).unwrap());
    let verify = |message: &Value, payload: &[u8]| {
        json::Signed::parse(&message.to_string(), 1 << 16)?.verify_detached(
            payload,
            &keys,
            &Alg::ALL,
        )
    };
    for message in [&encoded, &bare] {
        assert_eq!(verify(message, payload).unwrap().payload(), payload);
        let other = verify(message, b"pay.load").unwrap_err();
        assert!(other.is_signature(), "{message}");
    }
    // RFC 7797 §3: encoded for all signatures, or for none.
    let mixed = json!({"signatures": [encoded, bare]});
    assert!(verify(&mixed, payload).unwrap_err().is_malformed());
}

#[test]
fn the_result_names_the_signature_that_was_right() {
    let (own, other) = (signing_key(Alg::ES256), other_signing_key(Alg::ES256));
    let message = json::general(&[&other, &own], "x", b"payload").unwrap();
    let verified = verify(&message, &set(&[&own])).unwrap();
    assert_eq!(verified.signature(), 1, "F17");
    let stranger = signing_key(Alg::ES256);
    assert!(
        verify(&message, &set(&[&stranger]))
            .unwrap_err()
            .is_signature()
    );
    assert!(json::general(&[], "x", b"").is_err());
    assert!(json::general(&[&own; 5], "x", b"").is_err());
}

#[test]
fn messages_in_json_that_are_traps_are_refused() {
    let key = signing_key(Alg::HS256);
    let keys = set(&[&key]);
    let good: Value = serde_json::from_str(&json::flattened(&key, "x", b"p").unwrap()).unwrap();
    assert!(verify(&good.to_string(), &keys).is_ok());
    let with = |name: &str, value: Value| {
        let mut message = good.clone();
        message[name] = value;
        message
    };
    let signed_header = |header: &str| {
        let protected = base64url::encode(header.as_bytes());
        json!({"payload": good["payload"], "protected": protected, "signature": good["signature"]})
    };
    let mut alg_outside = signed_header("{}");
    alg_outside["header"] = json!({"alg": "HS256"});
    let none = base64url::encode(br#"{"alg":"none"}"#);
    let signature = json!({"protected": good["protected"], "signature": good["signature"]});
    let cases = [
        (
            "F12",
            signed_header(r#"{"alg":"HS256","crit":["x"],"x":1}"#),
        ),
        ("F13", with("header", json!({"crit": ["x"], "x": 1}))),
        ("F14", alg_outside),
        ("F15", with("header", json!({"alg": "HS256"}))),
        ("F15", with("header", json!({"kid": "k1"}))),
        ("F16", with("signatures", json!([signature]))),
        ("F18", json!({"payload": good["payload"], "signatures": []})),
        (
            "F19",
            json!({"payload": good["payload"],
            "signatures": [{"protected": none, "signature": ""}]}),
        ),
        ("F20", with("ciphertext", json!("AA"))),
        ("F20", with("iv", json!("AA"))),
        ("b64", with("header", json!({"b64": false}))),
        ("E34", with("header", json!({"Kid": "a"}))),
        (
            "none",
            json!({"payload": good["payload"], "protected": none, "signature": ""}),
        ),
        (
            "five",
            json!({"payload": good["payload"], "signatures": vec![&signature; 5]}),
        ),
        ("type", with("payload", json!(1))),
        ("type", with("header", json!([]))),
        ("type", with("signature", json!(null))),
        (
            "lost",
            json!({"payload": good["payload"], "protected": good["protected"]}),
        ),
    ];
    for (id, message) in cases {
        assert!(verify(&message.to_string(), &keys).is_err(), "{id}");
    }
    let twice = good.to_string().replacen('{', r#"{"payload":"AA","#, 1);
    assert!(verify(&twice, &keys).unwrap_err().is_malformed(), "E09");
}

/// The key of a vector under its `kid`, or without one.
fn keys_of(keys: &Value) -> KeySet {
    let list = match keys {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    };
    KeySet::from_keys(list.iter().map(|key| {
        let alg = key["alg"].as_str().and_then(Alg::from_name);
        verifying_key(key, alg.unwrap_or(Alg::HS256)).unwrap()
    }))
}

#[test]
fn the_json_examples_of_rfc_7515_verify() {
    for row in read("rfc/rfc7515.json")["vectors"].as_array().unwrap() {
        if row["json"].is_null() {
            continue;
        }
        let list = match row["keys"].as_array() {
            Some(keys) => keys.clone(),
            None => vec![row["key"].clone()],
        };
        for (index, key) in list.iter().enumerate() {
            // The headers name the keys, and the appendix does not.
            let header = match &row["json"]["signatures"][index]["header"] {
                Value::Null => &row["json"]["header"],
                own => own,
            };
            let mut key = key.clone();
            key["kid"] = header["kid"].clone();
            let verified = verify(&row["json"].to_string(), &keys_of(&key)).unwrap();
            let wanted = base64url::decode(text(row, "payload_b64u")).unwrap();
            assert_eq!(
                (verified.payload(), verified.signature()),
                (&wanted[..], index)
            );
        }
    }
}

/// RFC 7520 §4.5 to §4.8.
///
/// In §4.7 and in the second signature of §4.8 the `alg` is not protected, so these are refused
/// (RFC 7515 §10.7, RFC 8725 §3.1).
#[test]
fn the_json_examples_of_the_cookbook_verify() {
    for file in [
        "4_5.signature_with_detached_content",
        "4_6.protecting_specific_header_fields",
        "4_7.protecting_content_only",
        "4_8.multiple_signatures",
    ] {
        let example = read(&format!("cookbook/jws/{file}.json"));
        let input = &example["input"];
        let payload = text(input, "payload").as_bytes();
        for form in ["json", "json_flat"] {
            let message = match &example["output"][form] {
                Value::Null => continue,
                message => message.to_string(),
            };
            let list = match input["key"].as_array() {
                Some(many) => many.clone(),
                None => vec![input["key"].clone()],
            };
            for (index, key) in list.iter().enumerate() {
                let keys = keys_of(key);
                let verified = if file.starts_with("4_5") {
                    json::Signed::parse(&message, 1 << 16)
                        .and_then(|signed| signed.verify_detached(payload, &keys, &Alg::ALL))
                } else {
                    verify(&message, &keys)
                };
                if file.starts_with("4_7") || (file.starts_with("4_8") && index == 1) {
                    assert!(verified.is_err(), "{file}");
                    continue;
                }
                let verified = verified.unwrap_or_else(|e| panic!("{file} {form}: {e}"));
                assert_eq!((verified.payload(), verified.signature()), (payload, index));
            }
        }
        if let Some(compact) = example["output"]["compact"].as_str() {
            let keys = keys_of(&input["key"]);
            assert!(
                detached::verify(compact, payload, &keys, &[Alg::HS256]).is_ok(),
                "{file}"
            );
        }
    }
}

/// RFC 7797 §4.
///
/// The file `4.2` is of a draft: its header lacks the `crit` that §6 demands, so it is refused.
#[test]
fn the_unencoded_examples_of_rfc_7797_verify() {
    for (file, is_right) in [
        ("hmac-sha2_b64_false", true),
        ("4.2.hmac-sha2_b64_false", false),
    ] {
        let example = read(&format!("cookbook/rfc7797/{file}.json"));
        let keys = keys_of(&example["input"]["key"]);
        let payload = text(&example["input"], "payload").as_bytes();
        for form in ["json", "json_flat"] {
            let verified = verify(&example["output"][form].to_string(), &keys);
            match verified {
                Ok(verified) => assert!(is_right && verified.payload() == payload, "{file}"),
                Err(refused) => assert!(!is_right && refused.is_unsupported(), "{file} {refused}"),
            }
        }
        if let Some(compact) = example["output"]["compact"].as_str() {
            let message = compact.replace(text(&example["input"], "payload"), "");
            assert!(detached::verify(&message, payload, &keys, &[Alg::HS256]).is_ok());
            assert!(Unverified::parse(compact).is_err());
        }
    }
}

#[test]
fn secp256k1_and_ed448_have_their_own_names_alone() {
    for (alg, others) in [
        (Alg::ES256K, [Alg::ES256, Alg::EdDSA]),
        (Alg::Ed448, [Alg::EdDSA, Alg::Ed25519]),
    ] {
        let key = signing_key(alg);
        let spki = key.public_spki_der().unwrap();
        for other in others {
            assert!(VerifyingKey::from_spki(Some(other), None, &spki).is_err());
        }
        assert_eq!(
            VerifyingKey::from_spki(None, None, &spki).unwrap().alg(),
            Some(alg)
        );
        assert_ne!(alg.key_kind(), KeyKind::Rsa);
    }
    let key = signing_key(Alg::Ed25519);
    let open = VerifyingKey::from_spki(None, None, &key.public_spki_der().unwrap()).unwrap();
    assert!(open.may_verify(Alg::EdDSA) && open.may_verify(Alg::Ed25519));
    let fixed = signing_key(Alg::EdDSA);
    assert!(!fixed.verifying_key().may_verify(Alg::Ed25519));
}
