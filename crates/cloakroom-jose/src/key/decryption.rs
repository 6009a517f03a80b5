//! The key that others encrypt to.
mod direct;
mod forms;

use std::fmt;
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use crate::alg::RsaSize;
use crate::backend::agreement::Agreement;
use crate::backend::content::GcmKey;
use crate::backend::{self, rsa_encryption};
use crate::base64url;
use crate::der::{self, Document};
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::jwe::{self, Allowed, KeyAlg};
use crate::jwk::{Material, PrivateKey};

/// A private key or a shared secret with the one algorithm it decrypts; cheap to clone.
#[derive(Clone)]
pub struct DecryptionKey {
    alg: KeyAlg,
    kid: Option<String>,
    inner: Arc<Inner>,
}

struct Inner {
    /// The public part, and the private one as PKCS #8; `None` for a secret.
    pair: Option<(Material, Zeroizing<Vec<u8>>)>,
    decrypter: Decrypter,
    /// The secret as a key for AES-GCM, once a message has asked for it.
    direct: OnceLock<Option<Box<GcmKey>>>,
    /// What keys that could not be decrypted are replaced from.
    substitutes: Zeroizing<Vec<u8>>,
}

/// What the key can do, parsed once.
#[derive(Debug)]
pub(crate) enum Decrypter {
    Rsa(rsa_encryption::Decrypter),
    Agreement(Agreement),
    Secret(Zeroizing<Vec<u8>>),
}

impl DecryptionKey {
    /// Makes a fresh RSA key of 2048 bits for RSA-OAEP, whose `kid` is the one Keycloak would give it.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate_with_keycloak_kid() -> Result<Self> {
        Self::generate_rsa_with_keycloak_kid(RsaSize::default())
    }

    /// The same for a key of this size.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate_rsa_with_keycloak_kid(size: RsaSize) -> Result<Self> {
        let key = PrivateKey::generate_rsa(size)?;
        let mut key = key.decryption_key(KeyAlg::RsaOaep)?;
        let spki = key.public_spki_der().unwrap_or_default();
        key.kid = Some(base64url::encode(backend::sha256(&spki).as_ref()));
        Ok(key)
    }

    /// Reads an unencrypted PKCS #8 RSA key for RSA-OAEP.
    ///
    /// # Errors
    /// If it is malformed, weak or not RSA.
    pub fn from_pkcs8(kid: &str, der: &[u8]) -> Result<Self> {
        PrivateKey::from_pkcs8(der)?
            .with_kid(kid)?
            .decryption_key(KeyAlg::RsaOaep)
    }

    /// Reads a PKCS #1 RSA key for RSA-OAEP, the form in which Keycloak exports them.
    ///
    /// # Errors
    /// As [`DecryptionKey::from_pkcs8`].
    pub fn from_pkcs1_rsa(kid: &str, der: &[u8]) -> Result<Self> {
        PrivateKey::from_pkcs1(der)?
            .with_kid(kid)?
            .decryption_key(KeyAlg::RsaOaep)
    }

    /// Takes a shared secret, or a password for PBES2.
    ///
    /// # Errors
    /// If it has not the length that `alg` needs; for `dir` that depends on the content encryption.
    pub fn from_secret(alg: KeyAlg, kid: Option<&str>, secret: &[u8]) -> Result<Self> {
        jwe::check_secret(alg, secret)?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        let secret = Zeroizing::new(secret.to_vec());
        Ok(Self::new(alg, kid, None, Decrypter::Secret(secret)))
    }

    pub(crate) fn from_document(
        alg: KeyAlg,
        kid: Option<&str>,
        document: &Document,
        public: &Material,
    ) -> Result<Self> {
        if !alg.fits(public.key_kind()) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        let (pkcs8, decrypter) = match document {
            Document::Rsa(parts) => {
                let pkcs8 = der::write_rsa_pkcs8(parts);
                let key = rsa_encryption::Decrypter::from_pkcs8(&pkcs8)?;
                (pkcs8, Decrypter::Rsa(key))
            }
            Document::Ec(curve, d) => (
                der::write_ec_pkcs8(*curve, d, &[]),
                Decrypter::Agreement(Agreement::new(public, d)?),
            ),
            Document::Okp(curve, d) => (
                der::write_okp_pkcs8(*curve, d),
                Decrypter::Agreement(Agreement::new(public, d)?),
            ),
            #[cfg(feature = "ml-dsa")]
            Document::Akp(..) => return Err(JoseError::key("the key is for signatures")),
        };
        Ok(Self::new(
            alg,
            kid,
            Some((public.clone(), pkcs8)),
            decrypter,
        ))
    }

    fn new(
        alg: KeyAlg,
        kid: Option<&str>,
        pair: Option<(Material, Zeroizing<Vec<u8>>)>,
        decrypter: Decrypter,
    ) -> Self {
        let private = match (&decrypter, &pair) {
            (Decrypter::Secret(secret), _) => secret,
            (_, Some((_, pkcs8))) => pkcs8,
            (_, None) => &Zeroizing::new(Vec::new()),
        };
        let substitutes = backend::derive(private, &[b"substitute for a content key"]);
        let substitutes = Zeroizing::new(substitutes.as_ref().to_vec());
        let inner = Inner {
            pair,
            decrypter,
            direct: OnceLock::new(),
            substitutes,
        };
        Self {
            alg,
            kid: kid.map(str::to_owned),
            inner: Arc::new(inner),
        }
    }

    /// The same key for another algorithm, where a client may choose among several.
    ///
    /// # Errors
    /// If the key is not of the kind that `alg` needs.
    pub fn for_alg(&self, alg: KeyAlg) -> Result<Self> {
        if !jwe::is_for(&self.inner.decrypter, alg) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        Ok(Self {
            alg,
            ..self.clone()
        })
    }

    /// The name of the key; empty if it has none.
    pub fn kid(&self) -> &str {
        self.kid.as_deref().unwrap_or_default()
    }

    pub(crate) fn named(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The name of the algorithm it is published for.
    pub fn alg(&self) -> &'static str {
        self.alg.name()
    }

    /// The algorithm it decrypts.
    pub fn key_alg(&self) -> KeyAlg {
        self.alg
    }

    /// Whether it may decrypt what this header speaks of.
    pub(crate) fn may_decrypt(&self, header: &jwe::Header) -> bool {
        header.alg() == self.alg
    }

    pub(crate) fn content_key(
        &self,
        header: &jwe::Header,
        encrypted_key: &[u8],
        allowed: &Allowed,
    ) -> Result<Zeroizing<Vec<u8>>> {
        jwe::receive(&self.inner.decrypter, header, encrypted_key, allowed)
    }

    /// Opens a key that was encrypted with an OAEP padding.
    pub(crate) fn open_oaep(&self, alg: KeyAlg, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        use rsa_encryption::Padding;
        let padding = match alg {
            KeyAlg::RsaOaep => Padding::OaepSha1,
            KeyAlg::RsaOaep256 => Padding::OaepSha256,
            KeyAlg::RsaOaep384 => Padding::OaepSha384,
            KeyAlg::RsaOaep512 => Padding::OaepSha512,
            _ => return Err(JoseError::key("the algorithm is none of RSA-OAEP")),
        };
        match &self.inner.decrypter {
            Decrypter::Rsa(rsa) => rsa.decrypt(padding, encrypted),
            _ => Err(JoseError::key("the key is not for this algorithm")),
        }
    }

    /// A key for the content that follows from the message, and that only this key can tell.
    pub(crate) fn substitute(
        &self,
        encrypted: &[u8],
        tag: &[u8],
        len: usize,
    ) -> Zeroizing<Vec<u8>> {
        let bytes = backend::derive(&self.inner.substitutes, &[encrypted, tag]);
        let bytes = bytes.as_ref().get(..len).unwrap_or_default();
        Zeroizing::new(bytes.to_vec())
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}
