//! JSON Web Tokens as a relying party reads and writes them, by another implementation than the server's.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

/// Header and claims of a compact token, unchecked.
pub(crate) fn parts(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    Some((parts.next()??, parts.next()??))
}

/// The claims of a token, unchecked; `Null` if it is none.
pub(crate) fn claims(token: &str) -> Value {
    parts(token).map(|(_, claims)| claims).unwrap_or_default()
}

/// Checks a signature with the published key that the token's header names, and answers header and claims.
pub(crate) fn verify(token: &str, keys: &JwkSet) -> (Value, Value) {
    let (header, _) = parts(token).expect("the token is a JWT");
    let id = header["kid"].as_str().expect("the header names a key");
    let key = keys.find(id).expect("the key is published");
    let alg: Algorithm = header["alg"]
        .as_str()
        .unwrap()
        .parse()
        .expect("a known alg");
    let mut validation = Validation::new(alg);
    validation.validate_exp = true;
    validation.validate_aud = false;
    validation.leeway = 5;
    let key = DecodingKey::from_jwk(key).expect("the key can be read");
    let token = jsonwebtoken::decode::<Value>(token, &key, &validation);
    (header, token.expect("the signature is good").claims)
}

/// A token without a signature.
pub(crate) fn unsigned(claims: &Value) -> String {
    assembled(&json!({"alg": "none"}), claims, &[])
}

/// A token with the HMAC of a secret, under a header that may say anything.
pub(crate) fn hs256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let input = signing_input(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

/// A token with any bytes for a signature.
pub(crate) fn assembled(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let signature = URL_SAFE_NO_PAD.encode(signature);
    format!("{}.{signature}", signing_input(header, claims))
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The S256 challenge of a verifier (RFC 7636 §4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// The claim `at_hash` of an access token, for algorithms over SHA-256 (OpenID Connect Core 1.0 §3.1.3.6).
pub(crate) fn half_hash(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}
