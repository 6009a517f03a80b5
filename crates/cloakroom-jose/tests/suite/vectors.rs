//! Reads the vector files, and turns their keys into ours.
use std::path::Path;

use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::{Alg, Jwk, Result, SigningKey, VerifyingKey};
use serde_json::Value;

/// The members that make a JWK private, or a secret.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub(crate) fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text {name} in {row}"))
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The key to verify with, whatever form the file has it in.
///
/// A secret is read as the private key it is. Of other keys the public members alone are taken.
pub(crate) fn verifying_key(jwk: &Value, alg: Alg) -> Result<VerifyingKey> {
    if jwk["kty"] == "oct" {
        let kid = jwk["kid"].as_str().unwrap_or("secret");
        let key = SigningKey::from_private_jwk(alg, kid, jwk.to_string().as_bytes())?;
        return match (key.to_secret(), jwk["kid"].as_str()) {
            (Some(secret), None) => VerifyingKey::from_secret(Some(alg), None, &secret),
            _ => Ok(key.verifying_key().clone()),
        };
    }
    Jwk::parse(public(jwk).to_string().as_bytes())?.verifying_key()
}

pub(crate) fn public(jwk: &Value) -> Value {
    let mut jwk = jwk.clone();
    jwk.as_object_mut()
        .unwrap()
        .retain(|name, _| !PRIVATE.contains(&name.as_str()));
    jwk
}

/// A key for the algorithm; RSA keys are read from a file, because making one takes long.
pub(crate) fn signing_key(alg: Alg) -> SigningKey {
    match alg.key_kind() {
        KeyKind::Rsa => rsa_key(alg, &read("cookbook/jwk/3_4.rsa_private_key.json")),
        _ => SigningKey::generate(alg, "k1").unwrap(),
    }
}

/// Another key than that of [`signing_key`].
pub(crate) fn other_signing_key(alg: Alg) -> SigningKey {
    match alg.key_kind() {
        KeyKind::Rsa => rsa_key(alg, &read("rfc/rfc7515.json")["vectors"][1]["key"]),
        _ => SigningKey::generate(alg, "k1").unwrap(),
    }
}

fn rsa_key(alg: Alg, jwk: &Value) -> SigningKey {
    SigningKey::from_private_jwk(alg, "k1", jwk.to_string().as_bytes()).unwrap()
}
