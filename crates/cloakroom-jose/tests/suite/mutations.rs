//! The seeds of the fuzz targets, changed at random places: nothing panics, and nothing is accepted.
//!
//! The fuzzers look longer and further; these few thousand changes run with every test.
use std::panic::catch_unwind;
use std::path::Path;

use cloakroom_jose::dpop::{Request, Rules};
use cloakroom_jose::inspect::inspect;
use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, KeyAlg};
use cloakroom_jose::jws::{Unverified, detached, json::Signed};
use cloakroom_jose::sd_jwt::Presentation;
use cloakroom_jose::status_list::StatusList;
use cloakroom_jose::{Alg, DecryptionKey, Jwk, KeySet, PrivateKey, VerifyingKey, json};

/// The same changes in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        const LETTERS: &[u8] = b".~{}[]\",:=A-_0 \\\x00\xff";
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(3) {
            let at = self.roll(bytes.len());
            match self.roll(5) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
                2 if at < bytes.len() => bytes[at] = LETTERS[self.roll(LETTERS.len())],
                3 => bytes.insert(at, LETTERS[self.roll(LETTERS.len())]),
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    }
}

/// Feeds changed seeds to a parser, which says whether it accepted one as something it must not.
fn feed(target: &str, rounds: usize, parse: impl Fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for path in seeds {
        let seed = std::fs::read(&path).unwrap();
        for _ in 0..rounds {
            let changed = dice.change(&seed);
            let accepted = catch_unwind(std::panic::AssertUnwindSafe(|| parse(&changed)));
            assert_eq!(
                accepted.ok(),
                Some(false),
                "{}: {changed:?}",
                path.display()
            );
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[test]
fn changed_json_does_not_panic() {
    feed("json", 300, |bytes| {
        let parsed = json::parse_object(bytes, 1 << 16);
        parsed.is_ok_and(|members| members.len() > bytes.len())
    });
}

#[test]
fn changed_messages_do_not_panic_or_verify() {
    let keys = KeySet::default();
    feed("jws", 150, |bytes| {
        let text = text(bytes);
        let compact = Unverified::parse(text).and_then(|token| token.verify(&keys, &Alg::ALL));
        let json =
            Signed::parse(text, 1 << 16).and_then(|message| message.verify(&keys, &Alg::ALL));
        compact.is_ok() || json.is_ok() || detached::verify(text, b"", &keys, &Alg::ALL).is_ok()
    });
}

#[test]
fn changed_encrypted_messages_do_not_panic_or_decrypt() {
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL).inflate(1 << 16);
    feed("jwe", 100, |bytes| {
        let keys: Vec<_> = [KeyAlg::Dir, KeyAlg::A256Kw, KeyAlg::A256GcmKw]
            .into_iter()
            .map(|alg| DecryptionKey::from_secret(alg, None, &[7; 32]).unwrap())
            .collect();
        let message = Encrypted::parse(text(bytes), &allowed);
        message
            .and_then(|message| message.decrypt(&keys, &allowed))
            .is_ok()
    });
}

#[test]
fn changed_keys_do_not_panic() {
    feed("jwk", 40, |bytes| {
        let public = Jwk::parse(bytes).map(|jwk| (jwk.thumbprint(), jwk.verifying_key().is_ok()));
        let private = PrivateKey::parse_jwk(bytes).map(|key| key.thumbprint());
        let _ = (
            public,
            private,
            KeySet::parse(bytes).map(|set| set.refused()),
        );
        false
    });
    feed("der", 100, |bytes| {
        let _ = (
            VerifyingKey::from_spki(None, None, bytes).is_ok(),
            VerifyingKey::from_certificate(None, None, bytes).is_ok(),
            VerifyingKey::from_pem(None, None, text(bytes)).is_ok(),
            PrivateKey::from_pkcs8(bytes).is_ok(),
            PrivateKey::from_pkcs1(bytes).is_ok(),
            PrivateKey::from_sec1(bytes).is_ok(),
            PrivateKey::from_pem(text(bytes)).is_ok(),
        );
        false
    });
}

#[test]
fn changed_tokens_of_other_kinds_do_not_panic() {
    let rules = Rules::new(&Alg::ALL).max_age(i64::MAX);
    feed("dpop", 500, |bytes| {
        let proof = text(bytes);
        rules
            .check(proof, &Request::new("POST", proof), 1_562_262_616)
            .is_ok()
    });
    feed("sd_jwt", 1_000, |bytes| {
        Presentation::parse(text(bytes)).is_ok_and(|shown| shown.to_string() != text(bytes))
    });
    feed("status_list", 1_000, |bytes| {
        let claim = json::parse_object(bytes, 1 << 16).unwrap_or_default();
        StatusList::from_claim(&claim.into())
            .is_ok_and(|list| StatusList::from_claim(&list.to_claim()) != Ok(list))
    });
    feed("inspect", 300, |bytes| {
        inspect(text(bytes), None, 0).is_ok_and(|report| report.bytes() == 0)
    });
}
