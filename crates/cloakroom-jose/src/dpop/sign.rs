//! Making proofs, as a client does.
use serde_json::{Map, Value, json};

use super::{Request, TYP, token_hash, uri};
use crate::error::{JoseError, Result};
use crate::jwk::Jwk;
use crate::key::SigningKey;

/// Makes a proof for a request, as a client does.
///
/// # Errors
/// If the key is a secret, or the URL is none of `http` or `https`.
pub fn sign(key: &SigningKey, request: &Request<'_>, jti: &str, now: i64) -> Result<String> {
    let jwk = Jwk::from_public_of(key.verifying_key());
    let jwk = jwk.ok_or(JoseError::key("a secret cannot prove possession"))?;
    let htu = uri::normalize(request.url).ok_or(JoseError::malformed("URL"))?;
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("jti", jti.into());
    add("htm", request.method.into());
    add("htu", htu.into());
    add("iat", now.into());
    if let Some(nonce) = request.nonce {
        add("nonce", nonce.into());
    }
    if let Some(token) = request.access_token {
        add("ath", token_hash(token).into());
    }
    let header = json!({ "typ": TYP, "alg": key.alg().name(), "jwk": jwk });
    key.sign_with_header(&header, Value::Object(claims).to_string().as_bytes())
}
