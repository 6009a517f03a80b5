//! Private keys and secrets, between JWK, PEM and DER.
mod read;
mod write;

use std::fmt;

use zeroize::Zeroizing;

use super::{Jwk, Material, Use, is_for, thumbprint};
use crate::alg::{Alg, KeyKind, RsaSize};
use crate::backend::{self, Signer};
use crate::der::{self, Document};
use crate::error::{JoseError, Result};
use crate::jwe::{Enc, KeyAlg};
use crate::key::{DecryptionKey, SigningKey};
use crate::random::Random;

/// A private key or a shared secret, with what it says it is for.
///
/// It is not `Serialize`, and prints as its kind alone: the private members leave it through
/// [`PrivateKey::to_private_jwk`] and its neighbours, and nowhere else. Every key it holds has been
/// checked: the numbers belong together, and the public part is not weak.
pub struct PrivateKey {
    kid: Option<String>,
    alg: Option<String>,
    usage: Option<Use>,
    key_ops: Option<Vec<String>>,
    parts: Parts,
}

enum Parts {
    Secret(Zeroizing<Vec<u8>>),
    Pair(Box<Document>, Material),
}

impl PrivateKey {
    /// Makes a fresh key.
    ///
    /// RSA keys have 2048 bits and secrets 64 bytes. RSA keys are made with the library's own
    /// random numbers, all others with `random`.
    ///
    /// # Errors
    /// If there are no random numbers.
    pub fn generate(kind: KeyKind, random: &mut dyn Random) -> Result<Self> {
        // Enough for every HMAC (RFC 7518 §3.2) and for A256CBC-HS512.
        const SECRET_LEN: usize = 64;
        let mut bytes = |len| {
            let mut bytes = Zeroizing::new(vec![0; len]);
            random.fill(&mut bytes).map(|()| bytes)
        };
        let document = match kind {
            KeyKind::Oct => return Self::from_secret(&bytes(SECRET_LEN)?),
            KeyKind::Rsa => return Self::generate_rsa(RsaSize::default()),
            KeyKind::Ec(curve) => {
                return Self::from_document(Document::Ec(
                    curve,
                    backend::agreement::generate_number(curve, random)?,
                ));
            }
            KeyKind::Okp(curve) => Document::Okp(curve, bytes(curve.key_len())?),
            #[cfg(feature = "ml-dsa")]
            KeyKind::Akp(alg) => Document::Akp(alg, bytes(32)?),
        };
        Self::from_document(document)
    }

    /// Makes a fresh RSA key of this size.
    ///
    /// # Errors
    /// If there are no random numbers.
    pub fn generate_rsa(size: RsaSize) -> Result<Self> {
        Self::from_document(Document::Rsa(backend::generate_rsa(size)?))
    }

    /// Takes a shared secret.
    ///
    /// # Errors
    /// If it is empty; whether it is long enough depends on the algorithm it is used with.
    pub fn from_secret(secret: &[u8]) -> Result<Self> {
        if secret.is_empty() {
            return Err(JoseError::key("the secret is empty"));
        }
        Ok(Self::bare(Parts::Secret(Zeroizing::new(secret.to_vec()))))
    }

    /// Reads an unencrypted PKCS #8 key (RFC 5958).
    ///
    /// # Errors
    /// If it is malformed, weak, or of a kind that JOSE does not have.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        Self::from_document(der::read_pkcs8(der)?)
    }

    /// Reads a PKCS #1 RSA key (RFC 8017 A.1.2).
    ///
    /// # Errors
    /// As [`PrivateKey::from_pkcs8`].
    pub fn from_pkcs1(der: &[u8]) -> Result<Self> {
        Self::from_document(Document::Rsa(der::read_pkcs1(der)?))
    }

    /// Reads a SEC 1 EC key that names its curve (RFC 5915).
    ///
    /// # Errors
    /// As [`PrivateKey::from_pkcs8`].
    pub fn from_sec1(der: &[u8]) -> Result<Self> {
        Self::from_document(der::read_sec1(der)?)
    }

    /// Reads `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY` in PEM.
    ///
    /// # Errors
    /// As [`PrivateKey::from_pkcs8`]; also for an encrypted key.
    pub fn from_pem(text: &str) -> Result<Self> {
        let (label, der) = crate::pem::decode(text)?;
        let der = Zeroizing::new(der);
        match label {
            Some("PRIVATE KEY") | None => Self::from_pkcs8(&der),
            Some("RSA PRIVATE KEY") => Self::from_pkcs1(&der),
            Some("EC PRIVATE KEY") => Self::from_sec1(&der),
            Some(_) => Err(JoseError::malformed("PEM holds no private key")),
        }
    }

    fn from_document(document: Document) -> Result<Self> {
        let public = backend::public_of(&document)?;
        public.check()?;
        Ok(Self::bare(Parts::Pair(Box::new(document), public)))
    }

    fn bare(parts: Parts) -> Self {
        Self {
            kid: None,
            alg: None,
            usage: None,
            key_ops: None,
            parts,
        }
    }

    /// Names the key.
    ///
    /// # Errors
    /// If the text is not usable as a `kid`.
    pub fn with_kid(mut self, kid: &str) -> Result<Self> {
        crate::header::check_kid(kid)?;
        self.kid = Some(kid.to_owned());
        Ok(self)
    }

    /// The name of the key.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm it says it is for.
    pub fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// The kind of key.
    pub fn key_kind(&self) -> KeyKind {
        match &self.parts {
            Parts::Secret(_) => KeyKind::Oct,
            Parts::Pair(_, public) => public.key_kind(),
        }
    }

    /// The public part; `None` for a secret, which has none.
    pub fn public(&self) -> Option<Jwk> {
        let Parts::Pair(_, public) = &self.parts else {
            return None;
        };
        let jwk = Jwk::from_material(self.kid(), self.alg(), public.clone());
        Some(match self.usage {
            Some(usage) => jwk.with_use(usage),
            None => jwk,
        })
    }

    /// The SHA-256 thumbprint (RFC 7638) in base64url.
    ///
    /// That of a secret is computed from the secret itself, and gives a short one away (§7).
    pub fn thumbprint(&self) -> String {
        match &self.parts {
            Parts::Secret(secret) => thumbprint::sha256_of_secret(secret),
            Parts::Pair(_, public) => thumbprint::sha256(public),
        }
    }

    /// The key, ready to sign with `alg`; it is named by its `kid`, else by its thumbprint.
    ///
    /// # Errors
    /// If the key is for something else or too short, or a secret without a `kid`: a name that
    /// follows from a secret gives it away.
    pub fn signing_key(&self, alg: Alg) -> Result<SigningKey> {
        self.check_purpose(alg.name(), Use::Signature, &["sign"])?;
        let name = match &self.parts {
            Parts::Secret(_) => None,
            Parts::Pair(_, public) => Some(thumbprint::sha256(public)),
        };
        let kid = self.kid.clone().or(name);
        let kid = kid.ok_or(JoseError::key("a secret has no public name"))?;
        SigningKey::new(alg, Some(&kid), self.signer(alg)?)
    }

    pub(crate) fn signer(&self, alg: Alg) -> Result<Signer> {
        match &self.parts {
            Parts::Secret(secret) => Signer::from_secret(alg, secret),
            Parts::Pair(document, _) => Signer::from_document(alg, document),
        }
    }

    /// The key, ready to decrypt what is encrypted with `alg`.
    ///
    /// # Errors
    /// If the key is for something else, or not of the kind or length that `alg` needs.
    pub fn decryption_key(&self, alg: KeyAlg) -> Result<DecryptionKey> {
        let ops = ["decrypt", "unwrapKey", "deriveKey", "deriveBits"];
        self.check_purpose(alg.name(), Use::Encryption, &ops)?;
        match &self.parts {
            Parts::Secret(secret) => DecryptionKey::from_secret(alg, self.kid(), secret),
            Parts::Pair(document, public) => {
                DecryptionKey::from_document(alg, self.kid(), document, public)
            }
        }
    }

    /// RFC 7517 §4.2 to §4.4: what the key itself says it is for.
    fn check_purpose(&self, alg: &str, usage: Use, ops: &[&str]) -> Result<()> {
        let named = self.alg().is_none_or(|own| {
            // A key for content names that in `alg`, and is used with `dir` (RFC 7520 §5.6).
            own == alg || (alg == KeyAlg::Dir.name() && Enc::from_name(own).is_some())
        });
        if named && is_for(self.usage, self.key_ops.as_deref(), usage, ops) {
            return Ok(());
        }
        Err(JoseError::key("the key is for something else"))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("kid", &self.kid)
            .field("kind", &self.key_kind())
            .finish_non_exhaustive()
    }
}
