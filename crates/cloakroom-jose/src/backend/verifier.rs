//! Public keys and shared secrets that verify.
use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};

use super::curve448::Ed448Verifier;
use super::table::{ec_verification, hmac_key, rsa_parameters};
use crate::alg::{Alg, Curve, Hash, KeyKind, OkpCurve};
use crate::error::{JoseError, Result};
use crate::jwk::Material;

/// A public key (or a shared secret), parsed once.
pub(crate) enum Verifier {
    /// One key for each hash that the secret is long enough for.
    Hmac(Box<[Option<hmac::Key>; 3]>),
    Rsa(Box<RsaVerifier>),
    Ec(ParsedPublicKey, Curve),
    Ed(ParsedPublicKey),
    Ed448(Box<Ed448Verifier>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(ParsedPublicKey, Alg),
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl Verifier {
    /// Keeps the secret for `only` this algorithm, or for each one it is long enough for.
    pub(crate) fn from_secret(only: Option<Alg>, secret: &[u8]) -> Result<Self> {
        if only.is_some_and(|only| !only.is_symmetric()) {
            return Err(JoseError::key("a secret is for HMAC only"));
        }
        let key = |alg: Alg| match only {
            Some(only) if only != alg => Ok(None),
            _ => hmac_key(alg, secret),
        };
        let keys = [key(Alg::HS256)?, key(Alg::HS384)?, key(Alg::HS512)?];
        if keys.iter().all(Option::is_none) {
            return Err(JoseError::key("HMAC key shorter than its hash"));
        }
        Ok(Self::Hmac(Box::new(keys)))
    }

    /// Parses checked material; a point off its curve is refused here.
    pub(crate) fn from_material(material: &Material) -> Result<Self> {
        const REFUSED: JoseError = JoseError::key("public key refused");
        match material {
            Material::Rsa { n, e } => Ok(Self::Rsa(Box::new(RsaVerifier {
                n: n.clone(),
                e: e.clone(),
                parsed: [const { OnceLock::new() }; 6],
            }))),
            Material::Ec { curve, x, y } => {
                let point = [&[4][..], x, y].concat();
                let key = ParsedPublicKey::new(ec_verification(*curve), point);
                Ok(Self::Ec(key.map_err(|_| REFUSED)?, *curve))
            }
            Material::Okp { curve, x } => match curve {
                OkpCurve::Ed25519 => {
                    let key = ParsedPublicKey::new(&signature::ED25519, x);
                    Ok(Self::Ed(key.map_err(|_| REFUSED)?))
                }
                OkpCurve::Ed448 => Ok(Self::Ed448(Box::new(Ed448Verifier::new(x)?))),
                OkpCurve::X25519 | OkpCurve::X448 => {
                    Err(JoseError::key("the key is for key agreement"))
                }
            },
            #[cfg(feature = "ml-dsa")]
            Material::Akp { alg, public } => {
                let algorithm = super::table::ml_dsa_verification(*alg)?;
                let key = ParsedPublicKey::new(algorithm, public).map_err(|_| REFUSED)?;
                Ok(Self::MlDsa(key, *alg))
            }
        }
    }

    /// Whether the key is of the kind the algorithm needs, and long enough for it.
    pub(crate) fn fits(&self, alg: Alg) -> bool {
        match (self, alg.key_kind()) {
            (Self::Hmac(keys), KeyKind::Oct) => hmac_of(keys, alg).is_some(),
            (Self::Rsa(_), KeyKind::Rsa)
            | (Self::Ed(_), KeyKind::Okp(OkpCurve::Ed25519))
            | (Self::Ed448(_), KeyKind::Okp(OkpCurve::Ed448)) => true,
            (Self::Ec(_, own), KeyKind::Ec(wanted)) => *own == wanted,
            #[cfg(feature = "ml-dsa")]
            (Self::MlDsa(_, own), KeyKind::Akp(wanted)) => *own == wanted,
            _ => false,
        }
    }

    pub(crate) fn verify(&self, alg: Alg, input: &[u8], signature: &[u8]) -> Result<()> {
        if !self.fits(alg) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        let verified = match self {
            Self::Hmac(keys) => {
                let key = hmac_of(keys, alg).ok_or(JoseError::signature())?;
                // The library compares in constant time, and refuses a shortened tag.
                hmac::verify(key, input, signature)
            }
            Self::Rsa(key) => key.parsed(alg)?.verify_sig(input, signature),
            Self::Ec(key, _) | Self::Ed(key) => key.verify_sig(input, signature),
            Self::Ed448(key) => return key.verify(input, signature),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa(key, _) => key.verify_sig(input, signature),
        };
        verified.map_err(|_| JoseError::signature())
    }
}

/// An RSA key, parsed once for each algorithm it is used with.
pub(crate) struct RsaVerifier {
    n: Vec<u8>,
    e: Vec<u8>,
    parsed: [OnceLock<ParsedPublicKey>; 6],
}

impl RsaVerifier {
    fn parsed(&self, alg: Alg) -> Result<&ParsedPublicKey> {
        let (index, parameters) = rsa_parameters(alg)?;
        let slot = self
            .parsed
            .get(index)
            .ok_or(JoseError::unsupported("alg"))?;
        if let Some(key) = slot.get() {
            return Ok(key);
        }
        let components = RsaPublicKeyComponents {
            n: &self.n,
            e: &self.e,
        };
        let key = components
            .to_parsed_public_key(parameters)
            .map_err(|_| JoseError::key("public key refused"))?;
        Ok(slot.get_or_init(|| key))
    }
}

fn hmac_of(keys: &[Option<hmac::Key>; 3], alg: Alg) -> Option<&hmac::Key> {
    let [a, b, c] = keys;
    match alg.hash() {
        Hash::Sha256 => a.as_ref(),
        Hash::Sha384 => b.as_ref(),
        Hash::Sha512 => c.as_ref(),
        Hash::Shake256 => None,
    }
}
