//! Prints how fast keys sign and verify beside the cryptography library used directly, and beside
//! jsonwebtoken and josekit as they come.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints"
)]
use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use aws_lc_rs::{hmac, rsa};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, Jwk, KeySet, SigningKey, base64url};

/// As long as an access token of a default realm.
const PAYLOAD: &[u8] = &[b'a'; 900];

/// Alternating rounds, so that a busy neighbour slows both sides.
const ROUNDS: u32 = 15;
const ROUND: Duration = Duration::from_millis(60);

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;
type Verify = Box<dyn Fn(&[u8], &[u8])>;

fn main() {
    println!(
        "{:8} {:>10} {:>7} {:>14} {:>9} {:>10} {:>7} {:>14} {:>9}",
        "",
        "sign/s",
        "of raw",
        "jsonwebtoken",
        "josekit",
        "verify/s",
        "of raw",
        "jsonwebtoken",
        "josekit"
    );
    for alg in [Alg::RS256, Alg::ES256, Alg::EdDSA, Alg::HS256] {
        let key = SigningKey::generate(alg, "bench").unwrap();
        let keys = KeySet::from_keys([key.verifying_key().clone()]);
        let token = key.sign("JWT", PAYLOAD).unwrap();
        let input = token.rsplit_once('.').unwrap().0.as_bytes().to_vec();
        let (sign, verify) = raw(&key);
        let signature = sign(&input);
        let signing = compare(
            || drop(black_box(key.sign("JWT", black_box(PAYLOAD)))),
            || drop(black_box(sign(black_box(&input)))),
        );
        let parse_and_verify = || {
            let token = Unverified::parse(black_box(&token)).unwrap();
            black_box(token.verify(&keys, &[alg]).unwrap());
        };
        let verifying = compare(parse_and_verify, || verify(black_box(&input), &signature));
        // How fast the others are, as parts of the bare library.
        let theirs = [jsonwebtoken(&key), josekit(&key)].map(|(their_sign, their_verify)| {
            let signing = compare(
                || drop(black_box(their_sign(&input))),
                || drop(sign(&input)),
            );
            let verifying = compare(
                || their_verify(&input, &signature),
                || verify(&input, &signature),
            );
            (100.0 * signing.1, 100.0 * verifying.1)
        });
        let [(jwt_sign, jwt_verify), (kit_sign, kit_verify)] = theirs;
        println!(
            "{:8} {:>10.0} {:>6.0}% {jwt_sign:>13.0}% {kit_sign:>8.0}% {:>10.0} {:>6.0}% {jwt_verify:>13.0}% {kit_verify:>8.0}%",
            alg.name(),
            signing.0,
            100.0 * signing.1,
            verifying.0,
            100.0 * verifying.1
        );
    }
}

/// Operations a second of the first, and the median of its ratio to the second.
fn compare(ours: impl Fn(), raw: impl Fn()) -> (f64, f64) {
    let mut rates = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let rate = per_second(&ours);
        ratios.push(rate / per_second(&raw));
        rates.push(rate);
    }
    (median(rates), median(ratios))
}

fn per_second(operation: &impl Fn()) -> f64 {
    let start = Instant::now();
    let mut count = 0.0;
    while start.elapsed() < ROUND {
        for _ in 0..8 {
            operation();
        }
        count += 8.0;
    }
    count / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The library with the same key, parsed once.
fn raw(key: &SigningKey) -> (Sign, Verify) {
    let rng = SystemRandom::new();
    let pkcs8 = key.to_pkcs8().unwrap_or_default();
    match key.alg() {
        Alg::RS256 => {
            let pair = rsa::KeyPair::from_pkcs8(&pkcs8).unwrap();
            let verify = parsed(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                pair.public_key().as_ref(),
            );
            let sign = move |input: &[u8]| {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &rng, input, &mut signature)
                    .unwrap();
                signature
            };
            (Box::new(sign), verify)
        }
        Alg::ES256 => {
            let alg = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::from_pkcs8(alg, &pkcs8).unwrap();
            let verify = parsed(
                &signature::ECDSA_P256_SHA256_FIXED,
                pair.public_key().as_ref(),
            );
            (
                Box::new(move |input| pair.sign(&rng, input).unwrap().as_ref().to_vec()),
                verify,
            )
        }
        Alg::EdDSA => {
            let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
            let verify = parsed(&signature::ED25519, pair.public_key().as_ref());
            (
                Box::new(move |input| pair.sign(input).as_ref().to_vec()),
                verify,
            )
        }
        _ => {
            let own = hmac::Key::new(hmac::HMAC_SHA256, &key.to_secret().unwrap());
            let other = own.clone();
            (
                Box::new(move |input| hmac::sign(&own, input).as_ref().to_vec()),
                Box::new(move |input, tag| hmac::verify(&other, input, tag).unwrap()),
            )
        }
    }
}

/// jsonwebtoken with the same key; it parses it for each signature.
fn jsonwebtoken(key: &SigningKey) -> (Sign, Verify) {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
    let alg: Algorithm = key.alg().name().parse().unwrap();
    let pkcs8 = key.to_pkcs8().unwrap_or_default();
    let encoding = match key.alg() {
        Alg::RS256 => EncodingKey::from_rsa_der(&key.to_pkcs1_rsa().unwrap()),
        Alg::ES256 => EncodingKey::from_ec_der(&pkcs8),
        Alg::EdDSA => EncodingKey::from_ed_der(&pkcs8),
        _ => EncodingKey::from_secret(&key.to_secret().unwrap()),
    };
    let decoding = match Jwk::from_verifying_key(key.verifying_key()) {
        Some(jwk) => {
            let jwk = serde_json::from_value(serde_json::to_value(&jwk).unwrap()).unwrap();
            DecodingKey::from_jwk(&jwk).unwrap()
        }
        None => DecodingKey::from_secret(&key.to_secret().unwrap()),
    };
    (
        Box::new(move |input| crypto::sign(input, &encoding, alg).unwrap().into_bytes()),
        Box::new(move |input, signature| {
            let signature = base64url::encode(signature);
            assert!(crypto::verify(&signature, input, &decoding, alg).unwrap());
        }),
    )
}

/// josekit with the same key, parsed once.
fn josekit(key: &SigningKey) -> (Sign, Verify) {
    use josekit::jws::{ES256, EdDSA, HS256, JwsSigner, JwsVerifier, RS256};
    let pkcs8 = key.to_pkcs8().unwrap_or_default();
    let spki = key.public_spki_der().unwrap_or_default();
    let secret = key.to_secret().unwrap_or_default();
    let (signer, verifier): (Box<dyn JwsSigner>, Box<dyn JwsVerifier>) = match key.alg() {
        Alg::RS256 => (
            Box::new(RS256.signer_from_der(&*pkcs8).unwrap()),
            Box::new(RS256.verifier_from_der(&spki).unwrap()),
        ),
        Alg::ES256 => (
            Box::new(ES256.signer_from_der(&*pkcs8).unwrap()),
            Box::new(ES256.verifier_from_der(&spki).unwrap()),
        ),
        Alg::EdDSA => (
            Box::new(EdDSA.signer_from_der(&*pkcs8).unwrap()),
            Box::new(EdDSA.verifier_from_der(&spki).unwrap()),
        ),
        _ => (
            Box::new(HS256.signer_from_bytes(&*secret).unwrap()),
            Box::new(HS256.verifier_from_bytes(&*secret).unwrap()),
        ),
    };
    (
        Box::new(move |input| signer.sign(input).unwrap()),
        Box::new(move |input, signature| verifier.verify(input, signature).unwrap()),
    )
}

fn parsed(alg: &'static dyn signature::VerificationAlgorithm, public: &[u8]) -> Verify {
    let key = ParsedPublicKey::new(alg, public).unwrap();
    Box::new(move |input, signature| key.verify_sig(input, signature).unwrap())
}
