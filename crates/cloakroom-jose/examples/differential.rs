//! Makes tokens for other implementations, and checks theirs: one half of the differential tests.
//!
//! `make` prints a list of cases with fresh keys, one for each algorithm and kind of key. `check` reads
//! a file with such a list, made elsewhere, and prints a line of JSON for each case. The other half is the suite
//! `jose` beside the real clients.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program of the tests that ends where it fails"
)]
use cloakroom_jose::alg::{Curve, KeyKind, OkpCurve};
use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, Encryption, EncryptionKey, KeyAlg};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, PrivateKey, Result, SystemRandom};
use serde_json::{Value, json};

const PAYLOAD: &str = r#"{"sub":"alice","name":"\u00c5sa"}"#;

/// Kinds of keys for encryption; a secret's length follows from the algorithm.
const KINDS: [KeyKind; 7] = [
    KeyKind::Oct,
    KeyKind::Rsa,
    KeyKind::Ec(Curve::P256),
    KeyKind::Ec(Curve::P384),
    KeyKind::Ec(Curve::P521),
    KeyKind::Okp(OkpCurve::X25519),
    KeyKind::Okp(OkpCurve::X448),
];

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("make") => println!("{}", make()),
        Some("check") => check(),
        _ => println!("make | check"),
    }
}

fn make() -> Value {
    let rsa = PrivateKey::generate(KeyKind::Rsa, &mut SystemRandom).unwrap();
    let key_of = |kind| match kind {
        KeyKind::Rsa => PrivateKey::from_pkcs8(&rsa.to_pkcs8().unwrap()).unwrap(),
        kind => PrivateKey::generate(kind, &mut SystemRandom).unwrap(),
    };
    let mut cases = Vec::new();
    for alg in Alg::ALL {
        let key = key_of(alg.key_kind()).with_kid("k").unwrap();
        let token = key
            .signing_key(alg)
            .unwrap()
            .sign("JWT", PAYLOAD.as_bytes());
        cases.push(json!({
            "form": "jws", "alg": alg.name(), "key": jwk(&key), "token": token.unwrap(), "payload": PAYLOAD,
        }));
    }
    for alg in KeyAlg::ALL {
        for kind in KINDS.into_iter().filter(|kind| alg.fits(*kind)) {
            for enc in Enc::ALL {
                let key = match kind {
                    KeyKind::Oct => secret(alg, enc),
                    kind => key_of(kind),
                };
                let how = Encryption::new(enc);
                let token = how.compact(&public(&key, alg), PAYLOAD.as_bytes(), &mut SystemRandom);
                cases.push(json!({
                    "form": "jwe", "alg": alg.name(), "enc": enc.name(), "key": jwk(&key),
                    "token": token.unwrap(), "payload": PAYLOAD,
                }));
            }
        }
    }
    cases.into()
}

fn jwk(key: &PrivateKey) -> Value {
    serde_json::from_str(&key.to_private_jwk()).unwrap()
}

fn secret(alg: KeyAlg, enc: Enc) -> PrivateKey {
    let len = match alg.name() {
        "dir" => enc.key_len(),
        "A128KW" | "A128GCMKW" => 16,
        "A192KW" | "A192GCMKW" => 24,
        _ => 32,
    };
    let bytes: Vec<u8> = (0..len).map(|at| u8::try_from(at).unwrap()).collect();
    PrivateKey::from_secret(&bytes).unwrap()
}

fn public(key: &PrivateKey, alg: KeyAlg) -> EncryptionKey {
    match key.public() {
        Some(jwk) => jwk.encryption_key(alg).unwrap(),
        None => EncryptionKey::from_secret(alg, None, &key.to_secret().unwrap()).unwrap(),
    }
}

fn check() {
    let file = std::env::args().nth(2).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    for case in &cases {
        let field = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
        let error = match payload(case) {
            Ok(payload) if payload == field("payload").as_bytes() => None,
            Ok(_) => Some("another payload".to_owned()),
            Err(refused) => Some(refused.to_string()),
        };
        println!("{}", json!({ "test": field("test"), "error": error }));
    }
}

fn payload(case: &Value) -> Result<Vec<u8>> {
    let field = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = PrivateKey::parse_jwk(
        case.get("key")
            .unwrap_or(&Value::Null)
            .to_string()
            .as_bytes(),
    )?;
    if field("form") == "jws" {
        let alg = Alg::from_name(field("alg")).unwrap();
        // A name is needed for a secret, and a token without one fits all the same.
        let key = key.with_kid("k")?.signing_key(alg)?;
        let token = Unverified::parse(field("token"))?;
        return Ok(token
            .verify_with(key.verifying_key(), &[alg])?
            .into_parts()
            .1);
    }
    let alg = KeyAlg::from_name(field("alg")).unwrap();
    let enc = Enc::from_name(field("enc")).unwrap();
    // The others choose their own number of iterations for PBES2.
    let allowed = Allowed::new(&[alg], &[enc]).iterations(1_000..=1_000_000);
    let keys = [key.decryption_key(alg)?];
    let plain = Encrypted::parse(field("token"), &allowed)?.decrypt(&keys, &allowed)?;
    Ok(plain.plaintext().to_vec())
}
