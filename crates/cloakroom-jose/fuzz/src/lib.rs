//! What the fuzz targets do with any bytes: one function for each parser.
//!
//! The fuzzer calls them (`fuzz_targets/`), and so does an ordinary test with the seeds and changes of
//! them (`tests/suite/mutations.rs`), so that they stay true. Each asserts what must hold whatever came:
//! nothing is accepted but what a key of this file has made, and what was written can be read again. It
//! returns whether anything was accepted.
use std::sync::LazyLock;

use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, KeyAlg};
use cloakroom_jose::jws::{Unverified, detached, json::Signed};
use cloakroom_jose::jwt::nested::Nesting;
use cloakroom_jose::jwt::{Kind, Verifier, kind};
use cloakroom_jose::status_list::{Reference, StatusList};
use cloakroom_jose::{
    Alg, DecryptionKey, Jwk, KeySet, PrivateKey, RecipientSet, SigningKey, VerifyingKey, base64url,
    certificate, dpop as proof, inspect as inspector, json as strict, pem, sd_jwt as sd,
};

/// The secret of the seeds that are right.
const SECRET: [u8; 32] = [7; 32];

/// What is in the seeds that are right; nobody without the secret makes another.
const CONTENT: &[u8] = b"what only the secret can say";

/// The instant of the seeds, in seconds since 1970.
const NOW: i64 = 1_562_262_616;

static SIGNING: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_secret(Alg::HS256, "k", &SECRET).unwrap());

/// An access token is never signed with a secret.
static ISSUER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Alg::Ed25519, "k").unwrap());

static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::from_keys([SIGNING.verifying_key().clone()]));

static DECRYPTION: LazyLock<Vec<DecryptionKey>> = LazyLock::new(|| {
    let secrets = [
        KeyAlg::Dir,
        KeyAlg::A256Kw,
        KeyAlg::A256GcmKw,
        KeyAlg::Pbes2Hs256A128Kw,
    ];
    let secrets = secrets.map(|alg| DecryptionKey::from_secret(alg, None, &SECRET).unwrap());
    let agreed = [
        (
            KeyAlg::EcdhEs,
            r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
        ),
        (
            KeyAlg::EcdhEsA128Kw,
            r#"{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo","d":"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo"}"#,
        ),
    ];
    let agreed = agreed.map(|(alg, jwk)| {
        PrivateKey::parse_jwk(jwk.as_bytes())
            .unwrap()
            .decryption_key(alg)
            .unwrap()
    });
    secrets.into_iter().chain(agreed).collect()
});

/// Strict JSON, and base64url.
pub fn json(data: &[u8]) -> bool {
    let parsed = strict::parse_object(data, 1 << 16);
    if let Ok(members) = &parsed {
        let text = serde_json::to_vec(members).unwrap();
        assert!(strict::parse_object(&text, 1 << 20).is_ok());
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(bytes) = base64url::decode(text)
    {
        assert_eq!(base64url::encode(&bytes), text);
        return true;
    }
    parsed.is_ok()
}

/// Signed messages: compact, JSON and detached.
pub fn jws(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let compact = Unverified::parse(text).and_then(|token| {
        let _ = token.unverified_claim_for_lookup("sub");
        token.verify(&KEYS, &Alg::ALL)
    });
    if let Ok(token) = &compact {
        assert_eq!(token.payload(), CONTENT);
    }
    let parse = || Signed::parse(text, 1 << 16);
    let json = parse().and_then(|message| message.verify(&KEYS, &Alg::ALL));
    if let Ok(message) = &json {
        assert_eq!(message.payload(), CONTENT);
    }
    let apart = parse().and_then(|message| message.verify_detached(CONTENT, &KEYS, &Alg::ALL));
    assert!(detached::verify(text, b"something else", &KEYS, &Alg::ALL).is_err());
    let bare = detached::verify(text, CONTENT, &KEYS, &Alg::ALL);
    compact.is_ok() || json.is_ok() || apart.is_ok() || bare.is_ok()
}

/// Encrypted messages, also with a token in them.
pub fn jwe(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    // Few iterations: the fuzzer looks for what is wrong, not for what is slow.
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL)
        .inflate(1 << 16)
        .iterations(1..=16);
    let nested = Nesting::new(&DECRYPTION, &allowed).open(text);
    let opened =
        Encrypted::parse(text, &allowed).and_then(|message| message.decrypt(&DECRYPTION, &allowed));
    let Ok(message) = &opened else {
        return false;
    };
    // Everybody can encrypt to a public key; the rest only the secret has made.
    let is_anybodys = matches!(
        message.header().alg(),
        KeyAlg::EcdhEs | KeyAlg::EcdhEsA128Kw
    );
    assert!(is_anybodys || nested.is_ok() || message.plaintext() == CONTENT);
    true
}

/// Keys in JSON: public, private, and sets.
pub fn jwk(data: &[u8]) -> bool {
    let public = Jwk::parse(data);
    if let Ok(jwk) = &public {
        let again = Jwk::parse(&serde_json::to_vec(jwk).unwrap()).unwrap();
        assert_eq!(again.thumbprint(), jwk.thumbprint());
        let _ = (jwk.to_pem(), jwk.spki_der(), jwk.verifying_key());
        for alg in KeyAlg::ALL {
            let _ = jwk.encryption_key(alg);
        }
    }
    let private = PrivateKey::parse_jwk(data);
    if let Ok(key) = &private {
        let again = PrivateKey::parse_jwk(key.to_private_jwk().as_bytes());
        assert!(again.is_ok_and(|again| again.thumbprint() == key.thumbprint()));
    }
    let set = KeySet::parse(data);
    if let Ok(set) = &set {
        assert!(set.keys().len() + set.refused() <= 64);
    }
    let recipients = RecipientSet::parse(data).and_then(|set| set.choose(KeyAlg::RsaOaep256));
    public.is_ok() || private.is_ok() || set.is_ok() || recipients.is_ok()
}

/// Keys and certificates in DER and PEM.
pub fn der(data: &[u8]) -> bool {
    let public = VerifyingKey::from_spki(None, None, data);
    if let Ok(key) = &public {
        assert!(key.spki_der().is_some());
    }
    let certificate = VerifyingKey::from_certificate(None, None, data);
    let _ = certificate::not_after(data);
    let mut any = public.is_ok() || certificate.is_ok();
    let private = [
        PrivateKey::from_pkcs8(data),
        PrivateKey::from_pkcs1(data),
        PrivateKey::from_sec1(data),
    ];
    for key in private.into_iter().flatten() {
        let again = key.to_pkcs8().map(|der| PrivateKey::from_pkcs8(&der));
        assert!(matches!(again, Some(Ok(again)) if again.thumbprint() == key.thumbprint()));
        any = true;
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok((Some(label), der)) = pem::decode(text) {
            let again = pem::encode(label, &der);
            assert_eq!(pem::decode(&again), Ok((Some(label), der)));
        }
        any |= PrivateKey::from_pem(text).is_ok();
        any |= VerifyingKey::from_pem(None, None, text).is_ok();
    }
    any
}

/// DPoP proofs, and the URLs of requests.
pub fn dpop(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let rules = proof::Rules::new(&Alg::ALL).max_age(i64::MAX);
    let asked = proof::Request::new("POST", "https://server.example.com/token");
    let checked = rules.check(text, &asked, NOW);
    let request = proof::Request::new("GET", text);
    let made = proof::sign(&ISSUER, &request, "1", NOW);
    if let Ok(made) = &made {
        assert!(rules.check(made, &request, NOW).is_ok());
    }
    checked.is_ok() || made.is_ok()
}

/// The claims of every kind of token, signed so that they are looked at.
pub fn jwt(data: &[u8]) -> bool {
    let accepted = [
        check_kind::<kind::AccessToken>(data),
        check_kind::<kind::KeycloakAccessToken>(data),
        check_kind::<kind::IdToken>(data),
        check_kind::<kind::LogoutToken>(data),
        check_kind::<kind::ClientAssertion>(data),
        check_kind::<kind::RequestObject>(data),
        check_kind::<kind::AuthorizationResponse>(data),
        check_kind::<kind::IntrospectionResponse>(data),
        check_kind::<kind::RefreshToken>(data),
    ];
    accepted.contains(&true)
}

fn check_kind<K: Kind>(payload: &[u8]) -> bool {
    let key: &SigningKey = if K::MAY_BE_SYMMETRIC {
        &SIGNING
    } else {
        &ISSUER
    };
    let token = key.sign(K::TYPES[0], payload).unwrap();
    let algs = [key.alg()];
    let verifier = Verifier::new(key.verifying_key(), &algs, "https://id.example", "api");
    let Ok(token) = verifier.verify::<K>(&token, NOW) else {
        return false;
    };
    let claims = token.claims();
    assert_eq!(claims.issuer(), Some("https://id.example"));
    assert!(claims.has_audience("api"));
    assert!(claims.expires_at().is_none_or(|end| end > NOW - 61));
    let _ = Reference::of(claims);
    true
}

/// SD-JWT presentations: their form, and claims with disclosures that are signed so that they are looked at.
pub fn sd_jwt(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let shown = sd::Presentation::parse(text);
    if let Ok(shown) = &shown {
        assert_eq!(shown.to_string(), text);
    }
    let Some((claims, disclosures)) = text.split_once('\n') else {
        return shown.is_ok();
    };
    let token = SIGNING.sign("example+sd-jwt", claims.as_bytes()).unwrap();
    let rules = sd::Rules::new(&[Alg::HS256], "https://id.example");
    let Ok(verified) = sd::verify(&format!("{token}~{disclosures}"), &*KEYS, &rules, NOW) else {
        return false;
    };
    // What is left of the format would be taken for a claim.
    let claims = verified.claims();
    assert!(
        !["_sd", "_sd_alg", "..."]
            .iter()
            .any(|name| claims.contains_key(*name))
    );
    true
}

/// Status lists.
pub fn status_list(data: &[u8]) -> bool {
    let claim = strict::parse_object(data, 1 << 16).unwrap_or_default();
    let Ok(list) = StatusList::from_claim(&claim.into()) else {
        return false;
    };
    let _ = list.get(data.len());
    assert_eq!(StatusList::from_claim(&list.to_claim()), Ok(list));
    true
}

/// The inspector, which looks at everything.
pub fn inspect(data: &[u8]) -> bool {
    let text = std::str::from_utf8(data).unwrap_or_default();
    let Ok(report) = inspector::inspect(text, Some(&*KEYS), NOW) else {
        return false;
    };
    assert_eq!(report.bytes(), text.trim().len());
    let _ = (report.findings().len(), report.claims().len());
    true
}
