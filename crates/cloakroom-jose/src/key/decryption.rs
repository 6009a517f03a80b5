//! The RSA key that others encrypt to.
use std::fmt;

use zeroize::Zeroizing;

use crate::alg::Alg;
use crate::certificate;
use crate::error::{JoseError, Result};
use crate::jwk::Jwk;
use crate::key::SigningKey;

/// The algorithm Keycloak announces for such a key.
const ALG: &str = "RSA-OAEP";

/// An RSA key pair for RSA-OAEP (RFC 7518 §4.3): made, stored and published here.
#[derive(Clone)]
pub struct DecryptionKey {
    /// Signs nothing but the key's own certificate.
    pair: SigningKey,
}

impl DecryptionKey {
    /// Makes a fresh RSA key of 2048 bits whose `kid` is the one Keycloak would give it.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate_with_keycloak_kid() -> Result<Self> {
        Ok(Self {
            pair: SigningKey::generate_with_keycloak_kid(Alg::RS256)?,
        })
    }

    /// Reads an unencrypted PKCS #8 key.
    ///
    /// # Errors
    /// If it is malformed, weak or not RSA.
    pub fn from_pkcs8(kid: &str, der: &[u8]) -> Result<Self> {
        Ok(Self {
            pair: SigningKey::from_pkcs8(Alg::RS256, kid, der)?,
        })
    }

    /// Reads a PKCS #1 RSA key, the form in which Keycloak exports them.
    ///
    /// # Errors
    /// As [`DecryptionKey::from_pkcs8`].
    pub fn from_pkcs1_rsa(kid: &str, der: &[u8]) -> Result<Self> {
        Ok(Self {
            pair: SigningKey::from_pkcs1_rsa(Alg::RS256, kid, der)?,
        })
    }

    /// The name of the key.
    pub fn kid(&self) -> &str {
        self.pair.kid()
    }

    /// The name of the algorithm it is published for.
    pub fn alg(&self) -> &'static str {
        ALG
    }

    /// The published form, for `use` of `enc`.
    ///
    /// # Errors
    /// Never for a key this type can hold.
    pub fn public_jwk(&self) -> Result<Jwk> {
        let material = self.pair.verifying_key().material().cloned();
        let material = material.ok_or(JoseError::key("the key has no public part"))?;
        Ok(Jwk::for_encryption(self.kid(), ALG, material))
    }

    /// The `SubjectPublicKeyInfo` in DER.
    pub fn public_spki_der(&self) -> Option<Vec<u8>> {
        self.pair.public_spki_der()
    }

    /// The private key as PKCS #8, to be sealed and stored.
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.pair.to_pkcs8()
    }

    /// The private key as PKCS #1, the form of Keycloak's exports.
    pub fn to_pkcs1_rsa(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.pair.to_pkcs1_rsa()
    }

    /// A certificate that the key signs for itself; see [`certificate::self_signed`].
    ///
    /// # Errors
    /// As there.
    pub fn self_signed(
        &self,
        common_name: &str,
        validity: std::ops::Range<i64>,
        serial: u64,
    ) -> Result<Vec<u8>> {
        certificate::self_signed(&self.pair, common_name, validity, serial)
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}
