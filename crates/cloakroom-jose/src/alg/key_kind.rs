//! Kinds of keys: `kty`, and `crv` where there is one.
#[cfg(feature = "ml-dsa")]
use crate::alg::Alg;

/// The key an algorithm needs: its `kty`, and its `crv` where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A shared secret (`oct`).
    Oct,
    /// An RSA key.
    Rsa,
    /// A point on a curve with two coordinates.
    Ec(Curve),
    /// An Edwards or Montgomery curve (`OKP`, RFC 8037).
    Okp(OkpCurve),
    /// A key for this one algorithm (`AKP`, RFC 9964).
    #[cfg(feature = "ml-dsa")]
    Akp(Alg),
}

/// A curve of `EC` keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1 (RFC 8812); for signatures alone.
    Secp256k1,
}

/// A curve of `OKP` keys (RFC 8037 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OkpCurve {
    /// For signatures.
    Ed25519,
    /// For signatures.
    Ed448,
    /// For key agreement.
    X25519,
    /// For key agreement.
    X448,
}

impl KeyKind {
    /// The name in a JWK's `kty`.
    pub const fn kty(self) -> &'static str {
        match self {
            Self::Oct => "oct",
            Self::Rsa => "RSA",
            Self::Ec(_) => "EC",
            Self::Okp(_) => "OKP",
            #[cfg(feature = "ml-dsa")]
            Self::Akp(_) => "AKP",
        }
    }
}

impl Curve {
    pub(crate) const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The name in a JWK's `crv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Bytes of one coordinate (RFC 7518 §6.2.1.2: always full length).
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The object identifier of the curve, as the content of its DER element (RFC 5480 §2.1.1.1).
    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
            Self::Secp256k1 => &[0x2b, 0x81, 0x04, 0x00, 0x0a],
        }
    }
}

impl OkpCurve {
    pub(crate) const ALL: [Self; 4] = [Self::Ed25519, Self::Ed448, Self::X25519, Self::X448];

    /// The name in a JWK's `crv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::X25519 => "X25519",
            Self::X448 => "X448",
        }
    }

    /// Bytes of a public key, and of a private one.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::X25519 => 32,
            Self::Ed448 => 57,
            Self::X448 => 56,
        }
    }

    /// Whether the curve is for signatures; otherwise it is for key agreement.
    pub const fn is_for_signatures(self) -> bool {
        matches!(self, Self::Ed25519 | Self::Ed448)
    }

    /// The object identifier, as the content of its DER element (RFC 8410 §3).
    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::X25519 => &[0x2b, 0x65, 0x6e],
            Self::X448 => &[0x2b, 0x65, 0x6f],
            Self::Ed25519 => &[0x2b, 0x65, 0x70],
            Self::Ed448 => &[0x2b, 0x65, 0x71],
        }
    }
}
