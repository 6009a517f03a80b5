//! The table of attacks: each row has a token, and says where it is made.
use std::collections::HashMap;
use std::path::Path;

use aws_lc_rs::{hmac, rand, signature};
use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, Encryption, KeyAlg};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{
    Alg, Jwk, KeySet, PrivateKey, SigningKey, SystemRandom, VerifyingKey, alg::KeyKind, base64url,
    certificate, pem,
};
use serde_json::{Value, json};

use crate::vectors::{other_signing_key, read, signing_key, text};

const CLAIMS: &[u8] = br#"{"iss":"i","sub":"s","aud":"a","exp":2000}"#;

/// `tests/vectors/attacks.tsv` names for each row `attacks.json`, or the test that makes its token.
#[test]
fn every_row_of_the_table_is_made_somewhere() {
    let collection = read("attacks.json");
    let collection: HashMap<&str, &str> = collection
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(row, "id"), text(row, "expect")))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = std::fs::read_to_string(folder.join("vectors/attacks.tsv")).unwrap();

    let mut count = 0;
    for row in table.lines().skip(1) {
        let [id, _, expected, place] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        count += 1;
        if place == "attacks.json" {
            assert!(expected.starts_with(collection[id]), "{row}");
            continue;
        }
        let (file, test) = place.split_once("::").unwrap();
        let file = std::fs::read_to_string(folder.join(format!("suite/{file}.rs"))).unwrap();
        assert!(file.contains(&format!("#[test]\nfn {test}()")), "{row}");
        assert!(file.contains(id), "{row}");
    }
    assert_eq!(count, 259);
}

/// A14 to A23: what everybody can read is no secret, in whatever text it is.
#[test]
fn no_text_of_a_public_key_works_as_a_secret() {
    for alg in [Alg::RS256, Alg::ES256, Alg::EdDSA] {
        let key = signing_key(alg);
        let token = key.sign("JWT", CLAIMS).unwrap();
        let (_, claims) = token.rsplit_once('.').unwrap().0.split_once('.').unwrap();
        let header = base64url::encode(br#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#);
        let input = format!("{header}.{claims}");
        let spki = key.public_spki_der().unwrap();
        let armoured = pem::encode("PUBLIC KEY", &spki);
        let jwk = Jwk::from_verifying_key(key.verifying_key()).unwrap();
        let jwk = serde_json::to_string(&jwk).unwrap();
        let secrets = [
            ("A14", armoured.as_bytes()),
            ("A15", armoured.trim_end().as_bytes()),
            ("A16", &spki),
            ("A19", jwk.as_bytes()),
        ];
        let keys = KeySet::from_keys([key.verifying_key().clone()]);
        for (id, secret) in secrets {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
            let forged = format!("{input}.{}", base64url::encode(tag.as_ref()));
            let parse = || Unverified::parse(&forged).unwrap();
            assert!(parse().verify(&keys, &Alg::ALL).unwrap_err().is_no_key());
            let refused = parse().verify_with(key.verifying_key(), &Alg::ALL);
            assert!(refused.unwrap_err().is_key(), "{id} {alg}");
            let refused = parse().verify(&keys, &[alg]);
            assert!(refused.unwrap_err().is_unsupported(), "{id} {alg}");
        }
    }
}

/// B02: the certificate is right and vouches for the signature, and nobody asked the one who sent it.
#[test]
fn a_certificate_in_the_header_is_never_used() {
    let (own, foreign) = (signing_key(Alg::ES256), other_signing_key(Alg::ES256));
    let der = certificate::self_signed(&foreign, "id.example.com", 0..4_000_000_000, 1).unwrap();
    let chain = base64_of(&der);
    let header = json!({ "alg": "ES256", "kid": "k1", "x5c": [chain] }).to_string();
    let input = [header.as_bytes(), CLAIMS].map(base64url::encode).join(".");
    let keys = KeySet::from_keys([own.verifying_key().clone()]);
    let verify = |signature: &[u8]| {
        let token = format!("{input}.{}", base64url::encode(signature));
        let token = Unverified::parse(&token).unwrap();
        token.verify(&keys, &[Alg::ES256]).map(|_| ())
    };

    let sign = |key: &SigningKey| {
        let (kind, pkcs8) = (&signature::ECDSA_P256_SHA256_FIXED_SIGNING, key.to_pkcs8());
        let pair = signature::EcdsaKeyPair::from_pkcs8(kind, &pkcs8.unwrap()).unwrap();
        let signature = pair.sign(&rand::SystemRandom::new(), input.as_bytes());
        signature.unwrap().as_ref().to_vec()
    };

    assert!(verify(&sign(&foreign)).unwrap_err().is_signature(), "B02");
    assert_eq!(verify(&sign(&own)), Ok(()));
}

/// RFC 7515 §4.1.6: `x5c` is in plain base64.
fn base64_of(der: &[u8]) -> String {
    let text = pem::encode("CERTIFICATE", der);
    text.lines().filter(|line| !line.contains('-')).collect()
}

/// H12 to H15: RFC 7518 §3.2.
#[test]
fn a_secret_shorter_than_the_hash_is_no_key() {
    for (id, alg, len) in [
        ("H12", Alg::HS256, 0),
        ("H13", Alg::HS256, 1),
        ("H14", Alg::HS256, 16),
        ("H14", Alg::HS256, 31),
        ("H15", Alg::HS512, 32),
    ] {
        let secret = vec![7; len];
        let key = VerifyingKey::from_secret(Some(alg), None, &secret);
        assert!(key.unwrap_err().is_key(), "{id}");
        let jwk = json!({ "kty": "oct", "k": base64url::encode(&secret), "alg": alg.name() });
        let key = PrivateKey::parse_jwk(jwk.to_string().as_bytes());
        assert!(key.is_err() || is_useless(&key.unwrap(), alg), "{id}");
    }
}

fn is_useless(key: &PrivateKey, alg: Alg) -> bool {
    key.signing_key(alg).is_err()
}

/// J40: the message is right, and the reader does not take it.
#[test]
fn rsa1_5_is_read_only_where_it_is_listed() {
    let key = PrivateKey::generate(KeyKind::Rsa, &mut SystemRandom).unwrap();
    let public = key.public().unwrap();
    let public = public.encryption_key(KeyAlg::Rsa1_5).unwrap();
    let how = Encryption::new(Enc::A128Gcm);
    let message = how.compact(&public, CLAIMS, &mut SystemRandom).unwrap();
    let keys = [KeyAlg::Rsa1_5, KeyAlg::RsaOaep256].map(|alg| key.decryption_key(alg).unwrap());
    let decrypt = |algs: &[KeyAlg]| {
        let allowed = Allowed::new(algs, &Enc::ALL);
        Encrypted::parse(&message, &allowed)?.decrypt(&keys, &allowed)
    };

    let refused = decrypt(&[KeyAlg::RsaOaep, KeyAlg::RsaOaep256]).unwrap_err();
    assert!(refused.is_unsupported(), "J40");
    let read = decrypt(&[KeyAlg::RsaOaep256, KeyAlg::Rsa1_5]).unwrap();
    assert_eq!(read.plaintext(), CLAIMS);
    assert!(serde_json::from_slice::<Value>(read.plaintext()).is_ok());
}
