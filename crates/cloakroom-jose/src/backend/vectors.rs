//! Wycheproof's vectors for the primitives that no message shows alone.
use std::path::Path;

use serde_json::Value;

use super::agreement::{Agreement, concat_kdf};
use super::curve448::Derived;
use super::rsa_encryption::{Decrypter, Padding};
use super::{content, wrap};
use crate::jwk;
use crate::jwk::{Material, okp};

fn groups(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/wycheproof")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    file["testGroups"].as_array().unwrap().clone()
}

fn hex(row: &Value, name: &str) -> Vec<u8> {
    let text = row[name].as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Runs each case; the function says whether it gave what the case wants.
fn run(file: &str, mut judge: impl FnMut(&Value, &Value) -> bool) -> usize {
    let mut count = 0;
    for group in groups(file) {
        for case in group["tests"].as_array().unwrap() {
            assert!(judge(&group, case), "{file} {case}");
            count += 1;
        }
    }
    count
}

#[test]
fn aes_gcm_opens_what_it_must_and_nothing_of_another_length() {
    let count = run("aes_gcm_test.json", |group, case| {
        let [key, iv, aad, msg, ct, tag] =
            ["key", "iv", "aad", "msg", "ct", "tag"].map(|name| hex(case, name));
        let opened = content::gcm_open(&key, &iv, &aad, &ct, &tag);
        // RFC 7518 §5.3: vectors of 96 bits and tags of 128.
        let is_ours = group["ivSize"] == 96 && group["tagSize"] == 128;
        if case["result"] == "valid" && is_ours {
            let sealed = content::gcm_seal(&key, &iv, &aad, &msg).unwrap();
            return opened == Ok(msg) && sealed == (ct, tag);
        }
        opened.is_err()
    });
    assert_eq!(count, 316);
}

#[test]
fn aes_cbc_with_hmac_opens_what_it_must() {
    for file in ["a128cbc_hs256", "a192cbc_hs384", "a256cbc_hs512"] {
        let count = run(&format!("{file}_test.json"), |_, case| {
            let [key, iv, aad, msg, ct, tag] =
                ["key", "iv", "aad", "msg", "ct", "tag"].map(|name| hex(case, name));
            let opened = content::cbc_open(&key, &iv, &aad, &ct, &tag);
            if case["result"] == "valid" {
                let sealed = content::cbc_seal(&key, &iv, &aad, &msg).unwrap();
                return opened == Ok(msg) && sealed == (ct, tag);
            }
            opened.is_err()
        });
        assert_eq!(count, 94);
    }
}

#[test]
fn aes_key_wrap_unwraps_what_it_must() {
    let count = run("aes_wrap_test.json", |_, case| {
        let [key, msg, ct] = ["key", "msg", "ct"].map(|name| hex(case, name));
        let unwrapped = wrap::unwrap(&key, &ct, msg.len());
        match case["result"].as_str() {
            Some("valid") => unwrapped.is_ok_and(|plain| *plain == msg),
            // Keys too short for RFC 3394, which no content has.
            Some("acceptable") => unwrapped.is_err() || unwrapped.is_ok_and(|plain| *plain == msg),
            _ => unwrapped.is_err(),
        }
    });
    assert_eq!(count, 165);
}

#[test]
fn rsa_oaep_decrypts_what_it_must() {
    let count = run(
        "rsa_oaep_2048_sha256_mgf1sha256_test.json",
        |group, case| {
            let key = Decrypter::from_pkcs8(&hex(group, "privateKeyPkcs8")).unwrap();
            let plain = key.decrypt(Padding::OaepSha256, &hex(case, "ct"));
            // JWE has no labels.
            let wanted = case["result"] == "valid" && case["label"] == "";
            plain.is_ok_and(|plain| *plain == hex(case, "msg")) == wanted
        },
    );
    assert_eq!(count, 37);
}

#[test]
fn agreements_on_montgomery_curves_are_right_or_refused() {
    let wanted = Derived {
        name: "A256GCM",
        len: 32,
        apu: b"",
        apv: b"",
    };
    for (file, total) in [("x25519_jwk", 531), ("x448_jwk", 523)] {
        let mut agreed = 0;
        let count = run(&format!("{file}_test.json"), |_, case| {
            let result = || -> crate::Result<_> {
                let material = |name: &str| -> crate::Result<Material> {
                    let mut members = case[name].as_object().cloned().unwrap_or_default();
                    members.remove("d");
                    // It looks at `kty` as well.
                    jwk::Jwk::from_members(&members)?;
                    okp::read(&members)
                };
                let private = case["private"].as_object().cloned().unwrap_or_default();
                let d = jwk::member::bytes(&private, "d")?;
                Agreement::new(&material("private")?, &d)?.agree(&material("public")?, &wanted)
            }();
            let expected = concat_kdf(&hex(case, "shared"), &wanted);
            agreed += usize::from(result.is_ok());
            match case["result"].as_str() {
                Some("valid") => result.as_ref() == Ok(&expected),
                Some("acceptable") => result.is_err() || result == Ok(expected),
                _ => result.is_err(),
            }
        });
        assert_eq!(count, total);
        assert!(agreed > total / 3, "{file}: {agreed} of {total}");
    }
}
