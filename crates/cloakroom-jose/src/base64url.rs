//! Strict base64url: no padding, no white space, one text for each value.
use base64::Engine as _;
// RFC 4648 §3.5: this engine refuses non-zero trailing bits, so bytes have exactly one text.
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{JoseError, Result};

/// The text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the text of `bytes`.
pub(crate) fn encode_into(bytes: &[u8], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// The bytes of `text`.
///
/// # Errors
/// Malformed for every text that [`encode`] would not have written.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JoseError::malformed("base64url"))
}
