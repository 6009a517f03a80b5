//! The examples of the RFCs verify, and their keys have the names the RFCs give them.
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, Jwk, SigningKey, VerifyingKey, base64url, pem};
use serde_json::Value;

use crate::vectors::{public, read, text, verifying_key};

fn check(row: &Value, name: &str, alg: Alg, key: &Value, token: &str) {
    let key = verifying_key(key, alg).unwrap_or_else(|e| panic!("{name}: {e}"));
    let verified = Unverified::parse(token).and_then(|token| token.verify_with(&key, &[alg]));
    let payload = verified
        .unwrap_or_else(|e| panic!("{name}: {e}"))
        .into_parts()
        .1;
    let wanted = match row["payload_b64u"].as_str() {
        Some(encoded) => base64url::decode(encoded).unwrap(),
        None => text(row, "payload").as_bytes().to_vec(),
    };
    assert_eq!(payload, wanted, "{name}");
}

#[test]
fn the_tokens_of_rfc_7515_and_rfc_8037_verify() {
    let mut count = 0;
    for file in ["rfc/rfc7515.json", "rfc/rfc8037.json"] {
        for row in read(file)["vectors"].as_array().unwrap() {
            // The JSON serializations and `none` are not offered; both are refused elsewhere.
            let Some(alg) = row["alg"].as_str().and_then(Alg::from_name) else {
                continue;
            };
            check(row, text(row, "id"), alg, &row["key"], text(row, "compact"));
            count += 1;
        }
    }
    assert_eq!(count, 5);
}

#[test]
fn the_unsecured_and_the_critical_token_of_rfc_7515_are_refused() {
    for row in read("rfc/rfc7515.json")["vectors"].as_array().unwrap() {
        if matches!(text(row, "id"), "A.5" | "E") {
            assert!(Unverified::parse(text(row, "compact")).is_err(), "{row}");
        }
    }
}

#[test]
fn the_tokens_of_the_cookbook_verify() {
    let files = [
        "4_1.rsa_v15_signature",
        "4_2.rsa-pss_signature",
        "4_3.ecdsa_signature",
        "4_4.hmac-sha2_integrity_protection",
        "../curve25519/jws",
    ];
    for file in files {
        let example = read(&format!("cookbook/jws/{file}.json"));
        let input = &example["input"];
        let alg = Alg::from_name(text(input, "alg")).unwrap();
        check(
            input,
            file,
            alg,
            &input["key"],
            text(&example["output"], "compact"),
        );
    }
}

#[test]
fn the_private_keys_of_the_cookbook_sign_what_their_public_keys_verify() {
    let files = [
        ("jwk/3_2.ec_private_key", Alg::ES512),
        ("jwk/3_4.rsa_private_key", Alg::PS384),
        ("jwk/3_5.symmetric_key_mac_computation", Alg::HS256),
        ("curve25519/jws", Alg::EdDSA),
    ];
    for (file, alg) in files {
        let example = read(&format!("cookbook/{file}.json"));
        let jwk = if file == "curve25519/jws" {
            &example["input"]["key"]
        } else {
            &example
        };
        let kid = jwk["kid"].as_str().unwrap_or("k");
        let key = SigningKey::from_private_jwk(alg, kid, jwk.to_string().as_bytes())
            .unwrap_or_else(|e| panic!("{file}: {e}"));

        let token = key.sign("JWT", b"{}").unwrap();

        let public = verifying_key(jwk, alg).unwrap();
        let verified = Unverified::parse(&token)
            .unwrap()
            .verify_with(&public, &[alg]);
        assert!(verified.is_ok(), "{file}");
    }
}

#[test]
fn thumbprints_are_those_of_the_rfcs() {
    let rfc7517 = read("rfc/rfc7517.json");
    let rsa = Jwk::parse(rfc7517["A.1_public_keys"]["keys"][1].to_string().as_bytes()).unwrap();
    let rfc8037 = read("rfc/rfc8037.json");
    let ed = public(&rfc8037["vectors"][0]["key"]);
    let ed = Jwk::parse(ed.to_string().as_bytes()).unwrap();

    let of_rsa = &rfc7517["A.1_thumbprints_rfc7638_for_A.1[1]"];
    let of_rsa = of_rsa.as_array().map_or(of_rsa, |many| &many[1]);
    assert_eq!(rsa.thumbprint(), of_rsa.as_str().unwrap());
    assert_eq!(
        ed.thumbprint(),
        rfc8037["A.2_thumbprint"][0].as_str().unwrap()
    );
}

#[test]
fn the_key_in_the_certificate_of_rfc_7517_is_the_one_beside_it() {
    let example = &read("rfc/rfc7517.json")["B_x5c"];
    let beside = Jwk::parse(public(example).to_string().as_bytes()).unwrap();
    let armour = example["x5c"][0].as_str().unwrap();
    let (_, der) = pem::decode(armour).unwrap();

    let inside = VerifyingKey::from_certificate(None, None, &der).unwrap();

    assert_eq!(inside.thumbprint(), Some(beside.thumbprint()));
    assert_eq!(
        VerifyingKey::from_pem(None, None, armour)
            .unwrap()
            .spki_der(),
        inside.spki_der(),
        "bare base64 is read as well"
    );
}

#[test]
fn private_keys_are_not_read_as_public_ones() {
    for key in read("rfc/rfc7517.json")["A.2_private_keys"]["keys"]
        .as_array()
        .unwrap()
    {
        assert!(Jwk::parse(key.to_string().as_bytes()).unwrap_err().is_key());
        assert!(Jwk::parse(public(key).to_string().as_bytes()).is_ok());
    }
}
