//! Prints how fast keys sign and verify beside the cryptography library used directly.
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
use cloakroom_jose::{Alg, KeySet, SigningKey};

/// As long as an access token of a default realm.
const PAYLOAD: &[u8] = &[b'a'; 900];

/// Alternating rounds, so that a busy neighbour slows both sides.
const ROUNDS: u32 = 15;
const ROUND: Duration = Duration::from_millis(60);

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;
type Verify = Box<dyn Fn(&[u8], &[u8])>;

fn main() {
    println!(
        "{:8} {:>12} {:>8} {:>12} {:>8}",
        "", "sign/s", "of raw", "verify/s", "of raw"
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
        println!(
            "{:8} {:>12.0} {:>7.0}% {:>12.0} {:>7.0}%",
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

fn parsed(alg: &'static dyn signature::VerificationAlgorithm, public: &[u8]) -> Verify {
    let key = ParsedPublicKey::new(alg, public).unwrap();
    Box::new(move |input, signature| key.verify_sig(input, signature).unwrap())
}
