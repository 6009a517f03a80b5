//! The only file that names the cryptography library.
//!
//! Signatures go straight to aws-lc-rs, and so does ES512, which it offers too. jsonwebtoken would
//! parse an RSA key again for each signature and wants a provider installed for the whole process;
//! josekit would bring OpenSSL as a second library for what the first one does.
use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeyPairComponents, KeySize};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, RsaSignatureEncoding,
};
use aws_lc_rs::{digest, hmac, rand};
use zeroize::Zeroizing;

use crate::alg::{Alg, Curve, Family, Hash, KeyKind};
use crate::der;
use crate::error::{JoseError, Result};
use crate::jwk::Material;

/// The signature of an 8192-bit RSA key, the longest there is.
const SIGNATURE_LIMIT: usize = 1024;

pub(crate) fn digest(hash: Hash, bytes: &[u8]) -> digest::Digest {
    let algorithm = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    digest::digest(algorithm, bytes)
}

/// For `x5t` alone, where RFC 7517 §4.8 demands it and nothing rests on it.
pub(crate) fn sha1(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
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
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    /// Makes a fresh key with the library's own random numbers (RSA generation takes no others).
    pub(crate) fn generate(alg: Alg) -> Result<Self> {
        const FAILED: JoseError = JoseError::key("key generation failed");
        match alg.key_kind() {
            KeyKind::Oct => {
                // Twice the digest is what Keycloak generates for HS512, and one hash block.
                let mut secret = Zeroizing::new(vec![0; 2 * alg.hash().digest_len()]);
                rand::fill(&mut secret).map_err(|_| FAILED)?;
                Self::from_secret(alg, &secret)
            }
            KeyKind::Rsa => {
                let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| FAILED)?;
                Ok(Self::Rsa {
                    key,
                    encoding: rsa_encoding(alg)?,
                })
            }
            KeyKind::Ec(curve) => {
                let key = EcdsaKeyPair::generate(ec_signing(curve)).map_err(|_| FAILED)?;
                Ok(Self::Ec(key))
            }
            KeyKind::Okp => Ok(Self::Ed(Ed25519KeyPair::generate().map_err(|_| FAILED)?)),
        }
    }

    pub(crate) fn from_secret(alg: Alg, secret: &[u8]) -> Result<Self> {
        let key = hmac_key(alg, secret)?.ok_or(JoseError::key("HMAC key shorter than its hash"))?;
        Ok(Self::Hmac {
            key: Box::new(key),
            secret: Zeroizing::new(secret.to_vec()),
        })
    }

    pub(crate) fn from_pkcs8(alg: Alg, der: &[u8]) -> Result<Self> {
        const REFUSED: JoseError = JoseError::key("PKCS #8 key refused");
        match alg.key_kind() {
            KeyKind::Oct => Err(JoseError::key("a secret has no PKCS #8 form")),
            KeyKind::Rsa => {
                let key = RsaKeyPair::from_pkcs8(der).map_err(|_| REFUSED)?;
                Ok(Self::Rsa {
                    key,
                    encoding: rsa_encoding(alg)?,
                })
            }
            KeyKind::Ec(curve) => {
                let key = EcdsaKeyPair::from_pkcs8(ec_signing(curve), der).map_err(|_| REFUSED)?;
                Ok(Self::Ec(key))
            }
            KeyKind::Okp => {
                // Other writers leave the public key out (RFC 5958 makes it optional).
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| REFUSED)?;
                Ok(Self::Ed(key))
            }
        }
    }

    pub(crate) fn from_pkcs1(alg: Alg, der: &[u8]) -> Result<Self> {
        let encoding = rsa_encoding(alg)?;
        let key = RsaKeyPair::from_der(der).map_err(|_| JoseError::key("PKCS #1 key refused"))?;
        Ok(Self::Rsa { key, encoding })
    }

    pub(crate) fn from_rsa_parts(alg: Alg, parts: &RsaParts) -> Result<Self> {
        let encoding = rsa_encoding(alg)?;
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
        let key = RsaKeyPair::from_components(&components)
            .map_err(|_| JoseError::key("RSA key refused"))?;
        Ok(Self::Rsa { key, encoding })
    }

    pub(crate) fn from_ec_parts(curve: Curve, d: &[u8], point: &[u8]) -> Result<Self> {
        let key = EcdsaKeyPair::from_private_key_and_public_key(ec_signing(curve), d, point);
        Ok(Self::Ec(key.map_err(|_| JoseError::key("EC key refused"))?))
    }

    pub(crate) fn from_ed_parts(seed: &[u8], x: &[u8]) -> Result<Self> {
        let key = Ed25519KeyPair::from_seed_and_public_key(seed, x);
        Ok(Self::Ed(
            key.map_err(|_| JoseError::key("Ed25519 key refused"))?,
        ))
    }

    /// The private key as PKCS #8; `None` for a secret, which has no such form.
    pub(crate) fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Hmac { .. } => None,
            Self::Rsa { key, .. } => {
                let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
                Some(Zeroizing::new(der.as_ref().to_vec()))
            }
            Self::Ec(key) => Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec())),
            // Version 1, without the public key: what OpenSSL and Java read.
            Self::Ed(key) => Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec())),
        }
    }

    /// The public part; `None` for a secret.
    pub(crate) fn material(&self) -> Result<Option<Material>> {
        Ok(match self {
            Self::Hmac { .. } => None,
            Self::Rsa { key, .. } => Some(der::read_rsa_public_key(key.public_key().as_ref())?),
            Self::Ec(key) => {
                let curve = Curve::ALL
                    .into_iter()
                    .find(|curve| ec_signing(*curve) == key.algorithm())
                    .ok_or(JoseError::unsupported("curve"))?;
                Some(Material::from_point(curve, key.public_key().as_ref())?)
            }
            Self::Ed(key) => Some(Material::Okp {
                x: key.public_key().as_ref().to_vec(),
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
            Self::Ec(key) => {
                with(
                    key.sign(&SystemRandom::new(), input)
                        .map_err(|_| FAILED)?
                        .as_ref(),
                );
            }
            Self::Ed(key) => with(key.try_sign(input).map_err(|_| FAILED)?.as_ref()),
        }
        Ok(())
    }
}

/// The numbers of a private RSA key (RFC 8017 §3.2).
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

/// A public key (or a shared secret), parsed once.
pub(crate) enum Verifier {
    /// One key for each hash that the secret is long enough for.
    Hmac(Box<[Option<hmac::Key>; 3]>),
    Rsa(Box<RsaVerifier>),
    Ec(ParsedPublicKey, Curve),
    Ed(ParsedPublicKey),
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl Verifier {
    /// Keeps the secret for `only` this algorithm, or for each one it is long enough for.
    pub(crate) fn from_secret(only: Option<Alg>, secret: &[u8]) -> Result<Self> {
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
            Material::Okp { x } => {
                let key = ParsedPublicKey::new(&signature::ED25519, x);
                Ok(Self::Ed(key.map_err(|_| REFUSED)?))
            }
        }
    }

    /// Whether the key is of the kind the algorithm needs, and long enough for it.
    pub(crate) fn fits(&self, alg: Alg) -> bool {
        match (self, alg.key_kind()) {
            (Self::Hmac(keys), KeyKind::Oct) => hmac_of(keys, alg).is_some(),
            (Self::Rsa(_), KeyKind::Rsa) | (Self::Ed(_), KeyKind::Okp) => true,
            (Self::Ec(_, own), KeyKind::Ec(wanted)) => *own == wanted,
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

/// `None` if the secret is shorter than the hash (RFC 7518 §3.2).
fn hmac_key(alg: Alg, secret: &[u8]) -> Result<Option<hmac::Key>> {
    let algorithm = match (alg.family(), alg.hash()) {
        (Family::Hmac, Hash::Sha256) => hmac::HMAC_SHA256,
        (Family::Hmac, Hash::Sha384) => hmac::HMAC_SHA384,
        (Family::Hmac, Hash::Sha512) => hmac::HMAC_SHA512,
        _ => return Err(JoseError::key("a secret is for HMAC only")),
    };
    let long_enough = secret.len() >= alg.hash().digest_len();
    Ok(long_enough.then(|| hmac::Key::new(algorithm, secret)))
}

fn hmac_of(keys: &[Option<hmac::Key>; 3], alg: Alg) -> Option<&hmac::Key> {
    let [a, b, c] = keys;
    match alg.hash() {
        Hash::Sha256 => a.as_ref(),
        Hash::Sha384 => b.as_ref(),
        Hash::Sha512 => c.as_ref(),
    }
}

fn rsa_encoding(alg: Alg) -> Result<&'static RsaSignatureEncoding> {
    Ok(match (alg.family(), alg.hash()) {
        (Family::RsaPkcs1, Hash::Sha256) => &signature::RSA_PKCS1_SHA256,
        (Family::RsaPkcs1, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        (Family::RsaPkcs1, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        (Family::RsaPss, Hash::Sha256) => &signature::RSA_PSS_SHA256,
        (Family::RsaPss, Hash::Sha384) => &signature::RSA_PSS_SHA384,
        (Family::RsaPss, Hash::Sha512) => &signature::RSA_PSS_SHA512,
        _ => return Err(JoseError::key("an RSA key is for RS* and PS* only")),
    })
}

/// The slot of the algorithm in [`RsaVerifier`], and what the library calls it.
fn rsa_parameters(alg: Alg) -> Result<(usize, &'static RsaParameters)> {
    Ok(match (alg.family(), alg.hash()) {
        (Family::RsaPkcs1, Hash::Sha256) => (0, &signature::RSA_PKCS1_2048_8192_SHA256),
        (Family::RsaPkcs1, Hash::Sha384) => (1, &signature::RSA_PKCS1_2048_8192_SHA384),
        (Family::RsaPkcs1, Hash::Sha512) => (2, &signature::RSA_PKCS1_2048_8192_SHA512),
        (Family::RsaPss, Hash::Sha256) => (3, &signature::RSA_PSS_2048_8192_SHA256),
        (Family::RsaPss, Hash::Sha384) => (4, &signature::RSA_PSS_2048_8192_SHA384),
        (Family::RsaPss, Hash::Sha512) => (5, &signature::RSA_PSS_2048_8192_SHA512),
        _ => return Err(JoseError::key("an RSA key is for RS* and PS* only")),
    })
}

fn ec_signing(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    }
}

fn ec_verification(curve: Curve) -> &'static EcdsaVerificationAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
    }
}
