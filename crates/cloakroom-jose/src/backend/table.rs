//! What aws-lc-rs calls the algorithms of the table.
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    self, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, RsaParameters, RsaSignatureEncoding,
};
#[cfg(feature = "ml-dsa")]
use aws_lc_rs::signature::{PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm};

use crate::alg::{Alg, Curve, Family, Hash};
use crate::error::{JoseError, Result};

const NOT_RSA: JoseError = JoseError::key("an RSA key is for RS* and PS* only");

/// `None` if the secret is shorter than the hash (RFC 7518 §3.2).
pub(super) fn hmac_key(alg: Alg, secret: &[u8]) -> Result<Option<hmac::Key>> {
    let algorithm = match (alg.family(), alg.hash()) {
        (Family::Hmac, Hash::Sha256) => hmac::HMAC_SHA256,
        (Family::Hmac, Hash::Sha384) => hmac::HMAC_SHA384,
        (Family::Hmac, Hash::Sha512) => hmac::HMAC_SHA512,
        _ => return Err(JoseError::key("a secret is for HMAC only")),
    };
    let long_enough = secret.len() >= alg.hash().digest_len();
    Ok(long_enough.then(|| hmac::Key::new(algorithm, secret)))
}

pub(super) fn rsa_encoding(alg: Alg) -> Result<&'static RsaSignatureEncoding> {
    Ok(match (alg.family(), alg.hash()) {
        (Family::RsaPkcs1, Hash::Sha256) => &signature::RSA_PKCS1_SHA256,
        (Family::RsaPkcs1, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        (Family::RsaPkcs1, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        (Family::RsaPss, Hash::Sha256) => &signature::RSA_PSS_SHA256,
        (Family::RsaPss, Hash::Sha384) => &signature::RSA_PSS_SHA384,
        (Family::RsaPss, Hash::Sha512) => &signature::RSA_PSS_SHA512,
        _ => return Err(NOT_RSA),
    })
}

/// The place of the algorithm among the six of RSA, and what the library calls it.
pub(super) fn rsa_parameters(alg: Alg) -> Result<(usize, &'static RsaParameters)> {
    Ok(match (alg.family(), alg.hash()) {
        (Family::RsaPkcs1, Hash::Sha256) => (0, &signature::RSA_PKCS1_2048_8192_SHA256),
        (Family::RsaPkcs1, Hash::Sha384) => (1, &signature::RSA_PKCS1_2048_8192_SHA384),
        (Family::RsaPkcs1, Hash::Sha512) => (2, &signature::RSA_PKCS1_2048_8192_SHA512),
        (Family::RsaPss, Hash::Sha256) => (3, &signature::RSA_PSS_2048_8192_SHA256),
        (Family::RsaPss, Hash::Sha384) => (4, &signature::RSA_PSS_2048_8192_SHA384),
        (Family::RsaPss, Hash::Sha512) => (5, &signature::RSA_PSS_2048_8192_SHA512),
        _ => return Err(NOT_RSA),
    })
}

pub(super) fn ec_signing(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
        Curve::Secp256k1 => &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING,
    }
}

pub(super) fn ec_verification(curve: Curve) -> &'static EcdsaVerificationAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
        Curve::Secp256k1 => &signature::ECDSA_P256K1_SHA256_FIXED,
    }
}

#[cfg(feature = "ml-dsa")]
pub(super) fn ml_dsa_signing(alg: Alg) -> Result<&'static PqdsaSigningAlgorithm> {
    match alg {
        Alg::MlDsa44 => Ok(&signature::ML_DSA_44_SIGNING),
        Alg::MlDsa65 => Ok(&signature::ML_DSA_65_SIGNING),
        Alg::MlDsa87 => Ok(&signature::ML_DSA_87_SIGNING),
        _ => Err(JoseError::key("an AKP key is for ML-DSA only")),
    }
}

#[cfg(feature = "ml-dsa")]
pub(super) fn ml_dsa_verification(alg: Alg) -> Result<&'static PqdsaVerificationAlgorithm> {
    match alg {
        Alg::MlDsa44 => Ok(&signature::ML_DSA_44),
        Alg::MlDsa65 => Ok(&signature::ML_DSA_65),
        Alg::MlDsa87 => Ok(&signature::ML_DSA_87),
        _ => Err(JoseError::key("an AKP key is for ML-DSA only")),
    }
}
