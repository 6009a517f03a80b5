//! Strict base64url: no padding, no white space, one text for each value.
use base64::Engine as _;
// RFC 4648 §3.5: this engine refuses non-zero trailing bits, so bytes have exactly one text.
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{JoseError, Result};

/// The text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the text of `bytes`, in one go: tokens are made by the thousand.
pub(crate) fn encode_into(bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    const TOO_LONG: JoseError = JoseError::malformed("too long");
    let start = out.len();
    let len = base64::encoded_len(bytes.len(), false).ok_or(TOO_LONG)?;
    out.resize(start.saturating_add(len), 0);
    let room = out.get_mut(start..).ok_or(TOO_LONG)?;
    URL_SAFE_NO_PAD
        .encode_slice(bytes, room)
        .map_err(|_| TOO_LONG)?;
    Ok(())
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
