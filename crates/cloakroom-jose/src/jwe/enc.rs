//! The algorithms for content (RFC 7518 §5.1).
use std::fmt;

use zeroize::Zeroizing;

use crate::backend::content;
use crate::error::Result;

/// How the content is encrypted (`enc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Enc {
    /// AES-GCM with 128 bits.
    A128Gcm,
    /// AES-GCM with 192 bits.
    A192Gcm,
    /// AES-GCM with 256 bits.
    A256Gcm,
    /// AES-CBC with 128 bits, and HMAC-SHA-256.
    A128CbcHs256,
    /// AES-CBC with 192 bits, and HMAC-SHA-384.
    A192CbcHs384,
    /// AES-CBC with 256 bits, and HMAC-SHA-512.
    A256CbcHs512,
}

impl Enc {
    /// Every algorithm.
    pub const ALL: [Self; 6] = [
        Self::A128Gcm,
        Self::A192Gcm,
        Self::A256Gcm,
        Self::A128CbcHs256,
        Self::A192CbcHs384,
        Self::A256CbcHs512,
    ];

    /// The algorithm with this name; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enc| enc.name() == name)
    }

    /// The name in a header's `enc`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A128Gcm => "A128GCM",
            Self::A192Gcm => "A192GCM",
            Self::A256Gcm => "A256GCM",
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A256CbcHs512 => "A256CBC-HS512",
        }
    }

    /// Bytes of the key (RFC 7518 §5.2, §5.3).
    pub const fn key_len(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A192Gcm => 24,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }

    pub(crate) const fn is_gcm(self) -> bool {
        matches!(self, Self::A128Gcm | Self::A192Gcm | Self::A256Gcm)
    }

    pub(crate) const fn iv_len(self) -> usize {
        if self.is_gcm() { 12 } else { 16 }
    }

    /// Decrypts with a key of the right length.
    pub(crate) fn open(
        self,
        key: &[u8],
        (iv, ciphertext, tag): (&[u8], &[u8], &[u8]),
        aad: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let open = if self.is_gcm() {
            content::gcm_open
        } else {
            content::cbc_open
        };
        open(key, iv, aad, ciphertext, tag).map(Zeroizing::new)
    }

    /// Encrypts; the result is the ciphertext and the tag.
    pub(crate) fn seal(
        self,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        if self.is_gcm() {
            content::gcm_seal(key, iv, aad, plaintext)
        } else {
            content::cbc_seal(key, iv, aad, plaintext)
        }
    }
}

impl fmt::Display for Enc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
