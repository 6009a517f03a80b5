//! The forms in which a key is published, stored and certified.
use zeroize::Zeroizing;

use super::DecryptionKey;
use crate::alg::Alg;
use crate::certificate;
use crate::der;
use crate::error::{JoseError, Result};
use crate::jwk::{Jwk, Material, Use};
use crate::key::SigningKey;

impl DecryptionKey {
    /// The published form, for `use` of `enc`.
    ///
    /// # Errors
    /// For a secret, which has no public part.
    pub fn public_jwk(&self) -> Result<Jwk> {
        let (material, _) = self.pair()?;
        let jwk = Jwk::from_material(self.named(), Some(self.alg.name()), material.clone());
        Ok(jwk.with_use(Use::Encryption))
    }

    fn pair(&self) -> Result<&(Material, Zeroizing<Vec<u8>>)> {
        const NONE: JoseError = JoseError::key("the key has no public part");
        self.inner.pair.as_ref().ok_or(NONE)
    }

    /// The `SubjectPublicKeyInfo` in DER; `None` for a secret.
    pub fn public_spki_der(&self) -> Option<Vec<u8>> {
        Some(der::write_spki(&self.pair().ok()?.0))
    }

    /// The private key as PKCS #8, to be sealed and stored; `None` for a secret.
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        Some(self.pair().ok()?.1.clone())
    }

    /// The private RSA key as PKCS #1, the form of Keycloak's exports; `None` for other keys.
    pub fn to_pkcs1_rsa(&self) -> Option<Zeroizing<Vec<u8>>> {
        let (material, pkcs8) = self.pair().ok()?;
        match material {
            Material::Rsa { .. } => der::pkcs1_of_pkcs8(pkcs8).ok().map(Zeroizing::new),
            _ => None,
        }
    }

    /// A certificate that an RSA key signs for itself; see [`certificate::self_signed`].
    ///
    /// # Errors
    /// As there; also for other keys, which cannot sign.
    pub fn self_signed(
        &self,
        common_name: &str,
        validity: std::ops::Range<i64>,
        serial: u64,
    ) -> Result<Vec<u8>> {
        let (_, pkcs8) = self.pair()?;
        // It signs nothing but this.
        let signer = SigningKey::from_pkcs8(Alg::RS256, "certificate", pkcs8)?;
        certificate::self_signed(&signer, common_name, validity, serial)
    }
}
