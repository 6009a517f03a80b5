//! Certificates hold their key, their name and their dates, and sign for themselves.
use cloakroom_jose::certificate::{not_after, self_signed};
use cloakroom_jose::{Alg, DecryptionKey, SigningKey, VerifyingKey};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::vectors::signing_key;

/// 2026-01-01 and 2036-01-01.
const TEN_YEARS: std::ops::Range<i64> = 1_767_225_600..2_082_758_400;

#[test]
fn the_end_is_read_in_both_forms_of_a_date() {
    let key = signing_key(Alg::ES256);
    // The last second that a year of two digits reaches, the first beyond it, and a leap day.
    for end in [2_524_607_999, 2_524_608_000, 1_835_395_200] {
        let der = self_signed(&key, "realm", 0..end, 1).unwrap();

        assert_eq!(not_after(&der).unwrap(), end);
    }
    assert!(not_after(b"nothing").is_err());
}

#[test]
fn another_implementation_reads_and_verifies_it() {
    for alg in [
        Alg::RS256,
        Alg::PS512,
        Alg::ES256,
        Alg::ES384,
        Alg::ES512,
        Alg::EdDSA,
    ] {
        let key = signing_key(alg);
        let der = self_signed(&key, "realm \u{e4}", TEN_YEARS, 77).unwrap();

        let (rest, certificate) = X509Certificate::from_der(&der).unwrap();

        assert!(rest.is_empty());
        let public = certificate.public_key();
        assert_eq!(Some(public.raw.to_vec()), key.public_spki_der(), "{alg}");
        // That implementation reads P-521, and cannot verify with it.
        if !matches!(alg, Alg::ES512) {
            assert!(certificate.verify_signature(None).is_ok(), "{alg}");
        }
        let name = certificate.subject().iter_common_name().next().unwrap();
        assert_eq!(name.as_str().unwrap(), "realm \u{e4}");
        assert_eq!(certificate.subject(), certificate.issuer());
        let validity = certificate.validity();
        assert_eq!(validity.not_before.timestamp(), TEN_YEARS.start);
        assert_eq!(validity.not_after.timestamp(), TEN_YEARS.end);
        assert_eq!(not_after(&der).unwrap(), TEN_YEARS.end, "{alg}");
        assert_eq!(certificate.raw_serial(), [77]);
        let inside = VerifyingKey::from_certificate(Some(alg), None, &der).unwrap();
        assert_eq!(inside.thumbprint(), key.verifying_key().thumbprint());
    }
}

#[test]
fn an_encryption_key_has_one_as_well() {
    let key = DecryptionKey::generate_with_keycloak_kid().unwrap();
    let der = key.self_signed("master", TEN_YEARS, u64::MAX).unwrap();
    let inside = VerifyingKey::from_certificate(None, None, &der).unwrap();
    assert_eq!(inside.spki_der(), key.public_spki_der());
}

#[test]
fn a_secret_or_an_impossible_date_has_none() {
    let secret = SigningKey::generate(Alg::HS256, "k").unwrap();
    assert!(self_signed(&secret, "a", TEN_YEARS, 1).is_err());
    let key = SigningKey::generate(Alg::ES256, "k").unwrap();
    assert!(self_signed(&key, "a", -1..1, 1).is_err());
    assert!(self_signed(&key, "a", 1..i64::MAX, 1).is_err());
}
