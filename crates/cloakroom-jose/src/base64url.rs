//! Strict base64url: no padding, no white space, one text for each value.
use std::sync::LazyLock;

use base64::Engine as _;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::GeneralPurpose as Fastest;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::Simd as Fastest;

use crate::error::{JoseError, Result};

/// What is fastest on this processor; a constant, but for asking which instructions there are.
///
/// RFC 4648 §3.5: the engine refuses non-zero trailing bits, so bytes have exactly one text.
static ENGINE: LazyLock<Fastest> = LazyLock::new(|| {
    use base64::engine::general_purpose::NO_PAD;
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    return Fastest::url_safe(NO_PAD);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Fastest::new(&base64::alphabet::URL_SAFE, NO_PAD);
});

/// The text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Appends the text of `bytes`, in one go: tokens are made by the thousand.
pub(crate) fn encode_into(bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    const TOO_LONG: JoseError = JoseError::malformed("too long");
    let start = out.len();
    let len = base64::encoded_len(bytes.len(), false).ok_or(TOO_LONG)?;
    out.resize(start.saturating_add(len), 0);
    let room = out.get_mut(start..).ok_or(TOO_LONG)?;
    ENGINE.encode_slice(bytes, room).map_err(|_| TOO_LONG)?;
    Ok(())
}

/// The bytes of `text`.
///
/// # Errors
/// Malformed for every text that [`encode`] would not have written.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    ENGINE
        .decode(text)
        .map_err(|_| JoseError::malformed("base64url"))
}
