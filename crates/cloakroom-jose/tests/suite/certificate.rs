//! Certificates hold their key, their name and their dates, and sign for themselves.
use cloakroom_jose::certificate::self_signed;
use cloakroom_jose::{Alg, DecryptionKey, SigningKey, VerifyingKey};
use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::vectors::signing_key;

/// 2026-01-01 and 2036-01-01.
const TEN_YEARS: std::ops::Range<i64> = 1_767_225_600..2_082_758_400;

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

        let certificate = X509::from_der(&der).unwrap();

        let public = certificate.public_key().unwrap();
        assert!(certificate.verify(&public).unwrap(), "{alg}");
        assert_eq!(
            Some(public.public_key_to_der().unwrap()),
            key.public_spki_der(),
            "{alg}"
        );
        let name = certificate.subject_name().entries().next().unwrap();
        assert_eq!(name.data().as_slice(), "realm \u{e4}".as_bytes());
        let at = |seconds| Asn1Time::from_unix(seconds).unwrap();
        assert!(certificate.not_before() == at(TEN_YEARS.start));
        assert!(certificate.not_after() == at(TEN_YEARS.end));
        let serial = certificate.serial_number().to_bn().unwrap();
        assert_eq!(serial.to_dec_str().unwrap().to_string(), "77");
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
