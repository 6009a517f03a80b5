//! Private keys that sign.
use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeyPairComponents, KeySize};
use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaPublicKeyComponents, RsaSignatureEncoding,
};
use zeroize::Zeroizing;

use super::agreement::x25519_public;
use super::curve448::{Ed448Signer, X448};
use super::table::{ec_signing, hmac_key, rsa_encoding};
use crate::alg::{Alg, Curve, KeyKind, OkpCurve, RsaSize};
use crate::der::{self, Document};
use crate::error::{JoseError, Result};
use crate::jwk::Material;

/// The signature of an 8192-bit RSA key, the longest but those of ML-DSA.
const SIGNATURE_LIMIT: usize = 1024;

const REFUSED: JoseError = JoseError::key("private key refused");
const OTHER: JoseError = JoseError::key("the key is not for this algorithm");

/// The numbers of a private RSA key (RFC 8017 §3.2).
#[derive(Clone)]
pub(crate) struct RsaParts {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
    pub(crate) d: Zeroizing<Vec<u8>>,
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    pub(crate) dp: Zeroizing<Vec<u8>>,
    pub(crate) dq: Zeroizing<Vec<u8>>,
    pub(crate) qi: Zeroizing<Vec<u8>>,
}

/// A private key, parsed once.
pub(crate) enum Signer {
    Hmac {
        key: Box<hmac::Key>,
        secret: Zeroizing<Vec<u8>>,
    },
    Rsa {
        key: RsaKeyPair,
        encoding: &'static RsaSignatureEncoding,
    },
    Ec(EcdsaKeyPair, Curve),
    Ed(Ed25519KeyPair),
    Ed448(Box<Ed448Signer>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(aws_lc_rs::signature::PqdsaKeyPair, Alg),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// Makes an RSA key, which takes long, with the library's own random numbers.
pub(crate) fn generate_rsa(size: RsaSize) -> Result<RsaParts> {
    const FAILED: JoseError = JoseError::key("key generation failed");
    let size = match size {
        RsaSize::Bits2048 => KeySize::Rsa2048,
        RsaSize::Bits3072 => KeySize::Rsa3072,
        RsaSize::Bits4096 => KeySize::Rsa4096,
    };
    let key = RsaKeyPair::generate(size).map_err(|_| FAILED)?;
    let pkcs8: Pkcs8V1Der<'_> = key.as_der().map_err(|_| FAILED)?;
    match der::read_pkcs8(pkcs8.as_ref())? {
        Document::Rsa(parts) => Ok(parts),
        _ => Err(FAILED),
    }
}

impl Signer {
    pub(crate) fn from_secret(alg: Alg, secret: &[u8]) -> Result<Self> {
        let key = hmac_key(alg, secret)?.ok_or(JoseError::key("HMAC key shorter than its hash"))?;
        Ok(Self::Hmac {
            key: Box::new(key),
            secret: Zeroizing::new(secret.to_vec()),
        })
    }

    /// Parses the parts of a key that must be one for `alg`.
    pub(crate) fn from_document(alg: Alg, document: &Document) -> Result<Self> {
        match (alg.key_kind(), document) {
            (KeyKind::Rsa, Document::Rsa(parts)) => Ok(Self::Rsa {
                key: rsa_pair(parts)?,
                encoding: rsa_encoding(alg)?,
            }),
            (KeyKind::Ec(wanted), Document::Ec(curve, d)) if wanted == *curve => {
                Ok(Self::Ec(ec_pair(*curve, d)?, *curve))
            }
            (KeyKind::Okp(OkpCurve::Ed25519), Document::Okp(OkpCurve::Ed25519, d)) => {
                let key = Ed25519KeyPair::from_seed_unchecked(d).map_err(|_| REFUSED)?;
                Ok(Self::Ed(key))
            }
            (KeyKind::Okp(OkpCurve::Ed448), Document::Okp(OkpCurve::Ed448, d)) => {
                let pkcs8 = der::write_okp_pkcs8(OkpCurve::Ed448, d);
                let key = Ed448Signer::from_pkcs8(&pkcs8)?;
                Ok(Self::Ed448(Box::new(key)))
            }
            #[cfg(feature = "ml-dsa")]
            (KeyKind::Akp(wanted), Document::Akp(own, seed)) if wanted == *own => {
                Ok(Self::MlDsa(ml_dsa_pair(*own, seed)?, *own))
            }
            _ => Err(OTHER),
        }
    }

    /// The private key as PKCS #8; `None` for a secret, which has no such form.
    pub(crate) fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Hmac { .. } => None,
            Self::Rsa { key, .. } => {
                let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
                Some(Zeroizing::new(der.as_ref().to_vec()))
            }
            Self::Ec(key, _) => Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec())),
            // Version 1, without the public key: what OpenSSL and Java read.
            Self::Ed(key) => Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec())),
            Self::Ed448(key) => Some(key.pkcs8().clone()),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa(key, _) => Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec())),
        }
    }

    /// The public part; `None` for a secret.
    pub(crate) fn material(&self) -> Result<Option<Material>> {
        Ok(match self {
            Self::Hmac { .. } => None,
            Self::Rsa { key, .. } => Some(der::read_rsa_public_key(key.public_key().as_ref())?),
            Self::Ec(key, curve) => Some(Material::from_point(*curve, key.public_key().as_ref())?),
            Self::Ed(key) => Some(okp(OkpCurve::Ed25519, key.public_key().as_ref())),
            Self::Ed448(key) => Some(okp(OkpCurve::Ed448, key.public())),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa(key, alg) => Some(Material::Akp {
                alg: *alg,
                public: key.public_key().as_ref().to_vec(),
            }),
        })
    }

    /// Signs, and hands the signature to `with`, which spares a copy of it.
    pub(crate) fn sign(&self, input: &[u8], with: impl FnOnce(&[u8])) -> Result<()> {
        const FAILED: JoseError = JoseError::key("signing failed");
        match self {
            Self::Hmac { key, .. } => with(hmac::sign(key, input).as_ref()),
            Self::Rsa { key, encoding } => {
                let mut room = [0; SIGNATURE_LIMIT];
                let signature = room.get_mut(..key.public_modulus_len()).ok_or(FAILED)?;
                key.sign(*encoding, &SystemRandom::new(), input, signature)
                    .map_err(|_| FAILED)?;
                with(signature);
            }
            Self::Ec(key, _) => {
                with(
                    key.sign(&SystemRandom::new(), input)
                        .map_err(|_| FAILED)?
                        .as_ref(),
                );
            }
            Self::Ed(key) => with(key.try_sign(input).map_err(|_| FAILED)?.as_ref()),
            Self::Ed448(key) => with(&key.sign(input)?),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa(key, _) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                key.sign(input, &mut signature).map_err(|_| FAILED)?;
                with(&signature);
            }
        }
        Ok(())
    }
}

/// The public key of private parts, whatever they are for; broken parts are refused.
pub(crate) fn public_of(document: &Document) -> Result<Material> {
    match document {
        Document::Rsa(parts) => der::read_rsa_public_key(rsa_pair(parts)?.public_key().as_ref()),
        Document::Ec(curve, d) => {
            Material::from_point(*curve, ec_pair(*curve, d)?.public_key().as_ref())
        }
        Document::Okp(curve @ OkpCurve::Ed25519, d) => {
            let key = Ed25519KeyPair::from_seed_unchecked(d).map_err(|_| REFUSED)?;
            Ok(okp(*curve, key.public_key().as_ref()))
        }
        Document::Okp(OkpCurve::X25519, d) => x25519_public(d),
        Document::Okp(curve @ OkpCurve::Ed448, d) => {
            let key = Ed448Signer::from_pkcs8(&der::write_okp_pkcs8(*curve, d))?;
            Ok(okp(*curve, key.public()))
        }
        Document::Okp(curve @ OkpCurve::X448, d) => {
            let key = X448::from_pkcs8(&der::write_okp_pkcs8(*curve, d))?;
            Ok(okp(*curve, key.public()))
        }
        #[cfg(feature = "ml-dsa")]
        Document::Akp(alg, seed) => Ok(Material::Akp {
            alg: *alg,
            public: ml_dsa_pair(*alg, seed)?.public_key().as_ref().to_vec(),
        }),
    }
}

fn okp(curve: OkpCurve, x: &[u8]) -> Material {
    Material::Okp {
        curve,
        x: x.to_vec(),
    }
}

/// The library checks that all numbers belong together.
fn rsa_pair(parts: &RsaParts) -> Result<RsaKeyPair> {
    let components = KeyPairComponents {
        public_key: RsaPublicKeyComponents {
            n: &parts.n,
            e: &parts.e,
        },
        d: &*parts.d,
        p: &*parts.p,
        q: &*parts.q,
        dP: &*parts.dp,
        dQ: &*parts.dq,
        qInv: &*parts.qi,
    };
    RsaKeyPair::from_components(&components).map_err(|_| JoseError::key("RSA key refused"))
}

fn ec_pair(curve: Curve, d: &[u8]) -> Result<EcdsaKeyPair> {
    // The library computes the public key that the document leaves out.
    let pkcs8 = der::write_ec_pkcs8(curve, d, &[]);
    EcdsaKeyPair::from_pkcs8(ec_signing(curve), &pkcs8)
        .map_err(|_| JoseError::key("EC key refused"))
}

#[cfg(feature = "ml-dsa")]
fn ml_dsa_pair(alg: Alg, seed: &[u8]) -> Result<aws_lc_rs::signature::PqdsaKeyPair> {
    let algorithm = super::table::ml_dsa_signing(alg)?;
    aws_lc_rs::signature::PqdsaKeyPair::from_seed(algorithm, seed)
        .map_err(|_| JoseError::key("ML-DSA key refused"))
}
