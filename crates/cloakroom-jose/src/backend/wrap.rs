//! AES key wrap (RFC 3394) and AES-GCM key wrap (RFC 7518 §4.7).
use josekit::jwe::{A128KW, A192KW, A256KW, JweDecrypter as _, JweEncrypter as _, JweHeader};
use zeroize::Zeroizing;

use crate::backend::content;
use crate::backend::josekit_content::NameAndLength;
use crate::error::{JoseError, Result};

fn josekit_algorithm(kek: &[u8]) -> Result<josekit::jwe::alg::aeskw::AeskwJweAlgorithm> {
    match kek.len() {
        16 => Ok(A128KW),
        24 => Ok(A192KW),
        32 => Ok(A256KW),
        _ => Err(JoseError::key("key for AES key wrap of wrong length")),
    }
}

/// Wraps a content encryption key with a key of 16, 24 or 32 bytes.
pub(crate) fn wrap(kek: &[u8], cek: &[u8]) -> Result<Vec<u8>> {
    const FAILED: JoseError = JoseError::key("key wrap failed");
    let encrypter = josekit_algorithm(kek)?
        .encrypter_from_bytes(kek)
        .map_err(|_| FAILED)?;
    let header = JweHeader::new();
    encrypter
        .encrypt(cek, &header, &mut header.clone())
        .map_err(|_| FAILED)?
        .ok_or(FAILED)
}

/// Unwraps a key that must have exactly `len` bytes.
pub(crate) fn unwrap(kek: &[u8], wrapped: &[u8], len: usize) -> Result<Zeroizing<Vec<u8>>> {
    // RFC 3394 §2.2.2 adds eight bytes; josekit subtracts them unseen, and panics below eight.
    if wrapped.len() != len + 8 {
        return Err(JoseError::decryption());
    }
    let decrypter = josekit_algorithm(kek)?
        .decrypter_from_bytes(kek)
        .map_err(|_| JoseError::decryption())?;
    let nothing = NameAndLength {
        name: String::new(),
        len,
    };
    let cek = decrypter
        .decrypt(Some(wrapped), &nothing, &JweHeader::new())
        .map_err(|_| JoseError::decryption())?;
    Ok(Zeroizing::new(cek.into_owned()))
}

/// Wraps a key with AES-GCM; the result is the encrypted key and its tag.
pub(crate) fn gcm_wrap(kek: &[u8], iv: [u8; 12], cek: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    content::gcm_seal(kek, &iv, b"", cek)
}

/// Unwraps a key that AES-GCM wrapped.
pub(crate) fn gcm_unwrap(
    kek: &[u8],
    iv: &[u8],
    wrapped: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    content::gcm_open(kek, iv, b"", wrapped, tag).map(Zeroizing::new)
}
