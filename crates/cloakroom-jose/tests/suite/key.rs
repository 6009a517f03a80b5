//! Keys survive storage, publish nothing private, and are refused when weak.
use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, DecryptionKey, Jwk, KeySet, SigningKey, VerifyingKey, base64url};
use serde_json::{Value, json};

use crate::vectors::{read, signing_key};

#[test]
fn keys_are_safe_to_share_between_threads() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<SigningKey>();
    is_shared::<VerifyingKey>();
    is_shared::<DecryptionKey>();
    is_shared::<KeySet>();
}

#[test]
fn a_stored_key_comes_back_as_itself() {
    for alg in Alg::ALL {
        let key = signing_key(alg);
        let back = match (key.to_pkcs8(), key.to_secret()) {
            (Some(der), None) => SigningKey::from_pkcs8(alg, "k1", &der).unwrap(),
            (None, Some(secret)) => SigningKey::from_secret(alg, "k1", &secret).unwrap(),
            _ => panic!("{alg} has one form of storage"),
        };

        let token = back.sign("JWT", b"{}").unwrap();

        let verified = Unverified::parse(&token)
            .unwrap()
            .verify_with(key.verifying_key(), &[alg]);
        assert!(verified.is_ok(), "{alg}");
        assert_eq!(back.public_spki_der(), key.public_spki_der());
        assert_eq!(alg.is_symmetric(), key.public_spki_der().is_none());
    }
}

#[test]
fn an_rsa_key_keeps_its_name_through_keycloaks_form() {
    let key = SigningKey::generate_with_keycloak_kid(Alg::RS256).unwrap();
    let pkcs1 = key.to_pkcs1_rsa().unwrap();
    assert!(pkcs1.starts_with(&[0x30, 0x82]) && pkcs1.get(4..7) == Some(&[2, 1, 0]));

    let back = SigningKey::from_pkcs1_rsa(Alg::RS256, key.kid(), &pkcs1).unwrap();

    assert_eq!(
        back.verifying_key().keycloak_kid().as_deref(),
        Some(key.kid())
    );
    assert_eq!(key.kid().len(), 43);
    assert_eq!(signing_key(Alg::ES256).to_pkcs1_rsa(), None);
}

#[test]
fn a_public_key_in_der_and_pem_is_the_key() {
    use base64::Engine as _;
    for alg in Alg::ALL.into_iter().filter(|alg| !alg.is_symmetric()) {
        let key = signing_key(alg);
        let spki = key.public_spki_der().unwrap();
        let bare = base64::engine::general_purpose::STANDARD.encode(&spki);
        let armour = format!("-----BEGIN PUBLIC KEY-----\n{bare}\n-----END PUBLIC KEY-----\n");

        for read in [
            VerifyingKey::from_spki(Some(alg), None, &spki),
            VerifyingKey::from_pem(Some(alg), None, &bare),
            VerifyingKey::from_pem(None, None, &armour),
        ] {
            assert_eq!(
                read.unwrap().thumbprint(),
                key.verifying_key().thumbprint(),
                "{alg}"
            );
        }
        for end in 0..spki.len() {
            assert!(VerifyingKey::from_spki(Some(alg), None, &spki[..end]).is_err());
        }
    }
}

#[test]
fn a_published_key_has_keycloaks_members_in_keycloaks_order() {
    let key = signing_key(Alg::RS256);
    let jwk = Jwk::from_verifying_key(key.verifying_key()).unwrap();
    let text = serde_json::to_string(&jwk.with_certificates(vec![vec![0xfb, 0xff]])).unwrap();

    let names = [
        "kid", "kty", "alg", "use", "x5c", "x5t", "x5t#S256", "n", "e",
    ];
    let places: Vec<_> = names.map(|name| text.find(&format!("\"{name}\":"))).into();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{text}"
    );
    let members: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(members.as_object().unwrap().len(), names.len());
    assert_eq!(members["x5c"], json!(["+/8="]));
    assert_eq!(members["e"], "AQAB");
}

#[test]
fn a_published_key_reads_back_as_the_key() {
    for alg in Alg::ALL {
        let key = signing_key(alg);
        let Some(jwk) = Jwk::from_verifying_key(key.verifying_key()) else {
            assert!(alg.is_symmetric(), "only secrets have no public form");
            continue;
        };
        let text = serde_json::to_vec(&json!({ "keys": [jwk] })).unwrap();

        let keys = KeySet::parse(&text).unwrap();

        let token = key.sign("JWT", b"{}").unwrap();
        assert!(
            Unverified::parse(&token)
                .unwrap()
                .verify(&keys, &[alg])
                .is_ok(),
            "{alg}"
        );
        assert_eq!(jwk.thumbprint(), key.verifying_key().thumbprint().unwrap());
    }
}

#[test]
fn an_encryption_key_is_published_for_encryption_and_verifies_nothing() {
    let key = DecryptionKey::generate_with_keycloak_kid().unwrap();
    let jwk = key.public_jwk().unwrap();
    let members = serde_json::to_value(&jwk).unwrap();

    assert_eq!(
        (&members["alg"], &members["use"]),
        (&json!("RSA-OAEP"), &json!("enc"))
    );
    assert_eq!(members["kid"], key.kid());
    assert_eq!(jwk.key_kind(), KeyKind::Rsa);
    assert!(jwk.verifying_key().unwrap_err().is_key());
    let set = KeySet::parse(json!({ "keys": [members] }).to_string().as_bytes()).unwrap();
    assert_eq!((set.keys().len(), set.refused()), (0, 1));
    let back = DecryptionKey::from_pkcs8(key.kid(), &key.to_pkcs8().unwrap()).unwrap();
    assert_eq!(back.public_spki_der(), key.public_spki_der());
    let back = DecryptionKey::from_pkcs1_rsa(key.kid(), &key.to_pkcs1_rsa().unwrap()).unwrap();
    assert_eq!(back.public_jwk().unwrap(), jwk);
}

#[test]
fn debug_output_shows_the_name_and_nothing_of_the_key() {
    let key = SigningKey::from_secret(Alg::HS256, "k1", b"0123456789abcdef0123456789abcdef");
    let key = key.unwrap();
    assert_eq!(format!("{key:?}"), r#"SigningKey { kid: "k1", .. }"#);
    assert_eq!(
        format!("{:?}", key.verifying_key()),
        r#"VerifyingKey { kid: Some("k1"), alg: Some(HS256) }"#
    );
}

#[test]
fn a_key_is_refused_for_an_algorithm_that_is_not_its_own() {
    for own in Alg::ALL {
        let key = signing_key(own);
        for other in Alg::ALL.into_iter().filter(|other| *other != own) {
            assert!(!key.verifying_key().may_verify(other), "{own} {other}");
            assert!(
                key.verifying_key()
                    .verify(other, b"", b"")
                    .unwrap_err()
                    .is_key()
            );
            if other.key_kind() != own.key_kind() {
                let der = key.to_pkcs8().unwrap_or_default();
                assert!(
                    SigningKey::from_pkcs8(other, "k", &der).is_err(),
                    "{own} {other}"
                );
                let spki = key.public_spki_der().unwrap_or_default();
                assert!(VerifyingKey::from_spki(Some(other), None, &spki).is_err());
            }
        }
    }
}

#[test]
fn a_key_without_algorithm_takes_those_of_its_type() {
    let rsa = signing_key(Alg::RS256);
    let open = VerifyingKey::from_spki(None, None, &rsa.public_spki_der().unwrap()).unwrap();
    let fitting: Vec<_> = Alg::ALL
        .into_iter()
        .filter(|alg| open.may_verify(*alg))
        .collect();
    assert_eq!(
        fitting,
        [
            Alg::RS256,
            Alg::RS384,
            Alg::RS512,
            Alg::PS256,
            Alg::PS384,
            Alg::PS512
        ]
    );
    let short = VerifyingKey::from_secret(None, None, &[1; 48]).unwrap();
    assert!(short.may_verify(Alg::HS384) && !short.may_verify(Alg::HS512));
}

#[test]
fn a_secret_shorter_than_the_hash_is_refused() {
    for (alg, len) in [(Alg::HS256, 32), (Alg::HS384, 48), (Alg::HS512, 64)] {
        assert!(SigningKey::from_secret(alg, "k", &vec![1; len]).is_ok());
        assert!(
            SigningKey::from_secret(alg, "k", &vec![1; len - 1])
                .unwrap_err()
                .is_key()
        );
        assert!(VerifyingKey::from_secret(Some(alg), None, &vec![1; len - 1]).is_err());
    }
    assert!(SigningKey::from_secret(Alg::RS256, "k", &[1; 64]).is_err());
    assert_eq!(signing_key(Alg::HS512).to_secret().unwrap().len(), 128);
}

#[test]
fn weak_and_malformed_keys_are_refused() {
    let rsa = serde_json::to_value(
        Jwk::from_verifying_key(signing_key(Alg::RS256).verifying_key()).unwrap(),
    )
    .unwrap();
    let n = base64url::decode(rsa["n"].as_str().unwrap()).unwrap();
    let even: Vec<u8> = n.iter().take(255).copied().chain([2]).collect();
    let padded: Vec<u8> = [0].iter().chain(&n).copied().collect();
    let huge: Vec<u8> = [0xff; 1025].to_vec();
    let encode = |bytes: &[u8]| json!(base64url::encode(bytes));
    let cases = [
        ("n", encode(&even)),
        ("n", encode(&padded)),
        ("n", encode(&n[..255])),
        ("n", encode(&huge)),
        ("n", json!("")),
        ("n", json!(1)),
        ("e", json!("AQ")),
        ("e", json!("")),
        ("e", encode(&[1, 0, 0])),
        ("e", encode(&[0, 1, 0, 1])),
        ("e", encode(&[1, 0, 0, 0, 1])),
        ("kty", json!("EC")),
        ("kty", json!("rsa")),
        ("use", json!("both")),
        ("key_ops", json!(["verify", "verify"])),
        ("key_ops", json!(["encrypt"])),
        ("key_ops", json!("verify")),
        ("kid", json!("a\nb")),
        ("d", json!("AQ")),
        ("k", json!("AQ")),
    ];
    for (name, value) in cases {
        let mut jwk = rsa.clone();
        jwk[name] = value.clone();
        assert!(
            Jwk::parse(jwk.to_string().as_bytes()).is_err(),
            "{name} {value}"
        );
    }
}

#[test]
fn small_order_points_are_no_ed25519_keys() {
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for point in points {
        let x = base64url::encode(&crate::vectors::hex(point));
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x}).to_string();
        assert!(Jwk::parse(jwk.as_bytes()).unwrap_err().is_key(), "{point}");
    }
}

#[test]
fn a_set_selects_the_one_key_that_fits() {
    let public = |alg, kid: &str| {
        SigningKey::generate(alg, kid)
            .unwrap()
            .verifying_key()
            .clone()
    };
    let set = KeySet::from_keys([
        public(Alg::ES256, "a"),
        public(Alg::EdDSA, "a"),
        public(Alg::EdDSA, "b"),
    ]);
    let select = |header: &str| {
        let token = format!("{}.e30.AAAA", base64url::encode(header.as_bytes()));
        let token = Unverified::parse(&token).unwrap();
        set.select(token.header())
            .map(|key| (key.alg(), key.kid().map(str::to_owned)))
    };

    let chosen = select(r#"{"alg":"EdDSA","kid":"a"}"#).unwrap();
    assert_eq!(chosen, (Some(Alg::EdDSA), Some("a".to_owned())));
    assert!(select(r#"{"alg":"ES256"}"#).is_ok());
    assert!(select(r#"{"alg":"EdDSA"}"#).unwrap_err().is_many_keys());
    assert!(
        select(r#"{"alg":"EdDSA","kid":"c"}"#)
            .unwrap_err()
            .is_no_key()
    );
    assert!(
        select(r#"{"alg":"RS256","kid":"a"}"#)
            .unwrap_err()
            .is_no_key()
    );
}

#[test]
fn a_set_is_bounded_and_an_object() {
    let key = read("cookbook/jwk/3_3.rsa_public_key.json");
    let set = |count: usize| json!({ "keys": vec![&key; count] }).to_string();
    assert_eq!(KeySet::parse(set(64).as_bytes()).unwrap().keys().len(), 64);
    assert!(KeySet::parse(set(65).as_bytes()).is_err());
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
    }
    let odd = KeySet::parse(br#"{"keys":[1,null,[],{}]}"#).unwrap();
    assert_eq!((odd.keys().len(), odd.refused()), (0, 4));
}
