//! The encrypted examples of the RFCs, of the cookbook, of Wycheproof, and of the attack table.
use std::panic::catch_unwind;

use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, KeyAlg};
use cloakroom_jose::{DecryptionKey, PrivateKey, Result, base64url};
use serde_json::Value;

use crate::vectors::{read, text};

fn all() -> Allowed {
    Allowed::new(&KeyAlg::ALL, &Enc::ALL).inflate(1 << 20)
}

/// Every way in which the key may be used; a message names the one that is.
fn keys(jwk: &Value) -> Result<Vec<DecryptionKey>> {
    let key = PrivateKey::parse_jwk(jwk.to_string().as_bytes())?;
    Ok(KeyAlg::ALL
        .into_iter()
        .filter_map(|alg| key.decryption_key(alg).ok())
        .collect())
}

fn decrypt(message: &str, keys: &[DecryptionKey]) -> Result<Vec<u8>> {
    let plain = Encrypted::parse(message, &all())?.decrypt(keys, &all())?;
    Ok(plain.plaintext().to_vec())
}

/// The message of a vector, compact or JSON.
fn message(row: &Value) -> String {
    match &row["compact"] {
        Value::String(compact) => compact.clone(),
        _ => row["json"].to_string(),
    }
}

#[test]
fn the_messages_of_rfc_7516_are_read() {
    for row in read("rfc/rfc7516.json")["vectors"].as_array().unwrap() {
        let list = match row["keys"].as_array() {
            Some(keys) => keys.clone(),
            None => vec![row["key"].clone()],
        };
        let wanted = base64url::decode(text(row, "plaintext_b64u")).unwrap();
        for key in list {
            let plain = decrypt(&message(row), &keys(&key).unwrap());
            assert_eq!(plain.as_ref(), Ok(&wanted), "{}", row["id"]);
        }
    }
}

#[test]
fn the_messages_of_rfc_7519_hold_their_claims() {
    for row in read("rfc/rfc7519.json")["vectors"].as_array().unwrap() {
        let plain = decrypt(&message(row), &keys(&row["key"]).unwrap()).unwrap();
        if text(row, "id") == "A.1" {
            let claims: Value = serde_json::from_slice(&plain).unwrap();
            assert_eq!(claims, row["claims"]);
        } else {
            // The signed token inside is read where nested tokens are.
            assert_eq!(plain.iter().filter(|byte| **byte == b'.').count(), 2);
        }
    }
}

/// The examples of RFC 7520 §5.
///
/// §5.12 has its `enc` in a header that anybody can change, and is refused for it (RFC 8725 §3.1).
#[test]
fn the_messages_of_the_cookbook_are_read() {
    let files = [
        "jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2",
        "jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm",
        "jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2",
        "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm",
        "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2",
        "jwe/5_6.direct_encryption_using_aes-gcm",
        "jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2",
        "jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm",
        "jwe/5_9.compressed_content",
        "jwe/5_10.including_additional_authentication_data",
        "jwe/5_11.protecting_specific_header_fields",
        "jwe/5_12.protecting_content_only",
        "jwe/5_13.encrypting_to_multiple_recipients",
        "curve25519/ecdh-es",
    ];
    for file in files {
        let example = read(&format!("cookbook/{file}.json"));
        let input = &example["input"];
        for key in cookbook_keys(input) {
            for form in ["compact", "json", "json_flat"] {
                let message = match &example["output"][form] {
                    Value::Null => continue,
                    Value::String(compact) => compact.clone(),
                    json => json.to_string(),
                };
                let plain = decrypt(&message, &key);
                if file.contains("5_12") {
                    assert!(plain.unwrap_err().is_malformed(), "{file}");
                    continue;
                }
                let wanted = text(input, "plaintext").as_bytes();
                assert_eq!(plain.as_deref(), Ok(wanted), "{file} {form}");
            }
        }
    }
}

fn cookbook_keys(input: &Value) -> Vec<Vec<DecryptionKey>> {
    match (&input["pwd"], &input["key"]) {
        (Value::String(password), _) => {
            let alg = KeyAlg::from_name(text(input, "alg")).unwrap();
            let key = DecryptionKey::from_secret(alg, None, password.as_bytes());
            vec![vec![key.unwrap()]]
        }
        (_, Value::Array(many)) => many.iter().map(|key| keys(key).unwrap()).collect(),
        (_, one) => vec![keys(one).unwrap()],
    }
}

#[test]
fn the_nested_message_of_the_cookbook_is_read() {
    let example = read("cookbook/6.nesting_signatures_and_encryption.json");
    let encrypt = &example["encrypt"];
    let plain = decrypt(
        text(&encrypt["output"], "compact"),
        &keys(&encrypt["input"]["key"]).unwrap(),
    );
    let signed = text(&example["sign"]["output"], "compact");
    assert_eq!(plain.as_deref(), Ok(signed.as_bytes()));
}

#[test]
fn messages_of_wycheproof_are_judged_rightly() {
    let mut count = 0;
    for group in read("wycheproof/json_web_crypto_test.json")["testGroups"]
        .as_array()
        .unwrap()
    {
        for case in group["tests"].as_array().unwrap() {
            let message = match &case["jwe"] {
                Value::Null => continue,
                Value::String(compact) => compact.clone(),
                // Case 66 is a message in JSON, which a reader of compact ones has to refuse.
                json => json.to_string(),
            };
            let got = catch_unwind(|| {
                let keys = keys(&group["private"])?;
                Encrypted::parse_compact(&message, &all())?.decrypt(&keys, &all())
            });
            let wanted = text(case, "result") == "valid";
            assert_eq!(got.ok().map(|got| got.is_ok()), Some(wanted), "{case}");
            count += 1;
        }
    }
    assert_eq!(count, 34);
}

/// J40: `RSA1_5` is read if it is listed, and the reader of the collection does not list it.
fn allowed(row: &Value) -> Allowed {
    let listed: Vec<KeyAlg> = row["algs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| KeyAlg::from_name(name.as_str().unwrap()))
        .collect();
    let encs: Vec<Enc> = match row["encs"].as_array() {
        Some(names) => names
            .iter()
            .filter_map(|name| Enc::from_name(name.as_str().unwrap()))
            .collect(),
        None => Enc::ALL.to_vec(),
    };
    // Larger than the token of J13, and smaller than what is in it.
    Allowed::new(&listed, &encs).limit(1 << 20).inflate(250_000)
}

#[test]
fn hostile_messages_are_refused_and_harmless_ones_read() {
    let rows = read("attacks.json");
    let mut count = 0;
    for row in rows.as_array().unwrap() {
        if !text(row, "op").starts_with("jwe") {
            continue;
        }
        let allowed = allowed(row);
        let got = catch_unwind(|| {
            let keys = keys(&row["key"])?;
            Encrypted::parse(text(row, "token"), &allowed)?.decrypt(&keys, &allowed)
        });
        let wanted = text(row, "expect") == "accept";
        let got = got.map(|got| got.map(|_| ()));
        assert_eq!(
            got.as_ref().ok().map(Result::is_ok),
            Some(wanted),
            "{} {}: {got:?}",
            row["id"],
            row["name"]
        );
        count += 1;
    }
    assert_eq!(count, 40);
}

#[test]
fn the_arms_of_an_oracle_are_answered_alike() {
    let rows = read("attacks.json");
    let answer = |id: &str| {
        let row = rows.as_array().unwrap().iter().find(|row| row["id"] == id);
        let row = row.unwrap();
        decrypt(text(row, "token"), &keys(&row["key"]).unwrap()).unwrap_err()
    };
    assert_eq!(answer("J08"), answer("J09"), "padding of the content");
    assert_eq!(answer("J41"), answer("J42"), "padding of the key");
    assert!(answer("J41").is_decryption());
}
