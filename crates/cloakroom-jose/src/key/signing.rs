//! The key that signs: parsed once, printed as its name alone.
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::alg::{Alg, RsaSize};
use crate::backend::{self, Signer};
use crate::base64url;
use crate::der::{self, Document};
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::jwk::PrivateKey;
use crate::jws;
use crate::key::VerifyingKey;
use crate::random::{Random as _, SystemRandom};

/// The `typ` most tokens have; its header is kept ready.
const USUAL_TYP: &str = "JWT";

/// A private key or a shared secret with the one algorithm it is for; cheap to clone.
#[derive(Clone)]
pub struct SigningKey {
    inner: Arc<Inner>,
}

struct Inner {
    alg: Alg,
    kid: String,
    signer: Signer,
    verifying_key: VerifyingKey,
    usual_header: String,
}

impl SigningKey {
    /// Makes a fresh key: RSA of 2048 bits, or a secret of twice the digest.
    ///
    /// # Errors
    /// If `kid` is not usable as one, or the system has no random numbers.
    pub fn generate(alg: Alg, kid: &str) -> Result<Self> {
        Self::new(alg, Some(kid), generate(alg)?)
    }

    /// Makes a fresh key whose `kid` is the one Keycloak would give it.
    ///
    /// # Errors
    /// As [`SigningKey::generate`]; also for a secret, whose name must not follow from it.
    pub fn generate_with_keycloak_kid(alg: Alg) -> Result<Self> {
        Self::new(alg, None, generate(alg)?)
    }

    /// The same for an RSA key of this size.
    ///
    /// # Errors
    /// If `alg` is none of RSA, or the system has no random numbers.
    pub fn generate_rsa_with_keycloak_kid(alg: Alg, size: RsaSize) -> Result<Self> {
        Self::new(alg, None, PrivateKey::generate_rsa(size)?.signer(alg)?)
    }

    /// Reads an unencrypted PKCS #8 key.
    ///
    /// # Errors
    /// If it is malformed, weak, or not one for `alg`.
    pub fn from_pkcs8(alg: Alg, kid: &str, der: &[u8]) -> Result<Self> {
        Self::new(
            alg,
            Some(kid),
            Signer::from_document(alg, &der::read_pkcs8(der)?)?,
        )
    }

    /// Reads a PKCS #1 RSA key, the form in which Keycloak exports them.
    ///
    /// # Errors
    /// As [`SigningKey::from_pkcs8`].
    pub fn from_pkcs1_rsa(alg: Alg, kid: &str, der: &[u8]) -> Result<Self> {
        let document = Document::Rsa(der::read_pkcs1(der)?);
        Self::new(alg, Some(kid), Signer::from_document(alg, &document)?)
    }

    /// Takes a shared secret for HMAC.
    ///
    /// # Errors
    /// If it is shorter than the hash (RFC 7518 §3.2), or `alg` is not HMAC.
    pub fn from_secret(alg: Alg, kid: &str, secret: &[u8]) -> Result<Self> {
        Self::new(alg, Some(kid), Signer::from_secret(alg, secret)?)
    }

    /// Reads a private JWK (RFC 7517 §9.3), and names it `kid`.
    ///
    /// # Errors
    /// As [`PrivateKey::parse_jwk`]; also if the key is not for `alg`.
    pub fn from_private_jwk(alg: Alg, kid: &str, text: &[u8]) -> Result<Self> {
        PrivateKey::parse_jwk(text)?.with_kid(kid)?.signing_key(alg)
    }

    /// `kid` is computed from the public key if it is `None`.
    pub(crate) fn new(alg: Alg, kid: Option<&str>, signer: Signer) -> Result<Self> {
        let material = signer.material()?;
        let kid = match (kid, &material) {
            (Some(kid), _) => kid.to_owned(),
            (None, Some(public)) => {
                let spki = der::write_spki(public);
                base64url::encode(backend::sha256(&spki).as_ref())
            }
            (None, None) => return Err(JoseError::key("a secret has no public name")),
        };
        check_kid(&kid)?;
        let verifying_key = match (material, &signer) {
            (Some(public), _) => VerifyingKey::from_material(Some(alg), Some(&kid), public)?,
            (None, Signer::Hmac { secret, .. }) => {
                VerifyingKey::from_secret(Some(alg), Some(&kid), secret)?
            }
            (None, _) => return Err(JoseError::key("the key has no public part")),
        };
        let usual_header = jws::encode_header(alg, &kid, USUAL_TYP)?;
        let inner = Inner {
            alg,
            kid,
            signer,
            verifying_key,
            usual_header,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The one algorithm it signs with.
    pub fn alg(&self) -> Alg {
        self.inner.alg
    }

    /// The name of the key.
    pub fn kid(&self) -> &str {
        &self.inner.kid
    }

    /// The key that verifies what this one signs.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.inner.verifying_key
    }

    /// The `SubjectPublicKeyInfo` in DER; `None` for a secret.
    pub fn public_spki_der(&self) -> Option<Vec<u8>> {
        self.inner.verifying_key.spki_der()
    }

    /// The private key as PKCS #8, to be sealed and stored; `None` for a secret.
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.inner.signer.to_pkcs8()
    }

    /// The private RSA key as PKCS #1, the form of Keycloak's exports; `None` for other keys.
    pub fn to_pkcs1_rsa(&self) -> Option<Zeroizing<Vec<u8>>> {
        match &self.inner.signer {
            Signer::Rsa { .. } => {
                let pkcs8 = self.to_pkcs8()?;
                der::pkcs1_of_pkcs8(&pkcs8).ok().map(Zeroizing::new)
            }
            _ => None,
        }
    }

    /// The shared secret, to be sealed and stored; `None` for other keys.
    pub fn to_secret(&self) -> Option<Zeroizing<Vec<u8>>> {
        match &self.inner.signer {
            Signer::Hmac { secret, .. } => Some(secret.clone()),
            _ => None,
        }
    }

    /// The signature of bare bytes, for formats of others; messages are made by [`crate::jws`].
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign_bytes(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.inner.signer.sign(input, |signature| {
            bytes.extend_from_slice(signature);
        })?;
        Ok(bytes)
    }

    /// Signs a payload under a header that the caller has made.
    pub(crate) fn sign_with_header(&self, header: &Value, payload: &[u8]) -> Result<String> {
        let header = base64url::encode(header.to_string().as_bytes());
        jws::sign(&self.inner.signer, &header, payload)
    }

    /// Signs a JSON payload into a compact JWS with this `typ`.
    ///
    /// # Errors
    /// If the cryptography library fails, which a parsed key gives it no reason to.
    pub fn sign(&self, typ: &str, payload: &[u8]) -> Result<String> {
        let inner = &*self.inner;
        if typ == USUAL_TYP {
            return jws::sign(&inner.signer, &inner.usual_header, payload);
        }
        let header = jws::encode_header(inner.alg, &inner.kid, typ)?;
        jws::sign(&inner.signer, &header, payload)
    }

    /// The same without `kid`, for a secret that two share and neither has a name for.
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign_unnamed(&self, typ: &str, payload: &[u8]) -> Result<String> {
        let header = serde_json::json!({ "alg": self.inner.alg.name(), "typ": typ });
        self.sign_with_header(&header, payload)
    }
}

/// A fresh key; a secret is twice as long as its hash, as Keycloak's is for HS512.
fn generate(alg: Alg) -> Result<Signer> {
    if alg.is_symmetric() {
        let mut secret = Zeroizing::new(vec![0; 2 * alg.hash().digest_len()]);
        SystemRandom.fill(&mut secret)?;
        return Signer::from_secret(alg, &secret);
    }
    let key = PrivateKey::generate(alg.key_kind(), &mut SystemRandom)?;
    key.signer(alg)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}
