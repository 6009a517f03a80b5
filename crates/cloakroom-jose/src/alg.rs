//! Every signature algorithm in one table: name, family, the key it needs, digest.
mod hash;
mod key_kind;

use std::fmt;

pub use hash::{Hash, digest, half_hash, is_half_hash};
pub use key_kind::{Curve, KeyKind, OkpCurve};

/// How long a new RSA key is. Shorter ones must not be used (RFC 7518 §3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RsaSize {
    /// 2048 bits.
    #[default]
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits.
    Bits4096,
}

/// A signature algorithm of JOSE (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812, RFC 9864, RFC 9964).
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
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812 §3.2).
    ES256K,
    /// Ed25519 under its older name, which RFC 9864 §2.2 deprecates; it means no other curve here.
    EdDSA,
    /// Ed25519 under its own name (RFC 9864 §2.2).
    Ed25519,
    /// Ed448 (RFC 9864 §2.2); `EdDSA` never means it.
    Ed448,
    /// ML-DSA-44 (RFC 9964).
    #[cfg(feature = "ml-dsa")]
    MlDsa44,
    /// ML-DSA-65 (RFC 9964).
    #[cfg(feature = "ml-dsa")]
    MlDsa65,
    /// ML-DSA-87 (RFC 9964).
    #[cfg(feature = "ml-dsa")]
    MlDsa87,
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
    /// ECDSA.
    Ecdsa,
    /// Ed25519 and Ed448.
    Eddsa,
    /// Module lattices (FIPS 204).
    #[cfg(feature = "ml-dsa")]
    MlDsa,
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

const COUNT: usize = if cfg!(feature = "ml-dsa") { 19 } else { 16 };

impl Alg {
    /// Every algorithm, in the order of the RFCs.
    pub const ALL: [Self; COUNT] = [
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
        Self::ES256K,
        Self::EdDSA,
        Self::Ed25519,
        Self::Ed448,
        #[cfg(feature = "ml-dsa")]
        Self::MlDsa44,
        #[cfg(feature = "ml-dsa")]
        Self::MlDsa65,
        #[cfg(feature = "ml-dsa")]
        Self::MlDsa87,
    ];

    /// The table. Every rule about algorithms reads it; a new algorithm is a new line.
    const fn row(self) -> Row {
        use Curve::{P256, P384, P521, Secp256k1};
        use Family::{Ecdsa, Eddsa, Hmac, RsaPkcs1, RsaPss};
        use Hash::{Sha256, Sha384, Sha512, Shake256};
        use KeyKind::{Ec, Oct, Okp, Rsa};
        match self {
            Self::HS256 => row("HS256", Hmac, Oct, Sha256),
            Self::HS384 => row("HS384", Hmac, Oct, Sha384),
            Self::HS512 => row("HS512", Hmac, Oct, Sha512),
            Self::RS256 => row("RS256", RsaPkcs1, Rsa, Sha256),
            Self::RS384 => row("RS384", RsaPkcs1, Rsa, Sha384),
            Self::RS512 => row("RS512", RsaPkcs1, Rsa, Sha512),
            Self::PS256 => row("PS256", RsaPss, Rsa, Sha256),
            Self::PS384 => row("PS384", RsaPss, Rsa, Sha384),
            Self::PS512 => row("PS512", RsaPss, Rsa, Sha512),
            Self::ES256 => row("ES256", Ecdsa, Ec(P256), Sha256),
            Self::ES384 => row("ES384", Ecdsa, Ec(P384), Sha384),
            Self::ES512 => row("ES512", Ecdsa, Ec(P521), Sha512),
            Self::ES256K => row("ES256K", Ecdsa, Ec(Secp256k1), Sha256),
            Self::EdDSA => row("EdDSA", Eddsa, Okp(OkpCurve::Ed25519), Sha512),
            Self::Ed25519 => row("Ed25519", Eddsa, Okp(OkpCurve::Ed25519), Sha512),
            Self::Ed448 => row("Ed448", Eddsa, Okp(OkpCurve::Ed448), Shake256),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa44 => row("ML-DSA-44", Family::MlDsa, KeyKind::Akp(self), Sha512),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa65 => row("ML-DSA-65", Family::MlDsa, KeyKind::Akp(self), Sha512),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa87 => row("ML-DSA-87", Family::MlDsa, KeyKind::Akp(self), Sha512),
        }
    }

    /// The algorithm with this name; names are case-sensitive (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
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
