//! Tokens that are signed, then encrypted (RFC 7519 §11.2): two layers, and never more.
use zeroize::Zeroizing;

use crate::error::{JoseError, Result};
use crate::jwe::{Allowed, Encrypted, Encryption, EncryptionKey};
use crate::key::DecryptionKey;
use crate::random::Random;

/// How the outer layer is opened.
#[derive(Clone, Copy, Debug)]
pub struct Nesting<'k> {
    keys: &'k [DecryptionKey],
    allowed: &'k Allowed,
    is_required: bool,
}

impl<'k> Nesting<'k> {
    /// Opens tokens with one of these keys; tokens that are only signed are taken as well.
    pub fn new(keys: &'k [DecryptionKey], allowed: &'k Allowed) -> Self {
        Self {
            keys,
            allowed,
            is_required: false,
        }
    }

    /// Refuses tokens that are not encrypted.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) fn is_required(&self) -> bool {
        self.is_required
    }

    /// The signed token inside, which nobody has verified yet.
    ///
    /// # Errors
    /// As [`Encrypted::decrypt`]; malformed if what is inside is not said to be a token, or is
    /// encrypted again: a key that everybody has says nothing about who wrote it.
    pub fn open(&self, token: &str) -> Result<Zeroizing<String>> {
        let plain =
            Encrypted::parse_compact(token, self.allowed)?.decrypt(self.keys, self.allowed)?;
        // RFC 7519 §5.2: `cty` has to say so.
        if !plain.header().is_nested() {
            return Err(JoseError::malformed("the content is said to be no token"));
        }
        let inner = std::str::from_utf8(plain.plaintext())
            .map_err(|_| JoseError::malformed("the content is no token"))?;
        if is_encrypted(inner) {
            return Err(JoseError::malformed("the token is encrypted twice"));
        }
        Ok(Zeroizing::new(inner.to_owned()))
    }
}

/// Whether a token is a compact JWE by its number of parts (RFC 7516 §9).
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

/// Encrypts a signed token for its reader.
///
/// # Errors
/// As [`Encryption::compact`]; malformed if the token is not signed.
pub fn encrypt(
    signed: &str,
    how: &Encryption,
    key: &EncryptionKey,
    random: &mut dyn Random,
) -> Result<String> {
    if signed.bytes().filter(|byte| *byte == b'.').count() != 2 {
        return Err(JoseError::malformed("the token is not signed"));
    }
    let how = how.clone().cty("JWT");
    how.compact(key, signed.as_bytes(), random)
}
