//! Attacks that need a header or a signature of their own, made here by the bare library.
use aws_lc_rs::{hmac, rand, signature};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Policy};
use cloakroom_jose::{Alg, Jwk, Result, SigningKey, VerifyingKey, base64url};
use serde_json::{Value, json};

use crate::vectors::{hex, public, read, signing_key};

const SECRET: [u8; 32] = [9; 32];
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"iss":"i","sub":"s","aud":"a","exp":2000}"#;
const NOW: i64 = 1000;

/// A token with exactly these texts and a right HMAC.
fn token(header: &str, claims: &str) -> String {
    let parts = [header, claims].map(|part| base64url::encode(part.as_bytes()));
    authenticate(&parts.join("."), &SECRET)
}

fn authenticate(input: &str, secret: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", base64url::encode(tag.as_ref()))
}

fn verify(token: &str, policy: &Policy) -> Result<()> {
    let key = VerifyingKey::from_secret(Some(Alg::HS256), None, &SECRET).unwrap();
    jwt::verify_with(Unverified::parse(token)?, &key, policy, NOW).map(|_| ())
}

fn policy() -> Policy {
    Policy::new(&[Alg::HS256])
        .issuer("i")
        .audience(&["a"])
        .require(&["sub"])
}

#[test]
fn a_header_that_is_signed_and_wrong_is_refused() {
    assert_eq!(verify(&token(HEADER, CLAIMS), &policy()), Ok(()));
    let cases = [
        ("A02", r#"{"alg":"None"}"#),
        ("A07", r#"{"typ":"JWT"}"#),
        ("A09", r#"{"alg":""}"#),
        ("A10", r#"{"alg":1}"#),
        ("A11", r#"{"alg":["none","HS256"]}"#),
        ("B08", r#"{"alg":"HS256","kid":1}"#),
        ("B09", r#"{"alg":"HS256","kid":{}}"#),
        ("E09", r#"{"alg":"HS256","alg":"none"}"#),
        ("E11", r#"{"alg":"HS256","kid":"a","kid":"b"}"#),
        ("E16", r#"["alg"]"#),
        ("E30", r#"{"alg":"HS256"}x"#),
        ("F01", r#"{"alg":"HS256","crit":["x"],"x":1}"#),
        ("F02", r#"{"alg":"HS256","crit":[]}"#),
        ("F03", r#"{"alg":"HS256","crit":["alg"]}"#),
        ("F06", r#"{"alg":"HS256","crit":"x","x":1}"#),
        ("F07", r#"{"alg":"HS256","crit":[1]}"#),
        ("F10", r#"{"alg":"HS256","b64":false}"#),
        ("F11", r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#),
    ];
    for (id, header) in cases {
        let refused = verify(&token(header, CLAIMS), &policy()).unwrap_err();
        assert!(refused.is_malformed() || refused.is_unsupported(), "{id}");
    }
}

#[test]
fn keys_and_addresses_in_the_header_are_never_used() {
    let own = signing_key(Alg::ES256);
    let jwk = serde_json::to_value(Jwk::from_verifying_key(own.verifying_key()).unwrap()).unwrap();
    for (id, name, value) in [
        ("B02", "x5c", json!(["MIIB"])),
        (
            "B04",
            "jku",
            json!("https://id.example.com@attacker.example/jwks"),
        ),
        ("B01", "jwk", jwk),
    ] {
        let header = json!({"alg": "HS256", name: value}).to_string();
        let input = [&header, CLAIMS]
            .map(|part| base64url::encode(part.as_bytes()))
            .join(".");
        let refused = verify(&authenticate(&input, &[8; 32]), &policy()).unwrap_err();
        assert!(refused.is_signature(), "{id}");
        // A harmless sender may add them; they change nothing.
        assert_eq!(
            verify(&authenticate(&input, &SECRET), &policy()),
            Ok(()),
            "{id}"
        );
    }
}

#[test]
fn claims_that_are_signed_and_wrong_are_refused() {
    let cases = [
        (
            "E13",
            r#"{"iss":"i","sub":"s","sub":"t","aud":"a","exp":2000}"#,
        ),
        (
            "E14",
            r#"{"iss":"i","sub":"s","aud":"a","exp":1,"exp":2000}"#,
        ),
        ("E23", ""),
        ("E32", r#"{"iss":"i","sub":"s","aud":"a","exp":NaN}"#),
        ("G02", r#"{"iss":"i","sub":"s","aud":"a"}"#),
        ("G03", r#"{"iss":"i","sub":"s","aud":"a","exp":"2000"}"#),
        ("G07", r#"{"iss":"i","sub":"s","aud":"a","exp":1e400}"#),
        (
            "G09",
            r#"{"iss":"i","sub":"s","aud":"a","exp":18446744073709551616}"#,
        ),
        (
            "G16",
            r#"{"iss":"i","sub":"s","aud":"a","exp":2000,"iat":1500}"#,
        ),
        (
            "G18",
            r#"{"iss":"i","sub":"s","aud":"a","exp":2000,"iat":1e300}"#,
        ),
        ("G23", r#"{"iss":"i","sub":"s","aud":[],"exp":2000}"#),
        ("G24", r#"{"iss":"i","sub":"s","aud":["a",1],"exp":2000}"#),
        ("G29", r#"{"iss":1,"sub":"s","aud":"a","exp":2000}"#),
        ("G31", r#"{"iss":"i/","sub":"s","aud":"a","exp":2000}"#),
        ("G41", r#"{"iss":"i","sub":"s","aud":1,"exp":2000}"#),
        ("G42", r#"{"sub":"s","aud":"a","exp":2000}"#),
    ];
    for (id, claims) in cases {
        let refused = verify(&token(HEADER, claims), &policy()).unwrap_err();
        assert!(
            refused.is_malformed() || refused.claim_name().is_some(),
            "{id}"
        );
    }
}

#[test]
fn a_token_written_in_another_way_is_refused() {
    let good = token(HEADER, CLAIMS);
    let (input, tag) = good.rsplit_once('.').unwrap();
    let cases = [
        ("A13", input.to_owned()),
        ("E01", format!("{good}=")),
        ("E05", format!("{good}\n")),
        ("E07", format!("{good}.")),
        ("H16", format!("{input}.{}", &tag[..22])),
        ("H17", format!("{input}.")),
    ];
    for (id, text) in cases {
        assert!(verify(&text, &policy()).is_err(), "{id}");
    }
    // RFC 7797: the payload is signed as it is, and sent encoded.
    let header = base64url::encode(br#"{"alg":"HS256","b64":false,"crit":["b64"]}"#);
    let raw = authenticate(&format!("{header}.{CLAIMS}"), &SECRET);
    let (_, tag) = raw.rsplit_once('.').unwrap();
    let sent = format!("{header}.{}.{tag}", base64url::encode(CLAIMS.as_bytes()));
    assert!(
        verify(&sent, &policy()).unwrap_err().is_unsupported(),
        "F09"
    );
}

#[test]
fn a_token_of_another_kind_is_refused() {
    for (id, typ, wanted, is_right) in [
        ("G51", "JWT", "at+jwt", false),
        ("G53", "dpop+jwt", "client-authentication+jwt", false),
        ("G55", "application/at+jwt", "at+jwt", true),
    ] {
        let header = json!({"alg": "HS256", "typ": typ}).to_string();
        let result = verify(&token(&header, CLAIMS), &policy().typ(&[wanted]));
        assert_eq!(result.is_ok(), is_right, "{id}");
    }
}

#[test]
fn no_public_text_of_an_rsa_key_works_as_a_secret() {
    let key = signing_key(Alg::RS256);
    let spki = key.public_spki_der().unwrap();
    let open = VerifyingKey::from_spki(None, None, &spki).unwrap();
    let jwk = read("cookbook/jwk/3_3.rsa_public_key.json");
    let modulus = base64url::decode(jwk["n"].as_str().unwrap()).unwrap();
    let input = token(HEADER, CLAIMS).rsplit_once('.').unwrap().0.to_owned();
    for (id, secret) in [("A16", &spki), ("A20", &modulus)] {
        let forged = authenticate(&input, secret);
        for own in [&open, key.verifying_key()] {
            let refused = Unverified::parse(&forged)
                .unwrap()
                .verify_with(own, &Alg::ALL);
            assert!(refused.unwrap_err().is_key(), "{id}");
        }
    }
}

#[test]
fn a_key_fixes_the_algorithm_within_its_family() {
    let key = signing_key(Alg::RS256);
    let text = key.sign("JWT", CLAIMS.as_bytes()).unwrap();
    let spki = key.public_spki_der().unwrap();
    let open = VerifyingKey::from_spki(None, None, &spki).unwrap();
    let fixed = VerifyingKey::from_spki(Some(Alg::PS256), None, &spki).unwrap();
    let verify = |key: &VerifyingKey, allowed: &[Alg]| {
        Unverified::parse(&text)
            .unwrap()
            .verify_with(key, allowed)
            .map(|_| ())
    };

    assert_eq!(verify(&open, &[Alg::RS256]), Ok(()));
    assert!(
        verify(&open, &[Alg::PS256]).unwrap_err().is_unsupported(),
        "A24"
    );
    assert!(
        verify(&fixed, &[Alg::RS256, Alg::PS256])
            .unwrap_err()
            .is_key(),
        "A26"
    );
}

/// What must not be a signature of `key`, whatever it looks like.
fn refuse(id: &str, key: &VerifyingKey, alg: Alg, input: &[u8], signature: &[u8]) {
    let refused = key.verify(alg, input, signature).unwrap_err();
    assert!(refused.is_signature(), "{id}: {refused}");
}

#[test]
fn forged_ecdsa_signatures_are_refused() {
    let rng = rand::SystemRandom::new();
    let p256 = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = signature::EcdsaKeyPair::generate(p256).unwrap();
    let pkcs8 = pair.to_pkcs8v1().unwrap();
    let key = SigningKey::from_pkcs8(Alg::ES256, "k", pkcs8.as_ref()).unwrap();
    let key = key.verifying_key();
    let good = pair.sign(&rng, b"m").unwrap().as_ref().to_vec();
    assert!(key.verify(Alg::ES256, b"m", &good).is_ok());
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    refuse("C01", key, Alg::ES256, b"m", &[0; 64]);
    refuse(
        "C04",
        key,
        Alg::ES256,
        b"m",
        &[order.clone(), order].concat(),
    );
    refuse("C09", key, Alg::ES256, b"m", &[&good[..], &[0]].concat());
    refuse("C10", key, Alg::ES256, b"m", &good[1..]);
    let padded = [&[0][..], &good[..32], &[0], &good[32..]].concat();
    refuse("C11", key, Alg::ES256, b"m", &padded);
    let koblitz = &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING;
    let foreign = signature::EcdsaKeyPair::generate(koblitz)
        .unwrap()
        .sign(&rng, b"m")
        .unwrap();
    refuse("A27", key, Alg::ES256, b"m", foreign.as_ref());
}

#[test]
fn forged_ed25519_signatures_are_refused() {
    let pair = signature::Ed25519KeyPair::generate().unwrap();
    let pkcs8 = pair.to_pkcs8v1().unwrap();
    let key = SigningKey::from_pkcs8(Alg::EdDSA, "k", pkcs8.as_ref()).unwrap();
    let good = pair.sign(b"m").as_ref().to_vec();
    assert!(key.verifying_key().verify(Alg::EdDSA, b"m", &good).is_ok());

    // C16: the same S, plus the order of the group (little-endian).
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0;
    let sum = good[32..].iter().zip(order).map(|(a, b)| {
        carry += u32::from(*a) + u32::from(b);
        let byte = carry.to_le_bytes()[0];
        carry >>= 8;
        byte
    });
    let forged: Vec<u8> = good[..32].iter().copied().chain(sum).collect();
    refuse("C16", key.verifying_key(), Alg::EdDSA, b"m", &forged);

    // C17: the identity as a key would let R = identity, S = 0 sign everything.
    let identity = base64url::encode(&hex(&format!("01{}", "00".repeat(31))));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": identity});
    assert!(Jwk::parse(jwk.to_string().as_bytes()).unwrap_err().is_key());
}

#[test]
fn forged_rsa_signatures_and_weak_rsa_keys_are_refused() {
    let key = signing_key(Alg::RS256);
    let token = key.sign("JWT", b"{}").unwrap();
    let (input, good) = token.rsplit_once('.').unwrap();
    let good = base64url::decode(good).unwrap();
    let input = input.as_bytes();
    assert!(key.verifying_key().verify(Alg::RS256, input, &good).is_ok());

    refuse(
        "D04",
        key.verifying_key(),
        Alg::RS256,
        input,
        &[&[0], &good[..]].concat(),
    );
    let jwk = public(&read("cookbook/jwk/3_4.rsa_private_key.json"));
    let n = base64url::decode(jwk["n"].as_str().unwrap()).unwrap();
    refuse(
        "D06",
        key.verifying_key(),
        Alg::RS256,
        input,
        &sum(&good, &n),
    );
    // D10: a digest of another kind, which the padding names, is not this algorithm's.
    let other = SigningKey::from_pkcs8(Alg::RS384, "k", &key.to_pkcs8().unwrap()).unwrap();
    let text = other.sign("JWT", b"{}").unwrap();
    let (input, foreign) = text.rsplit_once('.').unwrap();
    let foreign = base64url::decode(foreign).unwrap();
    refuse(
        "D10",
        key.verifying_key(),
        Alg::RS256,
        input.as_bytes(),
        &foreign,
    );

    for (id, name, value) in [
        ("D01", "n", base64url::encode(&n[128..])),
        ("D02", "e", base64url::encode(&[1])),
    ] {
        let mut weak: Value = jwk.clone();
        weak[name] = json!(value);
        assert!(
            Jwk::parse(weak.to_string().as_bytes())
                .unwrap_err()
                .is_key(),
            "{id}"
        );
    }
}

/// The sum of two big-endian numbers, one byte longer if it has to be.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut bytes: Vec<u8> = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .map(|(a, b)| {
            carry += u32::from(*a) + u32::from(*b);
            let byte = carry.to_le_bytes()[0];
            carry >>= 8;
            byte
        })
        .collect();
    if carry > 0 {
        bytes.push(1);
    }
    bytes.reverse();
    bytes
}

/// A14 to A23: the text of a public key, in whatever form, is no secret for HMAC.
#[test]
fn a_public_key_is_no_secret() {
    for alg in [Alg::RS256, Alg::ES256, Alg::EdDSA] {
        let key = signing_key(alg);
        let spki = key.public_spki_der().unwrap();
        let jwk = Jwk::from_verifying_key(key.verifying_key()).unwrap();
        let pem = jwk.to_pem();
        let json = serde_json::to_string(&jwk).unwrap();
        let parts = ["n", "x"].map(|name| json!(jwk)[name].as_str().map(str::to_owned));
        let text = parts.into_iter().flatten().next().unwrap();
        let raw = base64url::decode(&text).unwrap();
        for secret in [
            pem.as_bytes(),
            pem.trim_end().as_bytes(),
            &spki,
            json.as_bytes(),
            text.as_bytes(),
            &raw,
        ] {
            let input = [HEADER, CLAIMS].map(|part| base64url::encode(part.as_bytes()));
            let token = authenticate(&input.join("."), secret);
            let both = [alg, Alg::HS256];
            let refused = Unverified::parse(&token)
                .unwrap()
                .verify_with(key.verifying_key(), &both);
            assert!(refused.unwrap_err().is_key(), "{alg}");
        }
    }
}

/// H12 to H15: secrets shorter than the hash.
#[test]
fn a_short_secret_is_none() {
    for len in [0, 1, 16, 31] {
        let refused = VerifyingKey::from_secret(Some(Alg::HS256), None, &vec![1; len]);
        assert!(refused.unwrap_err().is_key(), "{len}");
    }
    assert!(VerifyingKey::from_secret(Some(Alg::HS512), None, &[1; 32]).is_err());
}
