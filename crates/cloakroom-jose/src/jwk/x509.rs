//! The certificates in a JWK: they prove nothing, but may not contradict the key (RFC 7517 §4.7 to §4.9).
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Material, text};
use crate::backend;
use crate::base64url;
use crate::der;
use crate::error::{JoseError, Result};

/// More certificates than a chain has.
const MAX_CHAIN: usize = 8;

/// Checks that `x5c` is of this key, and that `x5t` and `x5t#S256` are of its first certificate.
///
/// The chain is not followed: who signed the certificates does not matter, because nothing is
/// believed for it.
pub(super) fn check(members: &Map<String, Value>, material: &Material) -> Result<()> {
    const OTHER: JoseError = JoseError::key("x5t is of another certificate");
    let sha1 = thumbprint(members, "x5t", 20)?;
    let sha256 = thumbprint(members, "x5t#S256", 32)?;
    let Some(own) = first_certificate(members)? else {
        return Ok(());
    };
    let inside = der::read_spki(&der::spki_of_certificate(&own)?)?;
    if inside != *material {
        return Err(JoseError::key("x5c is of another key"));
    }
    if sha1.is_some_and(|print| print != backend::sha1(&own).as_ref())
        || sha256.is_some_and(|print| print != backend::sha256(&own).as_ref())
    {
        return Err(OTHER);
    }
    Ok(())
}

fn thumbprint(members: &Map<String, Value>, name: &str, len: usize) -> Result<Option<Vec<u8>>> {
    let Some(encoded) = text(members, name)? else {
        return Ok(None);
    };
    let print = base64url::decode(encoded)?;
    if print.len() == len {
        return Ok(Some(print));
    }
    Err(JoseError::malformed("x5t of JWK"))
}

fn first_certificate(members: &Map<String, Value>) -> Result<Option<Vec<u8>>> {
    const BAD: JoseError = JoseError::malformed("x5c of JWK");
    let Some(chain) = members.get("x5c") else {
        return Ok(None);
    };
    let chain = chain.as_array().ok_or(BAD)?;
    if chain.len() > MAX_CHAIN {
        return Err(BAD);
    }
    let first = chain.first().and_then(Value::as_str).ok_or(BAD)?;
    STANDARD.decode(first).map(Some).map_err(|_| BAD)
}
