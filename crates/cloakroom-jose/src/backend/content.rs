//! Content encryption (RFC 7518 §5): AES-GCM, and AES-CBC with HMAC.
//!
//! Lengths of key, initialization vector and tag are fixed by the algorithm. The tag is checked
//! first, and a plaintext exists only after that, so that there is no padding to ask about.
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, hmac};

use crate::error::{JoseError, Result};

const FAILED: JoseError = JoseError::decryption();
const SEALING: JoseError = JoseError::key("content encryption failed");

/// Bytes of a GCM tag (RFC 7518 §5.3: 128 bits, never fewer).
const GCM_TAG: usize = 16;

/// A key for AES-GCM, with the tables that are made of it.
pub(crate) struct GcmKey(LessSafeKey);

impl GcmKey {
    /// `None` if no AES has a key of this length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        let algorithm = match key.len() {
            16 => &aead::AES_128_GCM,
            24 => &aead::AES_192_GCM,
            32 => &aead::AES_256_GCM,
            _ => return None,
        };
        let key = UnboundKey::new(algorithm, key).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    pub(crate) fn open(
        &self,
        iv: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<Vec<u8>> {
        let nonce = <[u8; 12]>::try_from(iv).map_err(|_| FAILED)?;
        if tag.len() != GCM_TAG {
            return Err(FAILED);
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut plain = vec![0; ciphertext.len()];
        self.0
            .open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, &mut plain)
            .map_err(|_| FAILED)?;
        Ok(plain)
    }
}

pub(crate) fn gcm_open(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Vec<u8>> {
    let key = GcmKey::new(key).ok_or(FAILED)?;
    key.open(iv, aad, ciphertext, tag)
}

pub(crate) fn gcm_seal(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<(Vec<u8>, Vec<u8>)> {
    let nonce = <[u8; 12]>::try_from(iv).map_err(|_| SEALING)?;
    let mut text = plaintext.to_vec();
    let GcmKey(key) = GcmKey::new(key).ok_or(SEALING)?;
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut text,
        )
        .map_err(|_| SEALING)?;
    Ok((text, tag.as_ref().to_vec()))
}

/// The two halves of a key for AES-CBC with HMAC, and the lengths that follow from it.
struct CbcHmac<'a> {
    mac: hmac::Key,
    cipher: &'static cipher::Algorithm,
    cipher_key: &'a [u8],
    tag_len: usize,
}

impl<'a> CbcHmac<'a> {
    fn new(key: &'a [u8]) -> Option<Self> {
        let (algorithm, cipher, half) = match key.len() {
            32 => (hmac::HMAC_SHA256, &cipher::AES_128, 16),
            48 => (hmac::HMAC_SHA384, &cipher::AES_192, 24),
            64 => (hmac::HMAC_SHA512, &cipher::AES_256, 32),
            _ => return None,
        };
        // RFC 7518 §5.2.2.1: the first half authenticates, the second encrypts.
        let (mac, cipher_key) = key.split_at_checked(half)?;
        Some(Self {
            mac: hmac::Key::new(algorithm, mac),
            cipher,
            cipher_key,
            tag_len: half,
        })
    }

    /// The first half of the HMAC over `aad`, the vector, the ciphertext and the bits of `aad`.
    fn tag(&self, iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        let bits = u64::try_from(aad.len()).ok()?.checked_mul(8)?;
        let mut context = hmac::Context::with_key(&self.mac);
        for piece in [aad, iv, ciphertext, &bits.to_be_bytes()] {
            context.update(piece);
        }
        Some(context.sign().as_ref().get(..self.tag_len)?.to_vec())
    }

    fn cipher_key(&self) -> Option<UnboundCipherKey> {
        UnboundCipherKey::new(self.cipher, self.cipher_key).ok()
    }
}

pub(crate) fn cbc_open(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Vec<u8>> {
    let vector = <[u8; 16]>::try_from(iv).map_err(|_| FAILED)?;
    let keys = CbcHmac::new(key).ok_or(FAILED)?;
    let wanted = keys.tag(iv, aad, ciphertext).ok_or(FAILED)?;
    constant_time::verify_slices_are_equal(&wanted, tag).map_err(|_| FAILED)?;
    let cipher = keys.cipher_key().ok_or(FAILED)?;
    let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).map_err(|_| FAILED)?;
    let mut text = ciphertext.to_vec();
    let context = DecryptionContext::Iv128(FixedLength::from(vector));
    let len = cipher
        .decrypt(&mut text, context)
        .map_err(|_| FAILED)?
        .len();
    text.truncate(len);
    Ok(text)
}

pub(crate) fn cbc_seal(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<(Vec<u8>, Vec<u8>)> {
    let vector = <[u8; 16]>::try_from(iv).map_err(|_| SEALING)?;
    let keys = CbcHmac::new(key).ok_or(SEALING)?;
    let cipher = keys.cipher_key().ok_or(SEALING)?;
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).map_err(|_| SEALING)?;
    let mut text = plaintext.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(vector));
    cipher
        .less_safe_encrypt(&mut text, context)
        .map_err(|_| SEALING)?;
    let tag = keys.tag(iv, aad, &text).ok_or(SEALING)?;
    Ok((text, tag))
}
