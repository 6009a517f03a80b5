//! Content that is encrypted with the shared secret itself: `dir` (RFC 7518, section 4.5).
use zeroize::Zeroizing;

use super::{Decrypter, DecryptionKey};
use crate::backend::content::GcmKey;
use crate::error::{JoseError, Result};
use crate::jwe;

impl DecryptionKey {
    /// Decrypts content with the secret itself (`dir`).
    ///
    /// There is no encrypted key, and whoever wrote the header knows whether the length fits.
    pub(crate) fn open_directly(
        &self,
        enc: jwe::Enc,
        (iv, ciphertext, tag): (&[u8], &[u8], &[u8]),
        aad: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        const FAILED: JoseError = JoseError::decryption();
        let secret = match &self.inner.decrypter {
            Decrypter::Secret(secret) if secret.len() == enc.key_len() => secret,
            _ => return Err(FAILED),
        };
        if !enc.is_gcm() {
            return enc.open(secret, (iv, ciphertext, tag), aad);
        }
        let make = || GcmKey::new(secret).map(Box::new);
        let key = self.inner.direct.get_or_init(make).as_ref();
        let plaintext = key.ok_or(FAILED)?.open(iv, aad, ciphertext, tag)?;
        Ok(Zeroizing::new(plaintext))
    }
}
