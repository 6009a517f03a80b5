//! Private keys: in and out of every form, whole or not at all, and shown by nobody.
use cloakroom_jose::alg::{Curve, KeyKind, OkpCurve};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, Jwk, PrivateKey, SystemRandom, VerifyingKey, base64url, pem};
use serde_json::{Value, json};

use crate::jwe::private_key;
use crate::vectors::read;

const KINDS: [KeyKind; 13] = [
    KeyKind::Oct,
    KeyKind::Rsa,
    KeyKind::Ec(Curve::P256),
    KeyKind::Ec(Curve::P384),
    KeyKind::Ec(Curve::P521),
    KeyKind::Ec(Curve::Secp256k1),
    KeyKind::Okp(OkpCurve::Ed25519),
    KeyKind::Okp(OkpCurve::Ed448),
    KeyKind::Okp(OkpCurve::X25519),
    KeyKind::Okp(OkpCurve::X448),
    KeyKind::Akp(Alg::MlDsa44),
    KeyKind::Akp(Alg::MlDsa65),
    KeyKind::Akp(Alg::MlDsa87),
];

#[test]
fn a_key_comes_back_from_every_form_it_has() {
    for kind in KINDS {
        let key = private_key(kind);
        let mut back = vec![PrivateKey::parse_jwk(key.to_private_jwk().as_bytes())];
        back.extend(key.to_secret().map(|bytes| PrivateKey::from_secret(&bytes)));
        back.extend(key.to_pkcs8().map(|der| PrivateKey::from_pkcs8(&der)));
        back.extend(key.to_pkcs1().map(|der| PrivateKey::from_pkcs1(&der)));
        back.extend(key.to_sec1().map(|der| PrivateKey::from_sec1(&der)));
        back.extend(key.to_pem().map(|text| PrivateKey::from_pem(&text)));
        let forms = match kind {
            KeyKind::Oct => 2,
            KeyKind::Rsa | KeyKind::Ec(_) => 4,
            _ => 3,
        };
        assert_eq!(back.len(), forms, "{kind:?}");
        for back in back {
            let back = back.unwrap();
            assert_eq!(back.thumbprint(), key.thumbprint(), "{kind:?}");
            assert_eq!(back.key_kind(), kind);
            assert_eq!(back.to_pkcs8(), key.to_pkcs8());
        }
    }
}

#[test]
fn a_public_key_comes_back_from_pem_and_has_one_name() {
    for kind in KINDS.into_iter().skip(1) {
        let jwk = private_key(kind).public().unwrap();
        let (label, der) = {
            let text = jwk.to_pem();
            let (label, der) = pem::decode(&text).unwrap();
            (label.map(str::to_owned), der)
        };
        assert_eq!(
            (label.as_deref(), &der),
            (Some("PUBLIC KEY"), &jwk.spki_der())
        );
        let again = Jwk::parse(serde_json::to_string(&jwk).unwrap().as_bytes()).unwrap();
        assert_eq!(again.thumbprint(), jwk.thumbprint(), "{kind:?}");
        let uri = format!(
            "urn:ietf:params:oauth:jwk-thumbprint:sha-256:{}",
            jwk.thumbprint()
        );
        assert_eq!(jwk.thumbprint_uri(), uri);
        if let Some(alg) = Alg::ALL.into_iter().find(|alg| alg.key_kind() == kind) {
            let key = VerifyingKey::from_pem(Some(alg), None, &jwk.to_pem()).unwrap();
            assert_eq!(key.thumbprint(), Some(jwk.thumbprint()));
        }
    }
}

#[test]
fn a_key_signs_and_its_public_part_verifies() {
    for alg in Alg::ALL {
        let key = private_key(alg.key_kind());
        let mut jwk: Value = serde_json::from_str(&key.to_private_jwk()).unwrap();
        // The RSA key of these tests says that it is for encryption.
        jwk.as_object_mut().unwrap().remove("use");
        let key = PrivateKey::parse_jwk(jwk.to_string().as_bytes()).unwrap();
        let key = key.with_kid("k").unwrap().signing_key(alg).unwrap();
        let token = key.sign("JWT", b"{}").unwrap();
        let verified = Unverified::parse(&token)
            .unwrap()
            .verify_with(key.verifying_key(), &[alg]);
        assert!(verified.is_ok(), "{alg}");
    }
}

#[test]
fn private_and_public_members_belong_together() {
    for kind in KINDS.into_iter().skip(1) {
        let jwk: Value = serde_json::from_str(&private_key(kind).to_private_jwk()).unwrap();
        let other = PrivateKey::generate(kind, &mut SystemRandom).unwrap();
        let other: Value = serde_json::from_str(&other.to_private_jwk()).unwrap();
        let private: &[&str] = match kind {
            KeyKind::Rsa => &["d", "p", "q", "dp", "dq", "qi"],
            KeyKind::Akp(_) => &["priv"],
            _ => &["d"],
        };
        for name in private {
            let mut mixed = jwk.clone();
            mixed[*name] = other[*name].clone();
            let refused = PrivateKey::parse_jwk(mixed.to_string().as_bytes());
            assert!(refused.unwrap_err().is_key(), "{kind:?} {name}");
            mixed.as_object_mut().unwrap().remove(*name);
            assert!(PrivateKey::parse_jwk(mixed.to_string().as_bytes()).is_err());
            mixed[*name] = json!(base64url::encode(&[1]));
            assert!(PrivateKey::parse_jwk(mixed.to_string().as_bytes()).is_err());
        }
    }
}

#[test]
fn nothing_private_is_shown_or_published() {
    for kind in KINDS {
        let key = private_key(kind);
        let jwk: Value = serde_json::from_str(&key.to_private_jwk()).unwrap();
        let shown = format!("{key:?}");
        let published = key
            .public()
            .map(|public| serde_json::to_string(&public).unwrap());
        for name in ["d", "p", "q", "dp", "dq", "qi", "k", "priv"] {
            let Some(secret) = jwk[name].as_str() else {
                continue;
            };
            assert!(!shown.contains(secret), "{kind:?} {name}");
            assert!(published.as_ref().is_none_or(|text| !text.contains(secret)));
        }
        assert_eq!(published.is_none(), kind == KeyKind::Oct);
    }
}

#[test]
fn what_a_key_says_it_is_for_is_kept_to() {
    let key = private_key(KeyKind::Ec(Curve::P256));
    let jwk: Value = serde_json::from_str(&key.to_private_jwk()).unwrap();
    let with = |name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        PrivateKey::parse_jwk(jwk.to_string().as_bytes()).unwrap()
    };
    use cloakroom_jose::jwe::KeyAlg::EcdhEs;
    let cases = [
        ("use", json!("sig"), true, false),
        ("use", json!("enc"), false, true),
        ("alg", json!("ES256"), true, false),
        ("alg", json!("ECDH-ES"), false, true),
        ("alg", json!("ES384"), false, false),
        ("key_ops", json!(["sign"]), true, false),
        ("key_ops", json!(["deriveKey"]), false, true),
        ("key_ops", json!([]), false, false),
    ];
    for (name, value, signs, decrypts) in cases {
        let key = with(name, value.clone());
        assert_eq!(key.signing_key(Alg::ES256).is_ok(), signs, "{name} {value}");
        assert_eq!(
            key.decryption_key(EcdhEs).is_ok(),
            decrypts,
            "{name} {value}"
        );
    }
    assert!(key.signing_key(Alg::ES384).is_err());
    let secret = PrivateKey::from_secret(&[1; 64]).unwrap();
    assert!(
        secret.signing_key(Alg::HS256).unwrap_err().is_key(),
        "it has no name"
    );
    assert!(PrivateKey::from_secret(&[]).is_err());
}

#[test]
fn every_cut_of_a_document_is_refused_without_panic() {
    for kind in KINDS.into_iter().skip(1) {
        let key = private_key(kind);
        let der = key.to_pkcs8().unwrap();
        for end in 0..der.len() {
            assert!(
                PrivateKey::from_pkcs8(&der[..end]).is_err(),
                "{kind:?} {end}"
            );
        }
        assert!(PrivateKey::from_pkcs1(&der).is_err() && PrivateKey::from_sec1(&der).is_err());
    }
    for text in [
        "",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
    ] {
        assert!(PrivateKey::from_pem(text).is_err());
    }
}

/// RFC 7517 §4.7 to §4.9.
#[test]
fn certificates_beside_a_key_are_of_that_key() {
    let example = &read("rfc/rfc7517.json")["B_x5c"];
    let parse = |jwk: &Value| Jwk::parse(jwk.to_string().as_bytes());
    assert!(parse(example).is_ok());
    let der = pem::decode(example["x5c"][0].as_str().unwrap()).unwrap().1;
    let digest = base64url::encode(&cloakroom_jose::digest(Alg::RS256, &der));
    let with = |name: &str, value: Value| {
        let mut jwk = example.clone();
        jwk[name] = value;
        parse(&jwk)
    };
    assert!(with("x5t#S256", json!(digest)).is_ok());
    let other = base64url::encode(&[0; 32]);
    let chain = vec![example["x5c"][0].clone(); 9];
    for (name, value) in [
        ("x5t#S256", json!(other)),
        ("x5t#S256", json!("AA")),
        ("x5t", json!(base64url::encode(&[0; 20]))),
        ("x5t", json!(1)),
        ("x5c", json!([])),
        ("x5c", json!("text")),
        ("x5c", json!(["AA=="])),
        ("x5c", json!(chain)),
        (
            "n",
            read("cookbook/jwk/3_3.rsa_public_key.json")["n"].clone(),
        ),
    ] {
        assert!(with(name, value.clone()).is_err(), "{name}");
    }
}

#[test]
fn small_order_points_are_no_keys_on_curve_448() {
    let mut minus_one = vec![0xff; 56];
    minus_one[0] = 0xfe;
    minus_one[28] = 0xfe;
    let mut prime = vec![0xff; 56];
    prime[28] = 0xfe;
    let mut one = vec![0; 56];
    one[0] = 1;
    for mut point in [vec![0; 56], one, minus_one, prime, vec![0xff; 56]] {
        let x448 = json!({"kty": "OKP", "crv": "X448", "x": base64url::encode(&point)});
        assert!(
            Jwk::parse(x448.to_string().as_bytes())
                .unwrap_err()
                .is_key(),
            "{point:?}"
        );
        point.push(0);
        let ed448 = json!({"kty": "OKP", "crv": "Ed448", "x": base64url::encode(&point)});
        assert!(
            Jwk::parse(ed448.to_string().as_bytes())
                .unwrap_err()
                .is_key(),
            "{point:?}"
        );
    }
}
