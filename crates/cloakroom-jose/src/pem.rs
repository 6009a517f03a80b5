//! PEM, and the bare base64 that Keycloak uses in its place.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{JoseError, Result};

/// The label and the bytes of the first block; the label is `None` for bare base64.
///
/// Keycloak's settings hold keys and certificates both with armour and without.
///
/// # Errors
/// Malformed if it is neither.
pub fn decode(text: &str) -> Result<(Option<&str>, Vec<u8>)> {
    const BAD: JoseError = JoseError::malformed("PEM");
    let Some((_, rest)) = text.split_once("-----BEGIN ") else {
        return Ok((None, decode_body(text)?));
    };
    let (label, rest) = rest.split_once("-----").ok_or(BAD)?;
    let (body, end) = rest.split_once("-----END ").ok_or(BAD)?;
    let closed = end
        .strip_prefix(label)
        .is_some_and(|end| end.starts_with("-----"));
    if !closed {
        return Err(BAD);
    }
    Ok((Some(label), decode_body(body)?))
}

/// One block with armour, in lines of 64 characters (RFC 7468 §2).
pub fn encode(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (at, letter) in body.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

fn decode_body(body: &str) -> Result<Vec<u8>> {
    let packed: String = body.split_ascii_whitespace().collect();
    if packed.is_empty() {
        return Err(JoseError::malformed("PEM is empty"));
    }
    STANDARD
        .decode(packed)
        .map_err(|_| JoseError::malformed("PEM"))
}
