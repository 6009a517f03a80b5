//! jsonwebtoken and josekit, as they come: they read our tokens, and we read theirs.
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, Jwk, SigningKey};
use josekit::jws::{JwsHeader, JwsSigner, JwsVerifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

use crate::vectors::signing_key;

fn claims() -> Value {
    json!({"iss": "i", "sub": "s\u{e4}", "exp": 4_102_444_800_i64})
}

fn read_ours(token: &str, key: &SigningKey) -> Value {
    let verified = Unverified::parse(token)
        .unwrap()
        .verify_with(key.verifying_key(), &[key.alg()])
        .unwrap();
    serde_json::from_slice(verified.payload()).unwrap()
}

#[test]
fn jsonwebtoken_reads_ours_and_we_read_its() {
    let algs = [
        (Alg::HS256, Algorithm::HS256),
        (Alg::HS512, Algorithm::HS512),
        (Alg::RS256, Algorithm::RS256),
        (Alg::RS512, Algorithm::RS512),
        (Alg::PS384, Algorithm::PS384),
        (Alg::ES256, Algorithm::ES256),
        (Alg::ES384, Algorithm::ES384),
        (Alg::EdDSA, Algorithm::EdDSA),
    ];
    for (alg, theirs) in algs {
        let key = signing_key(alg);
        let (encoding, decoding) = jsonwebtoken_keys(&key);
        let token = key.sign("JWT", claims().to_string().as_bytes()).unwrap();
        let mut validation = Validation::new(theirs);
        validation.set_issuer(&["i"]);
        validation.validate_aud = false;

        let read = jsonwebtoken::decode::<Value>(&token, &decoding, &validation).unwrap();

        assert_eq!(read.claims, claims(), "{alg}");
        let made = jsonwebtoken::encode(&Header::new(theirs), &claims(), &encoding).unwrap();
        assert_eq!(read_ours(&made, &key), claims(), "{alg}");
    }
}

pub(crate) fn jsonwebtoken_keys(key: &SigningKey) -> (EncodingKey, DecodingKey) {
    let Some(public) = Jwk::from_verifying_key(key.verifying_key()) else {
        let secret = key.to_secret().unwrap();
        return (
            EncodingKey::from_secret(&secret),
            DecodingKey::from_secret(&secret),
        );
    };
    let jwk: jsonwebtoken::jwk::Jwk =
        serde_json::from_value(serde_json::to_value(&public).unwrap()).unwrap();
    let pkcs8 = key.to_pkcs8().unwrap();
    let encoding = match key.to_pkcs1_rsa() {
        Some(pkcs1) => EncodingKey::from_rsa_der(&pkcs1),
        None if key.alg() == Alg::EdDSA => EncodingKey::from_ed_der(&pkcs8),
        None => EncodingKey::from_ec_der(&pkcs8),
    };
    (encoding, DecodingKey::from_jwk(&jwk).unwrap())
}

#[test]
fn josekit_reads_ours_and_we_read_its() {
    for alg in Alg::ALL {
        let key = signing_key(alg);
        let Some((signer, verifier)) = josekit_keys(&key) else {
            continue;
        };
        let token = key.sign("JWT", claims().to_string().as_bytes()).unwrap();

        let (payload, _) = josekit::jws::deserialize_compact(&token, &*verifier).unwrap();

        assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap(), claims());
        let text = claims().to_string();
        let header = JwsHeader::new();
        let made = josekit::jws::serialize_compact(text.as_bytes(), &header, &*signer).unwrap();
        assert_eq!(read_ours(&made, &key), claims(), "{alg}");
    }
}

/// `None` for the names that josekit does not know.
fn josekit_keys(key: &SigningKey) -> Option<(Box<dyn JwsSigner>, Box<dyn JwsVerifier>)> {
    use josekit::jws::{
        ES256, ES256K, ES384, ES512, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384,
        RS512,
    };
    let der = key.to_pkcs8().unwrap_or_default();
    let spki = key.public_spki_der().unwrap_or_default();
    let secret = key.to_secret().unwrap_or_default();
    macro_rules! pair {
        ($alg:expr, der) => {
            (
                Box::new($alg.signer_from_der(&*der).unwrap()) as Box<dyn JwsSigner>,
                Box::new($alg.verifier_from_der(&spki).unwrap()) as Box<dyn JwsVerifier>,
            )
        };
        ($alg:expr, secret) => {
            (
                Box::new($alg.signer_from_bytes(&*secret).unwrap()) as Box<dyn JwsSigner>,
                Box::new($alg.verifier_from_bytes(&*secret).unwrap()) as Box<dyn JwsVerifier>,
            )
        };
    }
    Some(match key.alg() {
        Alg::HS256 => pair!(HS256, secret),
        Alg::HS384 => pair!(HS384, secret),
        Alg::HS512 => pair!(HS512, secret),
        Alg::RS256 => pair!(RS256, der),
        Alg::RS384 => pair!(RS384, der),
        Alg::RS512 => pair!(RS512, der),
        Alg::PS256 => pair!(PS256, der),
        Alg::PS384 => pair!(PS384, der),
        Alg::PS512 => pair!(PS512, der),
        Alg::ES256 => pair!(ES256, der),
        Alg::ES384 => pair!(ES384, der),
        Alg::ES512 => pair!(ES512, der),
        Alg::ES256K => pair!(ES256K, der),
        Alg::EdDSA => pair!(EdDSA, der),
        _ => return None,
    })
}
