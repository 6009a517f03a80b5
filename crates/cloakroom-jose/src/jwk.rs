//! Public keys in and out of JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2).
pub(crate) mod ec;
pub(crate) mod okp;
pub(crate) mod rsa;
pub mod set;
pub(crate) mod thumbprint;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use crate::alg::{Alg, Curve, Hash, KeyKind};
use crate::backend;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::json;
use crate::key::VerifyingKey;

/// Room for an 8192-bit key with a chain of certificates.
const LIMIT: usize = 32 * 1024;

/// The members that hold a private key, or a whole secret (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a key is for (RFC 7517 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Signatures.
    Signature,
    /// Encryption.
    Encryption,
}

impl Use {
    /// The value of `use`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "sig",
            Self::Encryption => "enc",
        }
    }
}

/// The numbers of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ec {
        curve: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Okp {
        x: Vec<u8>,
    },
}

impl Material {
    /// Splits an uncompressed point (SEC 1 §2.3.3).
    pub(crate) fn from_point(curve: Curve, point: &[u8]) -> Result<Self> {
        const BAD: JoseError = JoseError::key("EC point is not uncompressed");
        let (&form, coordinates) = point.split_first().ok_or(BAD)?;
        let (x, y) = coordinates
            .split_at_checked(curve.coordinate_len())
            .ok_or(BAD)?;
        if form != 4 || y.len() != x.len() {
            return Err(BAD);
        }
        Ok(Self::Ec {
            curve,
            x: x.to_vec(),
            y: y.to_vec(),
        })
    }

    /// Checks all that can be checked without the cryptography library.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Rsa { n, e } => rsa::check(n, e),
            Self::Ec { curve, x, y } => ec::check(*curve, x, y),
            Self::Okp { x } => okp::check(x),
        }
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        match self {
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Okp { .. } => KeyKind::Okp,
        }
    }

    /// The members that make the key, in the order Keycloak writes them.
    pub(crate) fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Rsa { n, e } => vec![("n", base64url::encode(n)), ("e", base64url::encode(e))],
            Self::Ec { curve, x, y } => vec![
                ("crv", curve.name().to_owned()),
                ("x", base64url::encode(x)),
                ("y", base64url::encode(y)),
            ],
            Self::Okp { x } => vec![("crv", okp::CRV.to_owned()), ("x", base64url::encode(x))],
        }
    }
}

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
    /// If it is malformed, weak, of an unknown type, or holds anything private.
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
            Some(_) => return Err(JoseError::unsupported("kty")),
            None => return Err(JoseError::malformed("JWK has no kty")),
        };
        material.check()?;
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

    /// The published form of a key; `None` for a secret, which has none.
    pub fn from_verifying_key(key: &VerifyingKey) -> Option<Self> {
        Some(Self {
            kid: key.kid().map(str::to_owned),
            alg: key.alg().map(|alg| alg.name().to_owned()),
            usage: Some(Use::Signature),
            key_ops: None,
            material: key.material()?.clone(),
            certificates: Vec::new(),
        })
    }

    /// The published form of a key that others encrypt to.
    pub(crate) fn for_encryption(kid: &str, alg: &str, material: Material) -> Self {
        Self {
            kid: Some(kid.to_owned()),
            alg: Some(alg.to_owned()),
            usage: Some(Use::Encryption),
            key_ops: None,
            material,
            certificates: Vec::new(),
        }
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
        if self.usage == Some(Use::Encryption) {
            return Err(JoseError::key("the key is for encryption"));
        }
        if self
            .key_ops
            .as_ref()
            .is_some_and(|ops| !ops.iter().any(|op| op == "verify"))
        {
            return Err(JoseError::key("the key is not for verifying"));
        }
        let alg = match &self.alg {
            None => None,
            Some(name) => Some(Alg::from_name(name).ok_or(JoseError::unsupported("alg of JWK"))?),
        };
        VerifyingKey::from_material(alg, self.kid.as_deref(), self.material.clone())
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
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(kid) = &self.kid {
            map.serialize_entry("kid", kid)?;
        }
        map.serialize_entry("kty", self.key_kind().kty())?;
        if let Some(alg) = &self.alg {
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
            let sha256 = backend::digest(Hash::Sha256, own);
            map.serialize_entry("x5t#S256", &base64url::encode(sha256.as_ref()))?;
        }
        for (name, value) in self.material.members() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

pub(crate) fn read_use(members: &Map<String, Value>) -> Result<Option<Use>> {
    match text(members, "use")? {
        None => Ok(None),
        Some("sig") => Ok(Some(Use::Signature)),
        Some("enc") => Ok(Some(Use::Encryption)),
        Some(_) => Err(JoseError::unsupported("use of JWK")),
    }
}

/// RFC 7517 §4.3: operations are unique, and agree with `use`.
pub(crate) fn read_key_ops(
    members: &Map<String, Value>,
    usage: Option<Use>,
) -> Result<Option<Vec<String>>> {
    const BAD: JoseError = JoseError::malformed("key_ops of JWK");
    let Some(value) = members.get("key_ops") else {
        return Ok(None);
    };
    let mut ops: Vec<String> = Vec::new();
    for op in value.as_array().ok_or(BAD)? {
        let op = op.as_str().ok_or(BAD)?;
        if ops.iter().any(|known| known == op) {
            return Err(BAD);
        }
        ops.push(op.to_owned());
    }
    let is_signature = |op: &String| op == "sign" || op == "verify";
    let agrees = match usage {
        None => true,
        Some(Use::Signature) => ops.iter().all(is_signature),
        Some(Use::Encryption) => !ops.iter().any(is_signature),
    };
    if agrees {
        Ok(Some(ops))
    } else {
        Err(JoseError::key("use and key_ops of JWK disagree"))
    }
}

pub(crate) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::malformed("JWK member is no string")),
    }
}

pub(crate) fn bytes(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>> {
    base64url::decode(text(members, name)?.ok_or(JoseError::malformed("JWK member is missing"))?)
}
