//! Payloads that travel by other means (RFC 7515 appendix F), also unencoded (RFC 7797).
//!
//! The message is the compact form with nothing between its two dots. With `b64` of false the bytes
//! are signed as they are; no JWT may be made so (RFC 7797 §7), and the readers of tokens refuse it.
use crate::alg::Alg;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::{Header, Payload};
use crate::jwk::set::KeySet;
use crate::jws::{DEFAULT_LIMIT, encode_header};
use crate::key::SigningKey;

/// Signs a payload that is sent beside the message.
///
/// # Errors
/// If the cryptography library fails.
pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String> {
    let header = encode_header(key.alg(), key.kid(), typ)?;
    let input = format!("{header}.{}", base64url::encode(payload));
    let signature = key.sign_bytes(input.as_bytes())?;
    Ok(format!("{header}..{}", base64url::encode(&signature)))
}

/// Signs a payload as it is (`b64` of false), which spares the encoding of a large one.
///
/// # Errors
/// If the cryptography library fails.
pub fn sign_unencoded(key: &SigningKey, payload: &[u8]) -> Result<String> {
    let kid = serde_json::to_string(key.kid()).map_err(|_| JoseError::malformed("kid"))?;
    let header = format!(
        r#"{{"alg":"{}","kid":{kid},"b64":false,"crit":["b64"]}}"#,
        key.alg().name()
    );
    let header = base64url::encode(header.as_bytes());
    let input = [header.as_bytes(), b".", payload].concat();
    let signature = key.sign_bytes(&input)?;
    Ok(format!("{header}..{}", base64url::encode(&signature)))
}

/// Verifies a detached signature, and gives its header.
///
/// # Errors
/// If the message is malformed or has a payload of its own, the algorithm is not allowed, not exactly
/// one key fits, or the signature is wrong.
pub fn verify(message: &str, payload: &[u8], keys: &KeySet, allowed: &[Alg]) -> Result<Header> {
    const PARTS: JoseError = JoseError::malformed("a detached JWS has an empty middle");
    if message.len() > DEFAULT_LIMIT {
        return Err(JoseError::malformed("message too long"));
    }
    let (protected, signature) = message.split_once("..").ok_or(PARTS)?;
    let header = Header::parse(protected, Payload::MayBeUnencoded)?;
    if !allowed.contains(&header.alg()) {
        return Err(JoseError::unsupported("alg is not allowed here"));
    }
    let signature = base64url::decode(signature)?;
    let payload = if header.is_encoded() {
        base64url::encode(payload).into_bytes()
    } else {
        payload.to_vec()
    };
    let input = [protected.as_bytes(), b".", &payload].concat();
    keys.select(&header)?
        .verify(header.alg(), &input, &signature)?;
    Ok(header)
}
