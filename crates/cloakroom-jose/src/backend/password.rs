//! PBES2 (RFC 7518 §4.8): a key out of a password.
use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use zeroize::Zeroizing;

use crate::alg::Hash;
use crate::error::{JoseError, Result};

/// Derives `len` bytes; the salt is `alg`, a zero byte and `p2s` (RFC 7518 §4.8.1.1).
pub(crate) fn derive(
    hash: Hash,
    (name, p2s, p2c): (&str, &[u8], u32),
    password: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let algorithm = match hash {
        Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Hash::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        Hash::Shake256 => return Err(JoseError::unsupported("hash of PBES2")),
    };
    let iterations = NonZeroU32::new(p2c).ok_or(JoseError::malformed("p2c"))?;
    let salt = [name.as_bytes(), &[0], p2s].concat();
    let mut key = Zeroizing::new(vec![0; len]);
    pbkdf2::derive(algorithm, iterations, &salt, password, &mut key);
    Ok(key)
}
