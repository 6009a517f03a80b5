//! Compressed content (`zip` of `DEF`, RFC 7516 §4.1.3), never without a bound.
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use zeroize::Zeroizing;

use crate::error::{JoseError, Result};

/// Raw DEFLATE of at most `limit` bytes; the rest is never held in memory (CVE-2024-28180).
pub(super) fn inflate(compressed: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>> {
    decompress_to_vec_with_limit(compressed, limit)
        .map(Zeroizing::new)
        .map_err(|_| JoseError::decryption())
}

pub(super) fn deflate(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    const LEVEL: u8 = 6;
    Zeroizing::new(compress_to_vec(plain, LEVEL))
}
