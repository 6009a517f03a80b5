//! Every signature algorithm in one table: name, family, the key it needs, digest.
use std::fmt;

use crate::backend;
use crate::base64url;

/// A signature algorithm of JOSE (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// There is no `none`: RFC 8725 §3.2 lets a library leave it out, and then nobody can ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alg {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// Ed25519, under its older name; `Ed25519` (RFC 9864 §2.2) is read as the same.
    EdDSA,
}

/// The kind of mathematics behind an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A shared secret.
    Hmac,
    /// RSA with PKCS #1 v1.5 padding.
    RsaPkcs1,
    /// RSA with PSS padding.
    RsaPss,
    /// ECDSA on a NIST curve.
    Ecdsa,
    /// Ed25519.
    Eddsa,
}

/// The key an algorithm needs: its `kty`, and its `crv` where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A shared secret (`oct`).
    Oct,
    /// An RSA key.
    Rsa,
    /// A point on a NIST curve.
    Ec(Curve),
    /// An Ed25519 key (`OKP`).
    Okp,
}

/// A NIST curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// One line of the table.
struct Row {
    name: &'static str,
    family: Family,
    key: KeyKind,
    hash: Hash,
}

const fn row(name: &'static str, family: Family, key: KeyKind, hash: Hash) -> Row {
    Row {
        name,
        family,
        key,
        hash,
    }
}

impl Alg {
    /// Every algorithm, in the order of the RFCs.
    pub const ALL: [Self; 13] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    /// The table. Every rule about algorithms reads it; a new algorithm is a new line.
    const fn row(self) -> Row {
        match self {
            Self::HS256 => row("HS256", Family::Hmac, KeyKind::Oct, Hash::Sha256),
            Self::HS384 => row("HS384", Family::Hmac, KeyKind::Oct, Hash::Sha384),
            Self::HS512 => row("HS512", Family::Hmac, KeyKind::Oct, Hash::Sha512),
            Self::RS256 => row("RS256", Family::RsaPkcs1, KeyKind::Rsa, Hash::Sha256),
            Self::RS384 => row("RS384", Family::RsaPkcs1, KeyKind::Rsa, Hash::Sha384),
            Self::RS512 => row("RS512", Family::RsaPkcs1, KeyKind::Rsa, Hash::Sha512),
            Self::PS256 => row("PS256", Family::RsaPss, KeyKind::Rsa, Hash::Sha256),
            Self::PS384 => row("PS384", Family::RsaPss, KeyKind::Rsa, Hash::Sha384),
            Self::PS512 => row("PS512", Family::RsaPss, KeyKind::Rsa, Hash::Sha512),
            Self::ES256 => row(
                "ES256",
                Family::Ecdsa,
                KeyKind::Ec(Curve::P256),
                Hash::Sha256,
            ),
            Self::ES384 => row(
                "ES384",
                Family::Ecdsa,
                KeyKind::Ec(Curve::P384),
                Hash::Sha384,
            ),
            Self::ES512 => row(
                "ES512",
                Family::Ecdsa,
                KeyKind::Ec(Curve::P521),
                Hash::Sha512,
            ),
            Self::EdDSA => row("EdDSA", Family::Eddsa, KeyKind::Okp, Hash::Sha512),
        }
    }

    /// The algorithm with this name; names are case-sensitive (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        // RFC 9864 §2.2 names Ed25519 fully; here `EdDSA` never meant another curve.
        if name == "Ed25519" {
            return Some(Self::EdDSA);
        }
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }

    /// The name in a header's `alg`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The kind of mathematics.
    pub const fn family(self) -> Family {
        self.row().family
    }

    /// The key it needs.
    pub const fn key_kind(self) -> KeyKind {
        self.row().key
    }

    /// The hash it uses inside; for Ed25519 that is SHA-512 (RFC 8032 §5.1).
    pub const fn hash(self) -> Hash {
        self.row().hash
    }

    /// Whether the key is a secret both sides know.
    pub const fn is_symmetric(self) -> bool {
        matches!(self.family(), Family::Hmac)
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl KeyKind {
    /// The name in a JWK's `kty`.
    pub const fn kty(self) -> &'static str {
        match self {
            Self::Oct => "oct",
            Self::Rsa => "RSA",
            Self::Ec(_) => "EC",
            Self::Okp => "OKP",
        }
    }
}

impl Curve {
    pub(crate) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The name in a JWK's `crv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Bytes of one coordinate (RFC 7518 §6.2.1.2: always full length).
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The one algorithm that signs with this curve.
    pub const fn alg(self) -> Alg {
        match self {
            Self::P256 => Alg::ES256,
            Self::P384 => Alg::ES384,
            Self::P521 => Alg::ES512,
        }
    }
}

impl Hash {
    /// Bytes of a digest.
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The digest of `bytes` under the algorithm's hash.
pub fn digest(alg: Alg, bytes: &[u8]) -> Vec<u8> {
    backend::digest(alg.hash(), bytes).as_ref().to_vec()
}

/// The value of `at_hash`, `c_hash` and `s_hash` (OIDC Core §3.1.3.6, §3.3.2.11).
///
/// It is the left half of the digest of the ASCII value, in base64url.
pub fn half_hash(alg: Alg, value: &str) -> String {
    let digest = backend::digest(alg.hash(), value.as_bytes());
    let half = digest
        .as_ref()
        .get(..alg.hash().digest_len() / 2)
        .unwrap_or_default();
    base64url::encode(half)
}
