//! Keys in and out of JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 8812 §3, RFC 9964).
#[cfg(feature = "ml-dsa")]
pub(crate) mod akp;
pub(crate) mod ec;
pub(crate) mod material;
pub(crate) mod member;
pub(crate) mod okp;
pub mod private;
pub mod recipients;
pub(crate) mod rsa;
pub mod set;
pub(crate) mod thumbprint;
mod x509;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use crate::alg::{Alg, KeyKind};
use crate::backend;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::json;
use crate::jwe::{EncryptionKey, KeyAlg};
use crate::key::VerifyingKey;
pub(crate) use material::Material;
pub use member::Use;
use member::{is_for, read_key_ops, read_use, text};
pub use private::PrivateKey;

/// Room for an 8192-bit key with a chain of certificates.
const LIMIT: usize = 32 * 1024;

/// The members that hold a private key, or a whole secret (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// A public key with its description.
///
/// It cannot hold a private member, so none is ever published by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    kid: Option<String>,
    /// Any name: a set also holds keys for algorithms that are not signatures.
    alg: Option<String>,
    usage: Option<Use>,
    key_ops: Option<Vec<String>>,
    material: Material,
    certificates: Vec<Vec<u8>>,
}

impl Jwk {
    /// Parses the JSON text of one public key.
    ///
    /// # Errors
    /// If it is malformed, weak, of an unknown type, or holds anything private; also if `x5c`, `x5t`
    /// or `x5t#S256` are of another key (RFC 7517 §4.7).
    pub fn parse(text: &[u8]) -> Result<Self> {
        Self::from_members(&json::parse_object(text, LIMIT)?)
    }

    /// Reads one public key from parsed JSON.
    ///
    /// # Errors
    /// As [`Jwk::parse`].
    pub fn from_members(members: &Map<String, Value>) -> Result<Self> {
        // RFC 7517 §9.2: whoever publishes a private key has lost it; it proves nothing any more.
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(JoseError::key("JWK holds a private key"));
        }
        let material = match text(members, "kty")? {
            Some("RSA") => rsa::read(members)?,
            Some("EC") => ec::read(members)?,
            Some("OKP") => okp::read(members)?,
            #[cfg(feature = "ml-dsa")]
            Some("AKP") => akp::read(members)?,
            Some(_) => return Err(JoseError::unsupported("kty")),
            None => return Err(JoseError::malformed("JWK has no kty")),
        };
        material.check()?;
        x509::check(members, &material)?;
        let kid = text(members, "kid")?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        let usage = read_use(members)?;
        let key_ops = read_key_ops(members, usage)?;
        Ok(Self {
            kid: kid.map(str::to_owned),
            alg: text(members, "alg")?.map(str::to_owned),
            usage,
            key_ops,
            material,
            // RFC 8725 §3.10: a chain somebody sends is no proof, so it is not even kept.
            certificates: Vec::new(),
        })
    }

    pub(crate) fn from_material(kid: Option<&str>, alg: Option<&str>, material: Material) -> Self {
        Self {
            kid: kid.map(str::to_owned),
            alg: alg.map(str::to_owned),
            usage: None,
            key_ops: None,
            material,
            certificates: Vec::new(),
        }
    }

    /// The published form of a key; `None` for a secret, which has none.
    pub fn from_verifying_key(key: &VerifyingKey) -> Option<Self> {
        let alg = key.alg().map(Alg::name);
        let jwk = Self::from_material(key.kid(), alg, key.material()?.clone());
        Some(jwk.with_use(Use::Signature))
    }

    /// The bare public key of one that verifies, as a DPoP proof carries it; `None` for a secret.
    pub(crate) fn from_public_of(key: &VerifyingKey) -> Option<Self> {
        Some(Self::from_material(None, None, key.material()?.clone()))
    }

    /// Says what the key is for.
    #[must_use]
    pub fn with_use(mut self, usage: Use) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Adds a chain of DER certificates, the key's own first: `x5c`, `x5t` and `x5t#S256`.
    #[must_use]
    pub fn with_certificates(mut self, chain: Vec<Vec<u8>>) -> Self {
        self.certificates = chain;
        self
    }

    /// The key, ready to verify.
    ///
    /// # Errors
    /// If it is for encryption or another operation, its `alg` does not suit it, or its point is
    /// not on its curve.
    pub fn verifying_key(&self) -> Result<VerifyingKey> {
        if !is_for(
            self.usage,
            self.key_ops.as_deref(),
            Use::Signature,
            &["verify"],
        ) {
            return Err(JoseError::key("the key is not for verifying"));
        }
        let alg = match &self.alg {
            None => None,
            Some(name) => Some(Alg::from_name(name).ok_or(JoseError::unsupported("alg of JWK"))?),
        };
        VerifyingKey::from_material(alg, self.kid.as_deref(), self.material.clone())
    }

    /// The key, ready to encrypt to with `alg`.
    ///
    /// # Errors
    /// If it is for signatures or another algorithm, or of another type than `alg` needs.
    pub fn encryption_key(&self, alg: KeyAlg) -> Result<EncryptionKey> {
        let ops = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];
        if !is_for(self.usage, self.key_ops.as_deref(), Use::Encryption, &ops)
            || self.alg().is_some_and(|own| own != alg.name())
        {
            return Err(JoseError::key("the key is for something else"));
        }
        EncryptionKey::new(alg, self.kid.as_deref(), self.material.clone())
    }

    /// The name of the key.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm it is for, as written.
    pub fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// What it is for.
    pub fn key_use(&self) -> Option<Use> {
        self.usage
    }

    /// The kind of key.
    pub fn key_kind(&self) -> KeyKind {
        self.material.key_kind()
    }

    /// The SHA-256 thumbprint (RFC 7638), in base64url.
    pub fn thumbprint(&self) -> String {
        thumbprint::sha256(&self.material)
    }

    /// The thumbprint as a URI (RFC 9278).
    pub fn thumbprint_uri(&self) -> String {
        thumbprint::uri(&self.thumbprint())
    }

    /// The `SubjectPublicKeyInfo` in DER.
    pub fn spki_der(&self) -> Vec<u8> {
        crate::der::write_spki(&self.material)
    }

    /// The `SubjectPublicKeyInfo` as PEM.
    pub fn to_pem(&self) -> String {
        crate::pem::encode("PUBLIC KEY", &self.spki_der())
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let members = self.material.members();
        if let Some(kid) = &self.kid {
            map.serialize_entry("kid", kid)?;
        }
        map.serialize_entry("kty", self.key_kind().kty())?;
        if let Some(alg) = &self.alg
            && !members.iter().any(|(name, _)| *name == "alg")
        {
            map.serialize_entry("alg", alg)?;
        }
        if let Some(usage) = self.usage {
            map.serialize_entry("use", usage.name())?;
        }
        if let Some(ops) = &self.key_ops {
            map.serialize_entry("key_ops", ops)?;
        }
        if let Some(own) = self.certificates.first() {
            // RFC 7517 §4.7: certificates alone are in base64 with padding.
            let chain: Vec<_> = self
                .certificates
                .iter()
                .map(|der| STANDARD.encode(der))
                .collect();
            map.serialize_entry("x5c", &chain)?;
            map.serialize_entry("x5t", &base64url::encode(backend::sha1(own).as_ref()))?;
            let sha256 = backend::sha256(own);
            map.serialize_entry("x5t#S256", &base64url::encode(sha256.as_ref()))?;
        }
        for (name, value) in members {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}
