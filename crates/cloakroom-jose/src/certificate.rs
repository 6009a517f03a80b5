//! The self-signed certificates that realm keys are published with.
use std::ops::Range;
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber};

use crate::alg::{Curve, KeyKind, OkpCurve};
use crate::error::{JoseError, Result};
use crate::key::SigningKey;

/// A certificate in DER that the key signs for itself.
///
/// `validity` is in seconds since 1970, up to and with its end. The certificate proves nothing;
/// it is there for clients that read keys out of `x5c` alone.
///
/// # Errors
/// If the key is a secret, or a date is before 1970 or out of range.
pub fn self_signed(
    key: &SigningKey,
    common_name: &str,
    validity: Range<i64>,
    serial: u64,
) -> Result<Vec<u8>> {
    const FAILED: JoseError = JoseError::key("certificate could not be made");
    let algorithm = match key.alg().key_kind() {
        KeyKind::Oct => return Err(JoseError::key("a secret has no certificate")),
        KeyKind::Rsa => &rcgen::PKCS_RSA_SHA256,
        KeyKind::Ec(Curve::P256) => &rcgen::PKCS_ECDSA_P256_SHA256,
        KeyKind::Ec(Curve::P384) => &rcgen::PKCS_ECDSA_P384_SHA384,
        KeyKind::Ec(Curve::P521) => &rcgen::PKCS_ECDSA_P521_SHA512,
        KeyKind::Okp(OkpCurve::Ed25519) => &rcgen::PKCS_ED25519,
        _ => return Err(JoseError::unsupported("certificate for this kind of key")),
    };
    let pkcs8 = key.to_pkcs8().ok_or(FAILED)?;
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_slice().into(), algorithm)
        .map_err(|_| FAILED)?;

    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, common_name);
    params.distinguished_name = subject;
    params.serial_number = Some(SerialNumber::from(serial));
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_1970(validity.start)?;
    params.not_after = epoch + since_1970(validity.end)?;
    let certificate = params.self_signed(&pair).map_err(|_| FAILED)?;
    Ok(certificate.der().to_vec())
}

/// RFC 5280 §4.1.2.5: a certificate knows no year after 9999.
fn since_1970(seconds: i64) -> Result<Duration> {
    const END_OF_9999: u64 = 253_402_300_799;
    u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds <= END_OF_9999)
        .map(Duration::from_secs)
        .ok_or(JoseError::key("date of the certificate out of range"))
}
