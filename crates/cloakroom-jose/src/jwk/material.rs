//! The numbers of a public key, whatever it was written in.
use super::{ec, okp, rsa};
use crate::alg::{Curve, KeyKind, OkpCurve};
use crate::base64url;
use crate::error::{JoseError, Result};

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
        curve: OkpCurve,
        x: Vec<u8>,
    },
    #[cfg(feature = "ml-dsa")]
    Akp {
        alg: crate::alg::Alg,
        public: Vec<u8>,
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
            Self::Okp { curve, x } => okp::check(*curve, x),
            #[cfg(feature = "ml-dsa")]
            Self::Akp { alg, public } => super::akp::check(*alg, public),
        }
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        match self {
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Okp { curve, .. } => KeyKind::Okp(*curve),
            #[cfg(feature = "ml-dsa")]
            Self::Akp { alg, .. } => KeyKind::Akp(*alg),
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
            Self::Okp { curve, x } => vec![
                ("crv", curve.name().to_owned()),
                ("x", base64url::encode(x)),
            ],
            // RFC 9964 §6: the algorithm is part of the key, and of its thumbprint.
            #[cfg(feature = "ml-dsa")]
            Self::Akp { alg, public } => vec![
                ("alg", alg.name().to_owned()),
                ("pub", base64url::encode(public)),
            ],
        }
    }
}
