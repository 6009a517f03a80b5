//! Certificates of makers (RFC 5280), as far as what an authenticator says of its origin rests on them.

mod of_tpm;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use cloakroom_model::Timestamp;
use x509_parser::asn1_rs::{FromDer as _, Oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
    OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA,
    OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384,
    OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED25519,
};
use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::{AttributeTypeAndValue, SubjectPublicKeyInfo, X509Version};

use super::Rejection;
use super::cose::PublicKey;

/// More than the certificate of any maker has.
const LONGEST: usize = 16 * 1024;

/// The extension `id-fido-gen-ce-aaguid`, 1.3.6.1.4.1.45724.1.1.4, as its name is encoded.
const MODEL: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 4];

/// A certificate behind which there is nothing.
#[derive(Debug)]
pub(super) struct Certificate<'a>(X509Certificate<'a>);

/// What kind of key it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    P521,
    Rsa,
    Edwards,
}

impl<'a> Certificate<'a> {
    /// Reads one; `None` if it is none, or has something that has to be understood and is not (RFC 5280 §4.2).
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_with(bytes, |_| false)
    }

    /// The same, where more is understood than the part of an authority.
    fn read_with(bytes: &'a [u8], more: fn(&ParsedExtension<'_>) -> bool) -> Option<Self> {
        let whole = (bytes.len() <= LONGEST).then_some(bytes)?;
        let (rest, read) = X509Certificate::from_der(whole).ok()?;
        // §4.1.1.2: what is signed says how, and so does what is not.
        let is_one = rest.is_empty() && read.signature_algorithm == read.tbs_certificate.signature;
        let is_understood = |one: &X509Extension<'_>| match one.parsed_extension() {
            ParsedExtension::BasicConstraints(_) | ParsedExtension::KeyUsage(_) => true,
            ParsedExtension::ParseError { .. } => false,
            other => !one.critical || more(other),
        };
        let is_plain = read.extensions().iter().all(is_understood) && read.extensions_map().is_ok();
        (is_one && is_plain).then_some(Self(read))
    }

    /// It, byte for byte.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_raw()
    }

    /// It has begun, and is not over.
    pub(super) fn is_in_time(&self, now: Timestamp) -> bool {
        let validity = self.0.validity();
        let span = validity.not_before.timestamp()..=validity.not_after.timestamp();
        span.contains(&now.seconds())
    }

    /// The other one has signed it, and may do so above this number of other authorities.
    pub(super) fn is_issued_by(&self, other: &Certificate<'_>, below: usize) -> bool {
        let is_named = self.0.issuer().as_raw() == other.0.subject().as_raw();
        is_named && other.may_issue(below) && other.has_signed(self)
    }

    /// RFC 5280 §4.2.1.9, §4.2.1.3: it says of itself that it is an authority, and for so long a path.
    fn may_issue(&self, below: usize) -> bool {
        let constraints = self.0.basic_constraints().ok().flatten();
        let is_authority = constraints.is_some_and(|said| {
            let most = said.value.path_len_constraint;
            let is_short = |most| usize::try_from(most).is_ok_and(|most| below <= most);
            said.value.ca && most.is_none_or(is_short)
        });
        let may_sign = match self.0.key_usage() {
            Ok(said) => said.is_none_or(|said| said.value.key_cert_sign()),
            Err(_) => false,
        };
        self.0.version() == X509Version::V3 && is_authority && may_sign
    }

    fn has_signed(&self, other: &Certificate<'_>) -> bool {
        let (info, signed) = (self.0.public_key(), &other.0.signature_value);
        let algorithm =
            kind(info).and_then(|kind| verifier(kind, &other.0.signature_algorithm.algorithm));
        let is_whole = info.subject_public_key.unused_bits == 0 && signed.unused_bits == 0;
        algorithm.filter(|_| is_whole).is_some_and(|algorithm| {
            let key = UnparsedPublicKey::new(algorithm, &*info.subject_public_key.data);
            key.verify(other.0.tbs_certificate.as_ref(), &signed.data)
                .is_ok()
        })
    }

    /// Its key for signatures of this algorithm (RFC 9053); `None` if it is good for none of them.
    pub(super) fn key(&self, algorithm: i64) -> Option<PublicKey> {
        let info = self.0.public_key();
        let bits = &info.subject_public_key;
        let bytes: &[u8] = &bits.data;
        let key = match (kind(info)?, algorithm) {
            (Kind::P256, -7) | (Kind::P384, -35) | (Kind::P521, -36) => {
                PublicKey::of_point(algorithm, bytes)
            }
            (Kind::Rsa, -259..=-257) => match info.parsed().ok()? {
                Parsed::RSA(key) => Some(PublicKey::of_rsa(
                    algorithm,
                    unsigned(key.modulus),
                    unsigned(key.exponent),
                )),
                _ => None,
            },
            (Kind::Edwards, -8) => PublicKey::of_edwards(bytes),
            _ => None,
        };
        key.filter(|key| bits.unused_bits == 0 && key.is_usable())
    }

    /// WebAuthn §8.2.1: it is one with which a maker lets its authenticators sign, and nothing else.
    pub(super) fn is_for_authenticators(&self) -> bool {
        let subject = self.0.subject();
        let country = only(subject.iter_country());
        let unit = only(subject.iter_organizational_unit());
        let is_said = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        let constraints = self.0.basic_constraints().ok().flatten();
        self.0.version() == X509Version::V3
            && country.is_some_and(|code| code.len() == 2)
            && is_said(only(subject.iter_organization()))
            && unit == Some("Authenticator Attestation")
            && is_said(only(subject.iter_common_name()))
            && constraints.is_some_and(|said| !said.value.ca)
    }

    /// It says of itself that it is an authority.
    pub(super) fn is_authority(&self) -> bool {
        self.0.is_ca()
    }

    /// It is for this key.
    pub(super) fn is_for(&self, key: &PublicKey) -> bool {
        self.key(key.algorithm()).is_some_and(|own| own == *key)
    }

    /// What it says under a name, which is given as it is encoded; no name stands in a certificate twice.
    pub(super) fn extension(&self, name: &[u8]) -> Option<&'a [u8]> {
        let mut all = self.0.extensions().iter();
        all.find(|one| one.oid.as_bytes() == name)
            .map(|one| one.value)
    }

    /// The model that it is for; `None` if it does not say.
    pub(super) fn model(&self) -> Result<Option<[u8; 16]>, Rejection> {
        let Some(said) = self.extension(MODEL) else {
            return Ok(None);
        };
        // A string of sixteen bytes.
        let bytes = said.strip_prefix(&[0x04, 0x10]);
        let model = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let why = "the certificate of the authenticator names its model in no known way";
        model.map(Some).ok_or(Rejection::registration(why))
    }
}

fn kind(info: &SubjectPublicKeyInfo<'_>) -> Option<Kind> {
    let algorithm = &info.algorithm;
    if algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        return Some(Kind::Rsa);
    }
    if algorithm.algorithm == OID_SIG_ED25519 {
        return Some(Kind::Edwards);
    }
    if algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = algorithm.parameters.as_ref()?.as_oid().ok()?;
    let known = [
        (OID_EC_P256, Kind::P256),
        (OID_NIST_EC_P384, Kind::P384),
        (OID_NIST_EC_P521, Kind::P521),
    ];
    let found = known.into_iter().find(|(oid, _)| *oid == curve);
    found.map(|(_, kind)| kind)
}

/// How a key of this kind verifies a signature of this name; SHA-1 is none of them, and neither is RSA below 2048 bits.
fn verifier(kind: Kind, signed: &Oid<'_>) -> Option<&'static dyn VerificationAlgorithm> {
    let is_one_of = |first: Oid<'static>, second: Oid<'static>, third: Oid<'static>| {
        let names = [(first, 256), (second, 384), (third, 512)];
        let found = names.into_iter().find(|(oid, _)| oid == signed);
        found.map(|(_, bits)| bits)
    };
    if kind == Kind::Edwards {
        let algorithm: &'static dyn VerificationAlgorithm = &signature::ED25519;
        return (*signed == OID_SIG_ED25519).then_some(algorithm);
    }
    let bits: u16 = match kind {
        Kind::Rsa => is_one_of(
            OID_PKCS1_SHA256WITHRSA,
            OID_PKCS1_SHA384WITHRSA,
            OID_PKCS1_SHA512WITHRSA,
        )?,
        _ => is_one_of(
            OID_SIG_ECDSA_WITH_SHA256,
            OID_SIG_ECDSA_WITH_SHA384,
            OID_SIG_ECDSA_WITH_SHA512,
        )?,
    };
    let algorithm: &'static dyn VerificationAlgorithm = match (kind, bits) {
        (Kind::Rsa, 256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (Kind::Rsa, 384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (Kind::Rsa, _) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (Kind::P256, 256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Kind::P256, 384) => &signature::ECDSA_P256_SHA384_ASN1,
        (Kind::P256, _) => &signature::ECDSA_P256_SHA512_ASN1,
        (Kind::P384, 256) => &signature::ECDSA_P384_SHA256_ASN1,
        (Kind::P384, 384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Kind::P384, _) => &signature::ECDSA_P384_SHA512_ASN1,
        (_, 256) => &signature::ECDSA_P521_SHA256_ASN1,
        (_, 384) => &signature::ECDSA_P521_SHA384_ASN1,
        _ => &signature::ECDSA_P521_SHA512_ASN1,
    };
    Some(algorithm)
}

/// The only value of an attribute, as text.
fn only<'b, 'a: 'b>(
    mut all: impl Iterator<Item = &'b AttributeTypeAndValue<'a>>,
) -> Option<&'a str> {
    let first = all.next()?;
    all.next().is_none().then(|| first.as_str().ok()).flatten()
}

/// A whole number without the zero that keeps it from being negative.
fn unsigned(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}
