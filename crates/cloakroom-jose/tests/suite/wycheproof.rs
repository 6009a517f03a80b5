//! Project Wycheproof's cases for the algorithms offered here.
use std::panic::{AssertUnwindSafe, catch_unwind};

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, KeySet, Result, SigningKey, VerifyingKey};
use serde_json::Value;

use crate::vectors::{hex, read, text};

/// Runs a file of messages and signatures; returns how many cases there were.
fn run_signatures(file: &str, alg: Alg) -> usize {
    let vectors = read(&format!("wycheproof/{file}_test.json"));
    let mut count = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let der = hex(text(group, "publicKeyDer"));
        let key = VerifyingKey::from_spki(Some(alg), None, &der).unwrap_or_else(|e| panic!("{e}"));
        for case in group["tests"].as_array().unwrap() {
            let (message, signature) = (hex(text(case, "msg")), hex(text(case, "sig")));
            let verify = AssertUnwindSafe(|| key.verify(alg, &message, &signature).is_ok());
            let verified = catch_unwind(verify);
            // `acceptable` is a signature RFC 8017 does not allow and some software makes.
            let wanted = text(case, "result") == "valid";
            assert_eq!(verified.ok(), Some(wanted), "{file} {case}");
            count += 1;
        }
    }
    count
}

#[test]
fn rsa_signatures_are_judged_rightly() {
    assert_eq!(run_signatures("rsa_signature_2048_sha256", Alg::RS256), 259);
}

#[test]
fn rsa_pss_signatures_are_judged_rightly() {
    assert_eq!(
        run_signatures("rsa_pss_2048_sha256_mgf1_32", Alg::PS256),
        108
    );
}

#[test]
fn ecdsa_signatures_are_judged_rightly() {
    assert_eq!(
        run_signatures("ecdsa_secp256r1_sha256_p1363", Alg::ES256),
        262
    );
    assert_eq!(
        run_signatures("ecdsa_secp384r1_sha384_p1363", Alg::ES384),
        280
    );
    assert_eq!(
        run_signatures("ecdsa_secp521r1_sha512_p1363", Alg::ES512),
        318
    );
    assert_eq!(
        run_signatures("ecdsa_secp256k1_sha256_p1363", Alg::ES256K),
        252
    );
}

#[test]
fn ed25519_signatures_are_judged_rightly() {
    assert_eq!(run_signatures("ed25519", Alg::EdDSA), 151);
}

#[test]
fn hmac_tags_are_judged_rightly() {
    for group in read("wycheproof/hmac_sha256_test.json")["testGroups"]
        .as_array()
        .unwrap()
    {
        for case in group["tests"].as_array().unwrap() {
            let secret = hex(text(case, "key"));
            let key = VerifyingKey::from_secret(Some(Alg::HS256), None, &secret);
            if group["keySize"].as_u64().unwrap() < 256 {
                // RFC 7518 §3.2 wants longer keys than HMAC itself does.
                assert!(key.unwrap_err().is_key());
                continue;
            }
            let tag = hex(text(case, "tag"));
            let verified = key
                .unwrap()
                .verify(Alg::HS256, &hex(text(case, "msg")), &tag);
            // A JWS has the whole tag; the file also has halves.
            let wanted = text(case, "result") == "valid" && tag.len() == 32;
            assert_eq!(verified.is_ok(), wanted, "{case}");
        }
    }
}

#[test]
fn tokens_and_keys_are_judged_rightly() {
    let mut count = 0;
    for file in ["json_web_crypto", "json_web_key"] {
        for group in read(&format!("wycheproof/{file}_test.json"))["testGroups"]
            .as_array()
            .unwrap()
        {
            for case in group["tests"].as_array().unwrap() {
                // Encryption is not offered, and a JSON serialization is no compact token.
                let Some(token) = case["jws"].as_str() else {
                    continue;
                };
                let verified = catch_unwind(|| verify(group, token).is_ok());
                let wanted = text(case, "result") == "valid";
                assert_eq!(verified.ok(), Some(wanted), "{file} {case}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 74);
}

fn verify(group: &Value, token: &str) -> Result<()> {
    let keys = key_set(group)?;
    Unverified::parse(token)?
        .verify(&keys, &Alg::ALL)
        .map(|_| ())
}

/// The public keys if there are any, else the secrets.
///
/// A set that mixes both kinds is read as a published one, which leaves the secrets out.
fn key_set(group: &Value) -> Result<KeySet> {
    let (keys, is_public) = match &group["public"] {
        Value::Null => (&group["private"], false),
        keys => (keys, true),
    };
    let keys = match keys["keys"].as_array() {
        Some(many) => many.clone(),
        None => vec![keys.clone()],
    };
    if is_public || keys.iter().any(|key| key["kty"] != "oct") {
        return KeySet::parse(serde_json::json!({ "keys": keys }).to_string().as_bytes());
    }
    let secrets = keys.iter().map(|key| {
        let alg = Alg::from_name(text(key, "alg")).unwrap_or(Alg::HS256);
        let key = SigningKey::from_private_jwk(alg, text(key, "kid"), key.to_string().as_bytes())?;
        Ok(key.verifying_key().clone())
    });
    Ok(KeySet::from_keys(secrets.collect::<Result<Vec<_>>>()?))
}
