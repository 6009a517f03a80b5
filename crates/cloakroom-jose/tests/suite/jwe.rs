//! What is encrypted comes back, and nothing else does.
use cloakroom_jose::alg::{Curve, KeyKind, OkpCurve};
use cloakroom_jose::jwe::{Allowed, Decrypted, Enc, Encrypted, Encryption, EncryptionKey, KeyAlg};
use cloakroom_jose::{DecryptionKey, PrivateKey, Result, SystemRandom, base64url};
use serde_json::{Value, json};

use crate::vectors::{read, text};

/// Both sides of a key for each kind that the algorithm can be used with.
pub(crate) fn keys(alg: KeyAlg, enc: Enc) -> Vec<(EncryptionKey, DecryptionKey)> {
    if alg.is_symmetric() {
        let len = match alg {
            KeyAlg::A128Kw | KeyAlg::A128GcmKw => 16,
            KeyAlg::A192Kw | KeyAlg::A192GcmKw => 24,
            KeyAlg::A256Kw | KeyAlg::A256GcmKw => 32,
            KeyAlg::Dir => enc.key_len(),
            _ => 11,
        };
        let secret = vec![7; len];
        let pair = (
            EncryptionKey::from_secret(alg, Some("k"), &secret),
            DecryptionKey::from_secret(alg, Some("k"), &secret),
        );
        return vec![(pair.0.unwrap(), pair.1.unwrap())];
    }
    let kinds = [
        KeyKind::Rsa,
        KeyKind::Ec(Curve::P256),
        KeyKind::Ec(Curve::P384),
        KeyKind::Ec(Curve::P521),
        KeyKind::Okp(OkpCurve::X25519),
        KeyKind::Okp(OkpCurve::X448),
    ];
    let fitting = kinds.into_iter().filter(|kind| alg.fits(*kind));
    fitting
        .map(|kind| {
            let key = private_key(kind).with_kid("k").unwrap();
            let public = key.public().unwrap().encryption_key(alg).unwrap();
            (public, key.decryption_key(alg).unwrap())
        })
        .collect()
}

pub(crate) fn private_key(kind: KeyKind) -> PrivateKey {
    if kind == KeyKind::Rsa {
        // Making an RSA key takes long.
        let mut jwk = read("cookbook/jwk/3_4.rsa_private_key.json");
        jwk["use"] = json!("enc");
        return PrivateKey::parse_jwk(jwk.to_string().as_bytes()).unwrap();
    }
    PrivateKey::generate(kind, &mut SystemRandom).unwrap()
}

fn decrypt(message: &str, key: &DecryptionKey) -> Result<Decrypted> {
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL);
    Encrypted::parse(message, &allowed)?.decrypt(std::slice::from_ref(key), &allowed)
}

#[test]
fn every_algorithm_brings_the_content_back_in_every_form() {
    for alg in KeyAlg::ALL {
        for enc in Enc::ALL {
            for (public, private) in keys(alg, enc) {
                let how = Encryption::new(enc).cty("text/plain");
                let random = &mut SystemRandom;
                let messages = [
                    how.compact(&public, b"attack at dawn", random),
                    how.flattened(&public, b"attack at dawn", random),
                    how.general(&[public], b"attack at dawn", random),
                ];
                for message in messages {
                    let plain = decrypt(&message.unwrap(), &private).unwrap();
                    assert_eq!(plain.plaintext(), b"attack at dawn", "{alg} {enc}");
                    assert_eq!(plain.header().cty(), Some("text/plain"));
                    assert_eq!(plain.header().kid(), Some("k"));
                }
            }
        }
    }
}

#[test]
fn no_two_messages_are_alike() {
    let (public, _) = keys(KeyAlg::EcdhEs, Enc::A256Gcm).remove(0);
    let how = Encryption::new(Enc::A256Gcm);
    let one = how.compact(&public, b"", &mut SystemRandom).unwrap();
    let other = how.compact(&public, b"", &mut SystemRandom).unwrap();
    assert_ne!(one, other);
}

#[test]
fn each_recipient_of_one_message_reads_it_and_a_stranger_does_not() {
    let (rsa, rsa_private) = keys(KeyAlg::RsaOaep256, Enc::A128CbcHs256).remove(0);
    let (ec, ec_private) = keys(KeyAlg::EcdhEsA192Kw, Enc::A128CbcHs256).remove(1);
    let (wrap, wrap_private) = keys(KeyAlg::A192Kw, Enc::A128CbcHs256).remove(0);
    let how = Encryption::new(Enc::A128CbcHs256).aad(b"beside");
    let message = how
        .general(&[rsa, ec, wrap], b"to all", &mut SystemRandom)
        .unwrap();

    for (index, key) in [rsa_private, ec_private, wrap_private].iter().enumerate() {
        let plain = decrypt(&message, key).unwrap();
        assert_eq!(plain.plaintext(), b"to all");
        assert_eq!(plain.recipient(), index);
        assert_eq!(plain.aad(), Some(&b"beside"[..]));
    }
    let (_, stranger) = keys(KeyAlg::EcdhEsA192Kw, Enc::A128CbcHs256).remove(1);
    assert!(decrypt(&message, &stranger).unwrap_err().is_decryption());
    let (_, other) = keys(KeyAlg::A256Kw, Enc::A128CbcHs256).remove(0);
    assert!(decrypt(&message, &other).unwrap_err().is_no_key());
}

#[test]
fn a_key_that_is_fixed_or_a_password_has_one_recipient() {
    let (wrap, _) = keys(KeyAlg::A128Kw, Enc::A128Gcm).remove(0);
    for alone in [KeyAlg::Dir, KeyAlg::EcdhEs, KeyAlg::Pbes2Hs256A128Kw] {
        let (key, _) = keys(alone, Enc::A128Gcm).remove(0);
        let how = Encryption::new(Enc::A128Gcm);
        let refused = how.general(&[wrap.clone(), key], b"", &mut SystemRandom);
        assert!(refused.unwrap_err().is_unsupported(), "{alone}");
    }
}

#[test]
fn a_letter_changed_anywhere_gives_no_plaintext() {
    for alg in [
        KeyAlg::A128Kw,
        KeyAlg::EcdhEsA128Kw,
        KeyAlg::A256GcmKw,
        KeyAlg::Dir,
    ] {
        for enc in [Enc::A128Gcm, Enc::A128CbcHs256] {
            let (public, private) = keys(alg, enc).remove(0);
            let how = Encryption::new(enc);
            let message = how.compact(&public, b"content", &mut SystemRandom).unwrap();
            for at in 0..message.len() {
                let mut letters: Vec<char> = message.chars().collect();
                letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
                let changed: String = letters.into_iter().collect();
                assert!(decrypt(&changed, &private).is_err(), "{alg} {enc} {at}");
                assert!(decrypt(&message[..at], &private).is_err());
            }
        }
    }
}

#[test]
fn whatever_went_wrong_is_one_error() {
    let (public, private) = keys(KeyAlg::RsaOaep, Enc::A128CbcHs256).remove(0);
    let message = Encryption::new(Enc::A128CbcHs256)
        .compact(&public, b"content", &mut SystemRandom)
        .unwrap();
    let parts: Vec<&str> = message.split('.').collect();
    let other_key = base64url::encode(&[1; 256]);
    let short_key = base64url::encode(&[1; 16]);
    let other_tag = base64url::encode(&[0; 16]);
    let short_tag = base64url::encode(&[0; 8]);
    let other_iv = base64url::encode(&[0; 16]);
    let one_block = base64url::encode(&[0; 16]);
    let cases = [
        (1, &other_key),
        (1, &short_key),
        (2, &other_iv),
        (3, &one_block),
        (4, &other_tag),
        (4, &short_tag),
    ];
    let errors: Vec<_> = cases
        .iter()
        .map(|(at, value)| {
            let mut parts = parts.clone();
            parts[*at] = value;
            decrypt(&parts.join("."), &private).unwrap_err()
        })
        .collect();
    assert!(errors.iter().all(|error| error.is_decryption()));
    assert!(
        errors
            .iter()
            .all(|error| error.to_string() == errors[0].to_string())
    );
}

#[test]
fn an_algorithm_that_is_not_listed_is_not_read() {
    let (public, private) = keys(KeyAlg::A128Kw, Enc::A128Gcm).remove(0);
    let message = Encryption::new(Enc::A128Gcm)
        .compact(&public, b"", &mut SystemRandom)
        .unwrap();
    let cases = [
        Allowed::new(&[KeyAlg::A256Kw], &Enc::ALL),
        Allowed::new(&[KeyAlg::A128Kw], &[Enc::A256Gcm]),
        Allowed::new(&[], &[]),
    ];
    for allowed in cases {
        let parsed = Encrypted::parse(&message, &allowed).unwrap();
        let refused = parsed.decrypt(std::slice::from_ref(&private), &allowed);
        assert!(refused.unwrap_err().is_unsupported());
    }
}

#[test]
fn compressed_content_is_read_where_it_is_allowed_and_within_its_bound() {
    let (public, private) = keys(KeyAlg::Dir, Enc::A256Gcm).remove(0);
    let keys = [private];
    let content = vec![b'a'; 100_000];
    let message = Encryption::new(Enc::A256Gcm)
        .compress()
        .compact(&public, &content, &mut SystemRandom)
        .unwrap();
    let decrypt = |allowed: &Allowed| Encrypted::parse(&message, allowed)?.decrypt(&keys, allowed);

    let none = Allowed::new(&[KeyAlg::Dir], &[Enc::A256Gcm]);
    assert!(decrypt(&none).unwrap_err().is_unsupported());
    assert!(
        decrypt(&none.clone().inflate(99_999))
            .unwrap_err()
            .is_decryption()
    );
    assert_eq!(
        decrypt(&none.inflate(100_000)).unwrap().plaintext(),
        content
    );
}

#[test]
fn keys_are_named_fixed_and_chosen_once() {
    let secret = [3; 16];
    let key = |kid| DecryptionKey::from_secret(KeyAlg::A128Kw, kid, &secret).unwrap();
    let public = EncryptionKey::from_secret(KeyAlg::A128Kw, Some("a"), &secret).unwrap();
    let message = Encryption::new(Enc::A128Gcm)
        .compact(&public, b"", &mut SystemRandom)
        .unwrap();
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL);
    let decrypt = |keys: &[DecryptionKey]| {
        Encrypted::parse(&message, &allowed)
            .unwrap()
            .decrypt(keys, &allowed)
    };
    assert!(decrypt(&[key(Some("b")), key(Some("a"))]).is_ok());
    assert!(decrypt(&[key(Some("b"))]).unwrap_err().is_no_key());
    assert!(
        decrypt(&[key(None), key(Some("a"))])
            .unwrap_err()
            .is_many_keys()
    );
    assert!(decrypt(&[]).unwrap_err().is_no_key());
    for (alg, len) in [
        (KeyAlg::A128Kw, 15),
        (KeyAlg::A256GcmKw, 16),
        (KeyAlg::Dir, 20),
    ] {
        assert!(EncryptionKey::from_secret(alg, None, &vec![0; len]).is_err());
        assert!(DecryptionKey::from_secret(alg, None, &vec![0; len]).is_err());
    }
}

#[test]
fn a_message_is_bounded_in_size_and_recipients() {
    let (public, private) = keys(KeyAlg::A128Kw, Enc::A128Gcm).remove(0);
    let message = Encryption::new(Enc::A128Gcm)
        .general(&vec![public; 5], b"", &mut SystemRandom)
        .unwrap();
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL);
    assert!(
        Encrypted::parse(&message, &allowed)
            .unwrap_err()
            .is_malformed()
    );
    let five = allowed.clone().recipients(5);
    assert!(
        Encrypted::parse(&message, &five)
            .unwrap()
            .decrypt(&[private], &five)
            .is_ok()
    );
    let small = five.limit(message.len() - 1);
    assert!(
        Encrypted::parse(&message, &small)
            .unwrap_err()
            .is_malformed()
    );
    let (passwords, _) = keys(KeyAlg::Pbes2Hs256A128Kw, Enc::A128Gcm).remove(0);
    let one = Encryption::new(Enc::A128Gcm)
        .general(&[passwords], b"", &mut SystemRandom)
        .unwrap();
    let mut many: Value = serde_json::from_str(&one).unwrap();
    many["recipients"] = vec![many["recipients"][0].clone(); 10_000].into();
    let unbounded = allowed.recipients(20_000).limit(1 << 24);
    assert!(
        Encrypted::parse(&many.to_string(), &unbounded)
            .unwrap_err()
            .is_malformed(),
        "J54"
    );
}

/// The tokens of the attack table that the collection does not hold.
#[test]
fn messages_made_for_an_attack_are_refused() {
    let (public, private) = keys(KeyAlg::Dir, Enc::A256Gcm).remove(0);
    let good = Encryption::new(Enc::A256Gcm)
        .compact(&public, b"hello", &mut SystemRandom)
        .unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let with = |at: usize, value: String| {
        let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        parts[at] = value;
        parts.join(".")
    };
    let tag = base64url::decode(parts[4]).unwrap();
    let header = |json: &str| with(0, base64url::encode(json.as_bytes()));
    let cases = [
        ("J01", with(4, base64url::encode(&tag[..1]))),
        ("J02", with(4, base64url::encode(&tag[..4]))),
        ("J03", with(4, base64url::encode(&tag[..12]))),
        ("J10", with(1, base64url::encode(b"key"))),
        ("J15", header(r#"{"alg":"dir","enc":"A256GCM","zip":"GZ"}"#)),
        ("J16", header(r#"{"alg":"dir","enc":"A512GCM"}"#)),
        (
            "E09",
            header(r#"{"alg":"dir","enc":"A256GCM","enc":"A128GCM"}"#),
        ),
        (
            "E34",
            header(r#"{"alg":"dir","ALG":"none","enc":"A256GCM"}"#),
        ),
        (
            "F02",
            header(r#"{"alg":"dir","enc":"A256GCM","crit":["alg"]}"#),
        ),
        (
            "b64",
            header(r#"{"alg":"dir","enc":"A256GCM","b64":true,"crit":["b64"]}"#),
        ),
    ];
    for (id, message) in cases {
        assert!(decrypt(&message, &private).is_err(), "{id}");
    }
    let cases = [
        ("J19", KeyAlg::A128Kw, 1),
        ("J21", KeyAlg::EcdhEsA128Kw, 1),
        ("J21", KeyAlg::EcdhEsA192Kw, 9),
        ("J20", KeyAlg::Pbes2Hs512A256Kw, 7),
    ];
    for (id, alg, len) in cases {
        let (public, private) = keys(alg, Enc::A128Gcm).remove(0);
        let message = Encryption::new(Enc::A128Gcm)
            .compact(&public, b"", &mut SystemRandom)
            .unwrap();
        let mut parts: Vec<&str> = message.split('.').collect();
        let short = base64url::encode(&vec![0; len]);
        parts[1] = &short;
        assert!(
            decrypt(&parts.join("."), &private)
                .unwrap_err()
                .is_decryption(),
            "{id} {alg}"
        );
    }
}

/// J28 to J37: the parameters of key agreement and of passwords are checked before they are used.
#[test]
fn parameters_that_are_traps_are_refused() {
    let swap = |alg: KeyAlg, name: &str, value: Value| {
        let (public, private) = keys(alg, Enc::A128Gcm).remove(0);
        let message = Encryption::new(Enc::A128Gcm)
            .compact(&public, b"", &mut SystemRandom)
            .unwrap();
        let (header, rest) = message.split_once('.').unwrap();
        let mut header: Value =
            serde_json::from_slice(&base64url::decode(header).unwrap()).unwrap();
        header[name] = value;
        let header = base64url::encode(header.to_string().as_bytes());
        decrypt(&format!("{header}.{rest}"), &private).map(|_| ())
    };
    let pbes2 = KeyAlg::Pbes2Hs256A128Kw;
    for (id, value) in [
        ("J30", json!(2_147_483_647_u32)),
        ("J31", json!(1_000_000)),
        ("J32", json!(0)),
        ("J33", json!(1)),
        ("J34", json!(-1)),
        ("J35", json!(4096.5)),
        ("J37", json!("4096")),
    ] {
        assert!(
            !swap(pbes2, "p2c", value).unwrap_err().is_decryption(),
            "{id}"
        );
    }
    assert!(
        swap(pbes2, "p2s", json!("AA")).unwrap_err().is_malformed(),
        "J36"
    );
    let ec = KeyAlg::EcdhEs;
    let zero32 = base64url::encode(&[0; 32]);
    let zero = json!({"kty": "EC", "crv": "P-256", "x": zero32, "y": zero32});
    assert!(swap(ec, "epk", zero).is_err(), "J24");
    let other = json!({"kty": "OKP", "crv": "X25519", "x": base64url::encode(&[9; 32])});
    assert!(swap(ec, "epk", other).unwrap_err().is_decryption(), "J23");
    let private = json!({"kty": "EC", "crv": "P-256", "x": zero32, "y": zero32, "d": zero32});
    assert!(swap(ec, "epk", private).unwrap_err().is_malformed(), "J28");
    for name in ["apu", "apv"] {
        let long = base64url::encode(&[0; 513]);
        assert!(swap(ec, name, json!(long)).unwrap_err().is_malformed());
        assert!(swap(ec, name, json!(1)).unwrap_err().is_malformed());
    }
}

/// J25, J26: points on which every secret is zero, and their second texts.
#[test]
fn points_of_small_order_are_refused_as_ephemeral_keys() {
    let x25519 = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let key = private_key(KeyKind::Okp(OkpCurve::X25519));
    let key = key.decryption_key(KeyAlg::EcdhEs).unwrap();
    for point in x25519 {
        let x = base64url::encode(&crate::vectors::hex(point));
        let header = json!({"alg": "ECDH-ES", "enc": "A128GCM",
            "epk": {"kty": "OKP", "crv": "X25519", "x": x}});
        let header = base64url::encode(header.to_string().as_bytes());
        let message = format!("{header}..AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA");
        assert!(decrypt(&message, &key).is_err(), "{point}");
    }
}

#[test]
fn a_client_finds_the_key_it_may_encrypt_to() {
    let key = private_key(KeyKind::Ec(Curve::P256)).with_kid("e").unwrap();
    let jwk = serde_json::to_value(key.public().unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        cloakroom_jose::Jwk::parse(jwk.to_string().as_bytes()).unwrap()
    };
    assert!(
        with("use", json!("enc"))
            .encryption_key(KeyAlg::EcdhEs)
            .is_ok()
    );
    assert!(
        with("use", json!("sig"))
            .encryption_key(KeyAlg::EcdhEs)
            .is_err()
    );
    assert!(
        with("alg", json!("ES256"))
            .encryption_key(KeyAlg::EcdhEs)
            .is_err()
    );
    assert!(
        with("key_ops", json!(["verify"]))
            .encryption_key(KeyAlg::EcdhEs)
            .is_err()
    );
    assert!(
        with("use", json!("enc"))
            .encryption_key(KeyAlg::RsaOaep)
            .is_err()
    );
    assert_eq!(text(&jwk, "kid"), "e");
}

/// J41 to J43: whatever is wrong inside an `RSA1_5` key, the answer is the same; J44: it has to be listed.
#[test]
fn the_padding_of_a_key_is_no_oracle() {
    let (public, private) = keys(KeyAlg::Rsa1_5, Enc::A128CbcHs256).remove(0);
    let how = Encryption::new(Enc::A128CbcHs256);
    let message = how.compact(&public, b"content", &mut SystemRandom).unwrap();
    let other = how.compact(&public, b"content", &mut SystemRandom).unwrap();
    let other_enc = Encryption::new(Enc::A128Gcm)
        .compact(&public, b"content", &mut SystemRandom)
        .unwrap();
    let parts: Vec<&str> = message.split('.').collect();
    let key_of = |message: &str| message.split('.').nth(1).unwrap().to_owned();
    let mut broken = base64url::decode(parts[1]).unwrap();
    broken[100] ^= 1;
    let arms = [
        base64url::encode(&broken),
        base64url::encode(&[0; 256]),
        key_of(&other_enc),
        key_of(&other),
    ];
    let answers: Vec<_> = arms
        .iter()
        .map(|key| {
            let mut parts = parts.clone();
            parts[1] = key;
            decrypt(&parts.join("."), &private).unwrap_err()
        })
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| *answer == answers[0] && answer.is_decryption())
    );

    let (public, private) = keys(KeyAlg::RsaOaep, Enc::A128Gcm).remove(0);
    let message = Encryption::new(Enc::A128Gcm)
        .compact(&public, b"", &mut SystemRandom)
        .unwrap();
    let allowed = Allowed::new(&[KeyAlg::RsaOaep256], &Enc::ALL);
    let both = [private.for_alg(KeyAlg::RsaOaep256).unwrap(), private];
    let refused = Encrypted::parse(&message, &allowed)
        .unwrap()
        .decrypt(&both, &allowed);
    assert!(refused.unwrap_err().is_unsupported(), "J44");
}
