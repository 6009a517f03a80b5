//! RSA key encryption (RFC 7518 §4.2, §4.3).
use std::fmt;

use aws_lc_rs::rsa::{
    self, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384,
    OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    Pkcs1PublicEncryptingKey, PublicEncryptingKey,
};
use josekit::jwe::{JweDecrypter as _, JweHeader};
use zeroize::Zeroizing;

use crate::backend::josekit_content::NameAndLength;
use crate::der;
use crate::error::{JoseError, Result};
use crate::jwk::Material;

/// The paddings of RSA encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    Pkcs1,
    OaepSha1,
    OaepSha256,
    OaepSha384,
    OaepSha512,
}

impl Padding {
    fn oaep(self) -> Option<&'static OaepAlgorithm> {
        match self {
            Self::Pkcs1 => None,
            Self::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
            Self::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
            Self::OaepSha384 => Some(&OAEP_SHA384_MGF1SHA384),
            Self::OaepSha512 => Some(&OAEP_SHA512_MGF1SHA512),
        }
    }
}

/// A private RSA key, parsed once for each library.
pub(crate) struct Decrypter {
    oaep: OaepPrivateDecryptingKey,
    pkcs1: josekit::jwe::alg::rsaes::RsaesJweDecrypter,
}

impl fmt::Debug for Decrypter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decrypter(..)")
    }
}

impl Decrypter {
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self> {
        const REFUSED: JoseError = JoseError::key("RSA key refused");
        let key = rsa::PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| REFUSED)?;
        Ok(Self {
            oaep: OaepPrivateDecryptingKey::new(key).map_err(|_| REFUSED)?,
            pkcs1: rsa1_5().decrypter_from_der(pkcs8).map_err(|_| REFUSED)?,
        })
    }

    pub(crate) fn decrypt(&self, padding: Padding, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        const FAILED: JoseError = JoseError::decryption();
        if encrypted.len() != self.oaep.key_size_bytes() {
            return Err(FAILED);
        }
        let Some(oaep) = padding.oaep() else {
            return self.decrypt_pkcs1(encrypted);
        };
        let mut room = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        let plain = self.oaep.decrypt(oaep, encrypted, &mut room, None);
        let len = plain.map_err(|_| FAILED)?.len();
        room.truncate(len);
        Ok(room)
    }

    /// OpenSSL answers a bad padding with random bytes that follow from the key and the ciphertext,
    /// so that no caller can become Bleichenbacher's oracle (RFC 3218); aws-lc-rs has an error.
    fn decrypt_pkcs1(&self, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let nothing = NameAndLength {
            name: String::new(),
            len: 0,
        };
        let key = self
            .pkcs1
            .decrypt(Some(encrypted), &nothing, &JweHeader::new());
        key.map(|key| Zeroizing::new(key.into_owned()))
            .map_err(|_| JoseError::decryption())
    }
}

/// Encrypts a key to the holder of a public RSA key.
pub(crate) fn encrypt(material: &Material, padding: Padding, key: &[u8]) -> Result<Vec<u8>> {
    const FAILED: JoseError = JoseError::key("RSA encryption failed");
    let public = PublicEncryptingKey::from_der(&der::write_spki(material)).map_err(|_| FAILED)?;
    let mut room = vec![0; public.key_size_bytes()];
    let len = match padding.oaep() {
        Some(oaep) => OaepPublicEncryptingKey::new(public)
            .and_then(|public| Ok(public.encrypt(oaep, key, &mut room, None)?.len())),
        None => Pkcs1PublicEncryptingKey::new(public)
            .and_then(|public| Ok(public.encrypt(key, &mut room)?.len())),
    };
    room.truncate(len.map_err(|_| FAILED)?);
    Ok(room)
}

#[expect(
    deprecated,
    reason = "RSA1_5 is offered to callers that list it by name alone"
)]
fn rsa1_5() -> josekit::jwe::alg::rsaes::RsaesJweAlgorithm {
    josekit::jwe::alg::rsaes::RsaesJweAlgorithm::Rsa1_5
}
