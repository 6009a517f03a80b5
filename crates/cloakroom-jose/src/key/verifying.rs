//! The key that verifies, and that alone decides which algorithms it verifies.
use std::fmt;
use std::sync::Arc;

use crate::alg::{Alg, KeyKind};
use crate::backend::{self, Verifier};
use crate::base64url;
use crate::der;
use crate::error::{JoseError, Result};
use crate::jwk::{Material, thumbprint};
use crate::pem;

/// A public key or a shared secret, parsed once and cheap to clone.
///
/// The key fixes the algorithm: a token that names another is refused (RFC 8725 §3.1). A key
/// without one may verify whatever suits its type; the policy's list narrows that.
#[derive(Clone)]
pub struct VerifyingKey {
    inner: Arc<Inner>,
}

struct Inner {
    kid: Option<String>,
    alg: Option<Alg>,
    /// `None` for a secret, which has no public part.
    material: Option<Material>,
    verifier: Verifier,
}

impl VerifyingKey {
    /// Reads a `SubjectPublicKeyInfo` in DER.
    ///
    /// # Errors
    /// If the key is malformed, weak, or not one for `alg`.
    pub fn from_spki(alg: Option<Alg>, kid: Option<&str>, der: &[u8]) -> Result<Self> {
        Self::from_material(alg, kid, der::read_spki(der)?)
    }

    /// Reads the key of a certificate in DER, and nothing else of the certificate.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_spki`].
    pub fn from_certificate(alg: Option<Alg>, kid: Option<&str>, der: &[u8]) -> Result<Self> {
        Self::from_spki(alg, kid, &der::spki_of_certificate(der)?)
    }

    /// Reads a public key or a certificate, as PEM or as base64 without armour.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_spki`].
    pub fn from_pem(alg: Option<Alg>, kid: Option<&str>, text: &str) -> Result<Self> {
        let (label, der) = pem::decode(text)?;
        match label {
            Some("PUBLIC KEY") => Self::from_spki(alg, kid, &der),
            Some("RSA PUBLIC KEY") => {
                Self::from_material(alg, kid, der::read_rsa_public_key(&der)?)
            }
            Some("CERTIFICATE") => Self::from_certificate(alg, kid, &der),
            Some(_) => Err(JoseError::malformed("PEM holds no public key")),
            None => {
                Self::from_spki(alg, kid, &der).or_else(|_| Self::from_certificate(alg, kid, &der))
            }
        }
    }

    /// Takes a shared secret for HMAC.
    ///
    /// # Errors
    /// If the secret is shorter than the hash (RFC 7518 §3.2), or `alg` is not HMAC.
    pub fn from_secret(alg: Option<Alg>, kid: Option<&str>, secret: &[u8]) -> Result<Self> {
        Self::new(alg, kid, None, Verifier::from_secret(alg, secret)?)
    }

    pub(crate) fn from_material(
        alg: Option<Alg>,
        kid: Option<&str>,
        material: Material,
    ) -> Result<Self> {
        material.check()?;
        let verifier = Verifier::from_material(&material)?;
        // Most kinds have one algorithm, so a key that names none still fixes it.
        let kind = material.key_kind();
        let alg = alg.or_else(|| only_alg(kind));
        Self::new(alg, kid, Some(material), verifier)
    }

    fn new(
        alg: Option<Alg>,
        kid: Option<&str>,
        material: Option<Material>,
        verifier: Verifier,
    ) -> Result<Self> {
        if alg.is_some_and(|alg| !verifier.fits(alg)) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        let kid = kid.map(str::to_owned);
        Ok(Self {
            inner: Arc::new(Inner {
                kid,
                alg,
                material,
                verifier,
            }),
        })
    }

    /// The name of the key.
    pub fn kid(&self) -> Option<&str> {
        self.inner.kid.as_deref()
    }

    /// The one algorithm it is for; `None` if its type leaves several.
    pub fn alg(&self) -> Option<Alg> {
        self.inner.alg
    }

    /// Whether it may verify a signature of this algorithm.
    pub fn may_verify(&self, alg: Alg) -> bool {
        self.inner.alg.is_none_or(|own| own == alg) && self.inner.verifier.fits(alg)
    }

    /// The `SubjectPublicKeyInfo` in DER; `None` for a secret.
    pub fn spki_der(&self) -> Option<Vec<u8>> {
        self.material().map(der::write_spki)
    }

    /// The SHA-256 thumbprint (RFC 7638) in base64url; `None` for a secret.
    pub fn thumbprint(&self) -> Option<String> {
        self.material().map(thumbprint::sha256)
    }

    /// The `kid` that Keycloak gives to such a key; `None` for a secret.
    ///
    /// It is the SHA-256 of the `SubjectPublicKeyInfo`, so tokens stay verifiable after an import.
    pub fn keycloak_kid(&self) -> Option<String> {
        let spki = self.spki_der()?;
        Some(base64url::encode(backend::sha256(&spki).as_ref()))
    }

    /// Checks a signature over bare bytes; tokens go through [`crate::jws`].
    ///
    /// # Errors
    /// If the key is not for the algorithm, or the signature is wrong.
    pub fn verify(&self, alg: Alg, input: &[u8], signature: &[u8]) -> Result<()> {
        if !self.may_verify(alg) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        self.inner.verifier.verify(alg, input, signature)
    }

    pub(crate) fn material(&self) -> Option<&Material> {
        self.inner.material.as_ref()
    }
}

/// The algorithm of a kind of key; `None` for RSA, and for Ed25519, which has two names.
fn only_alg(kind: KeyKind) -> Option<Alg> {
    let mut fitting = Alg::ALL.into_iter().filter(|alg| alg.key_kind() == kind);
    match (fitting.next(), fitting.next()) {
        (Some(alg), None) => Some(alg),
        _ => None,
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid())
            .field("alg", &self.alg())
            .finish()
    }
}
