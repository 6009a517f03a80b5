//! The self-signed certificates that realm keys are published with.
use std::ops::Range;
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber};

use crate::alg::{Curve, KeyKind, OkpCurve};
use crate::der;
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

/// The second at which a certificate in DER ends, since 1970.
///
/// Nothing of the certificate is verified: whoever configured it chose it.
///
/// # Errors
/// If it is no certificate, or its end has another form than RFC 5280 §4.1.2.5 allows.
pub fn not_after(der: &[u8]) -> Result<i64> {
    const BAD: JoseError = JoseError::malformed("certificate");
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let (form, text) = der::not_after(der)?;
    let digits = text.strip_suffix(b"Z").ok_or(BAD)?;
    let digits = std::str::from_utf8(digits).map_err(|_| BAD)?;
    let (year, rest) = match form {
        // A year of two digits lies between 1950 and 2049.
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2).ok_or(BAD)?;
            let year: i64 = year.parse().map_err(|_| BAD)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4).ok_or(BAD)?;
            (year.parse().map_err(|_| BAD)?, rest)
        }
        _ => return Err(BAD),
    };
    let mut parts = [0_i64; 5];
    let mut rest = rest;
    for part in &mut parts {
        let (two, after) = rest.split_at_checked(2).ok_or(BAD)?;
        *part = two.parse().map_err(|_| BAD)?;
        rest = after;
    }
    let [month, day, hour, minute, second] = parts;
    if !rest.is_empty() || !(1..=12).contains(&month) {
        return Err(BAD);
    }
    Ok(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// The days from 1970 to a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // A year that begins in March has its leap day at the end.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    146_097 * century / 4 + 1461 * of_century / 4 + (153 * month + 2) / 5 + day - 719_469
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
