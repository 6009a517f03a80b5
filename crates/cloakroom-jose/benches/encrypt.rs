//! Prints how fast messages are decrypted beside the bare library, and beside josekit as it comes.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints"
)]
use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey as AgreementKey, UnparsedPublicKey};
use aws_lc_rs::digest;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use cloakroom_jose::alg::{Curve, KeyKind};
use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, Encryption, EncryptionKey, KeyAlg};
use cloakroom_jose::{DecryptionKey, PrivateKey, SystemRandom, base64url};
use josekit::jwe::JweDecrypter;
use serde_json::Value;

/// As long as the claims of an access token of a default realm.
const PAYLOAD: &[u8] = &[b'a'; 900];

/// Alternating rounds, so that a busy neighbour slows all sides.
const ROUNDS: u32 = 15;
const ROUND: Duration = Duration::from_millis(60);

fn main() {
    println!(
        "{:14} {:>12} {:>8} {:>12}",
        "", "decrypt/s", "of raw", "of josekit"
    );
    let rsa = PrivateKey::generate(KeyKind::Rsa, &mut SystemRandom).unwrap();
    let ec = PrivateKey::generate(KeyKind::Ec(Curve::P256), &mut SystemRandom).unwrap();
    let pkcs8 = rsa.to_pkcs8().unwrap();
    let theirs = josekit::jwe::RSA_OAEP_256.decrypter_from_der(&*pkcs8);
    row(KeyAlg::RsaOaep256, &rsa, raw_rsa(&pkcs8), &theirs.unwrap());
    let pkcs8 = ec.to_pkcs8().unwrap();
    let theirs = josekit::jwe::ECDH_ES.decrypter_from_der(&*pkcs8);
    row(KeyAlg::EcdhEs, &ec, raw_ec(&ec), &theirs.unwrap());
    let secret = PrivateKey::from_secret(&[7; 32]).unwrap();
    let theirs = josekit::jwe::Dir.decrypter_from_bytes([7; 32]);
    row(
        KeyAlg::Dir,
        &secret,
        Box::new(|_| [7; 32]),
        &theirs.unwrap(),
    );
}

/// What the bare library does to get the key for the content out of the parts of a message.
type ContentKey = Box<dyn Fn(&Parts) -> [u8; 32]>;

/// A message without its base64url and JSON, which the bare library knows nothing of.
struct Parts {
    epk: Vec<u8>,
    encrypted_key: Vec<u8>,
    iv: [u8; 12],
    aad: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

fn raw_rsa(pkcs8: &[u8]) -> ContentKey {
    let key = PrivateDecryptingKey::from_pkcs8(pkcs8).unwrap();
    let key = OaepPrivateDecryptingKey::new(key).unwrap();
    Box::new(move |parts| {
        let mut room = [0; 256];
        let cek = key.decrypt(
            &OAEP_SHA256_MGF1SHA256,
            &parts.encrypted_key,
            &mut room,
            None,
        );
        <[u8; 32]>::try_from(&*cek.unwrap()).unwrap()
    })
}

fn raw_ec(key: &PrivateKey) -> ContentKey {
    let jwk: Value = serde_json::from_str(&key.to_private_jwk()).unwrap();
    let d = base64url::decode(jwk.get("d").and_then(Value::as_str).unwrap()).unwrap();
    let key = AgreementKey::from_private_key(&ECDH_P256, &d).unwrap();
    Box::new(move |parts| {
        let peer = UnparsedPublicKey::new(&ECDH_P256, &parts.epk);
        agreement::agree(&key, peer, (), |secret| {
            let input = [&[0, 0, 0, 1], secret, &[0; 24][..]].concat();
            let digest = digest::digest(&digest::SHA256, &input);
            <[u8; 32]>::try_from(digest.as_ref()).map_err(|_| ())
        })
        .unwrap()
    })
}

fn row(alg: KeyAlg, key: &PrivateKey, raw: ContentKey, theirs: &dyn JweDecrypter) {
    let public = match key.public() {
        Some(jwk) => jwk.encryption_key(alg).unwrap(),
        None => EncryptionKey::from_secret(alg, None, &[7; 32]).unwrap(),
    };
    let private: [DecryptionKey; 1] = [key.decryption_key(alg).unwrap()];
    let allowed = Allowed::new(&[alg], &[Enc::A256Gcm]);
    let how = Encryption::new(Enc::A256Gcm);
    let token = how.compact(&public, PAYLOAD, &mut SystemRandom).unwrap();
    let parts = parts(&token);
    let ours = || {
        let message = Encrypted::parse(black_box(&token), &allowed).unwrap();
        drop(black_box(message.decrypt(&private, &allowed).unwrap()));
    };
    let bare = || {
        let cek = raw(black_box(&parts));
        // The key for the ECDH row is of the right cost and not of the right value.
        drop(black_box(open(&cek, &parts)));
    };
    let josekit = || {
        drop(black_box(
            josekit::jwe::deserialize_compact(&token, theirs).unwrap(),
        ));
    };
    let (rate, to_raw) = compare(&ours, &bare);
    let (_, to_josekit) = compare(&ours, &josekit);
    println!(
        "{:14} {rate:>12.0} {:>7.0}% {:>11.1}x",
        alg.name(),
        100.0 * to_raw,
        to_josekit
    );
}

fn open(cek: &[u8], parts: &Parts) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, cek).ok()?);
    let nonce = Nonce::assume_unique_for_key(parts.iv);
    let mut plain = vec![0; parts.ciphertext.len()];
    let aad = Aad::from(&parts.aad);
    key.open_separate_gather(nonce, aad, &parts.ciphertext, &parts.tag, &mut plain)
        .ok()?;
    Some(plain)
}

fn parts(token: &str) -> Parts {
    let mut parts = token.split('.');
    let mut next = || parts.next().unwrap();
    let header = next();
    let bytes = |text: &str| base64url::decode(text).unwrap();
    let [encrypted_key, iv, ciphertext, tag] = [next(), next(), next(), next()].map(bytes);
    let header_json: Value = serde_json::from_slice(&bytes(header)).unwrap();
    let epk = header_json.get("epk");
    let coordinate = |name| epk.and_then(|epk| epk.get(name)?.as_str()).map(bytes);
    let point = [
        vec![4],
        coordinate("x").unwrap_or_default(),
        coordinate("y").unwrap_or_default(),
    ];
    Parts {
        epk: point.concat(),
        encrypted_key,
        iv: <[u8; 12]>::try_from(iv).unwrap(),
        aad: header.as_bytes().to_vec(),
        ciphertext,
        tag,
    }
}

/// Operations a second of the first, and the median of its ratio to the second.
fn compare(ours: &impl Fn(), other: &impl Fn()) -> (f64, f64) {
    let mut rates = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let rate = per_second(ours);
        ratios.push(rate / per_second(other));
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
