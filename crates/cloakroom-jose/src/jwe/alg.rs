//! The algorithms for keys in one table (RFC 7518 §4.1).
use std::fmt;

use crate::alg::{Curve, Hash, KeyKind, OkpCurve};
use crate::backend::rsa_encryption::Padding;

/// How the key for the content reaches the recipient (`alg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlg {
    /// RSA with PKCS #1 v1.5 padding; only for peers that have nothing else.
    Rsa1_5,
    /// RSA-OAEP with SHA-1, which is safe in this place.
    RsaOaep,
    /// RSA-OAEP with SHA-256.
    RsaOaep256,
    /// RSA-OAEP with SHA-384.
    RsaOaep384,
    /// RSA-OAEP with SHA-512.
    RsaOaep512,
    /// ECDH with an ephemeral key; the result is the key for the content.
    EcdhEs,
    /// ECDH with an ephemeral key; the result wraps the key for the content.
    EcdhEsA128Kw,
    /// As [`KeyAlg::EcdhEsA128Kw`], with 192 bits.
    EcdhEsA192Kw,
    /// As [`KeyAlg::EcdhEsA128Kw`], with 256 bits.
    EcdhEsA256Kw,
    /// AES key wrap with a shared secret of 16 bytes.
    A128Kw,
    /// AES key wrap with a shared secret of 24 bytes.
    A192Kw,
    /// AES key wrap with a shared secret of 32 bytes.
    A256Kw,
    /// AES-GCM with a shared secret of 16 bytes.
    A128GcmKw,
    /// AES-GCM with a shared secret of 24 bytes.
    A192GcmKw,
    /// AES-GCM with a shared secret of 32 bytes.
    A256GcmKw,
    /// The shared secret is the key for the content.
    Dir,
    /// A password, stretched with HMAC-SHA-256.
    Pbes2Hs256A128Kw,
    /// A password, stretched with HMAC-SHA-384.
    Pbes2Hs384A192Kw,
    /// A password, stretched with HMAC-SHA-512.
    Pbes2Hs512A256Kw,
}

/// What a key algorithm does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Rsa(Padding),
    /// Key agreement; bytes of the wrapping key, or `None` for the content key itself.
    Agree(Option<usize>),
    /// Key wrap, with a secret of so many bytes.
    Wrap(usize),
    /// AES-GCM key wrap, with a secret of so many bytes.
    GcmWrap(usize),
    Direct,
    /// A hash to stretch a password with, and the bytes of the wrapping key.
    Password(Hash, usize),
}

impl KeyAlg {
    /// Every algorithm, in the order of RFC 7518.
    pub const ALL: [Self; 19] = [
        Self::Rsa1_5,
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::RsaOaep384,
        Self::RsaOaep512,
        Self::EcdhEs,
        Self::EcdhEsA128Kw,
        Self::EcdhEsA192Kw,
        Self::EcdhEsA256Kw,
        Self::A128Kw,
        Self::A192Kw,
        Self::A256Kw,
        Self::A128GcmKw,
        Self::A192GcmKw,
        Self::A256GcmKw,
        Self::Dir,
        Self::Pbes2Hs256A128Kw,
        Self::Pbes2Hs384A192Kw,
        Self::Pbes2Hs512A256Kw,
    ];

    const fn row(self) -> (&'static str, Way) {
        match self {
            Self::Rsa1_5 => ("RSA1_5", Way::Rsa(Padding::Pkcs1)),
            Self::RsaOaep => ("RSA-OAEP", Way::Rsa(Padding::OaepSha1)),
            Self::RsaOaep256 => ("RSA-OAEP-256", Way::Rsa(Padding::OaepSha256)),
            Self::RsaOaep384 => ("RSA-OAEP-384", Way::Rsa(Padding::OaepSha384)),
            Self::RsaOaep512 => ("RSA-OAEP-512", Way::Rsa(Padding::OaepSha512)),
            Self::EcdhEs => ("ECDH-ES", Way::Agree(None)),
            Self::EcdhEsA128Kw => ("ECDH-ES+A128KW", Way::Agree(Some(16))),
            Self::EcdhEsA192Kw => ("ECDH-ES+A192KW", Way::Agree(Some(24))),
            Self::EcdhEsA256Kw => ("ECDH-ES+A256KW", Way::Agree(Some(32))),
            Self::A128Kw => ("A128KW", Way::Wrap(16)),
            Self::A192Kw => ("A192KW", Way::Wrap(24)),
            Self::A256Kw => ("A256KW", Way::Wrap(32)),
            Self::A128GcmKw => ("A128GCMKW", Way::GcmWrap(16)),
            Self::A192GcmKw => ("A192GCMKW", Way::GcmWrap(24)),
            Self::A256GcmKw => ("A256GCMKW", Way::GcmWrap(32)),
            Self::Dir => ("dir", Way::Direct),
            Self::Pbes2Hs256A128Kw => ("PBES2-HS256+A128KW", Way::Password(Hash::Sha256, 16)),
            Self::Pbes2Hs384A192Kw => ("PBES2-HS384+A192KW", Way::Password(Hash::Sha384, 24)),
            Self::Pbes2Hs512A256Kw => ("PBES2-HS512+A256KW", Way::Password(Hash::Sha512, 32)),
        }
    }

    /// The algorithm with this name; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }

    /// The name in a header's `alg`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    pub(crate) const fn way(self) -> Way {
        self.row().1
    }

    /// Whether the key is a secret both sides know.
    pub const fn is_symmetric(self) -> bool {
        !matches!(self.way(), Way::Rsa(_) | Way::Agree(_))
    }

    /// Whether a key of this kind can be used with the algorithm.
    pub const fn fits(self, kind: KeyKind) -> bool {
        match (self.way(), kind) {
            (Way::Rsa(_), KeyKind::Rsa) => true,
            (Way::Agree(_), KeyKind::Ec(curve)) => !matches!(curve, Curve::Secp256k1),
            (Way::Agree(_), KeyKind::Okp(curve)) => {
                matches!(curve, OkpCurve::X25519 | OkpCurve::X448)
            }
            (Way::Wrap(_) | Way::GcmWrap(_) | Way::Direct | Way::Password(..), KeyKind::Oct) => {
                true
            }
            _ => false,
        }
    }

    /// Whether the key for the content is fixed by the key, so that there is nothing to encrypt.
    pub(crate) const fn is_direct(self) -> bool {
        matches!(self.way(), Way::Direct | Way::Agree(None))
    }

    pub(crate) const fn is_password(self) -> bool {
        matches!(self.way(), Way::Password(..))
    }
}

impl fmt::Display for KeyAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
