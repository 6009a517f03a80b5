//! Statements of the format `android-key` (WebAuthn Level 3 §8.4): a certificate that a device's keystore makes for the new key.

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Tag};

use super::{Attestation, Maker, Said, number};
use crate::further::webauthn::Rejection;
use crate::further::webauthn::authenticator_data::Made;

/// The extension with what the keystore says of the key, 1.3.6.1.4.1.11129.2.1.17, as its name is encoded.
pub(super) const DESCRIPTION: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 1, 0x11];

/// The model that Android names, b93fd961-f2e6-462f-b122-82002247de78. Certificates of keystores name none.
const MODEL: [u8; 16] = [
    0xb9, 0x3f, 0xd9, 0x61, 0xf2, 0xe6, 0x46, 0x2f, 0xb1, 0x22, 0x82, 0x00, 0x22, 0x47, 0xde, 0x78,
];

/// `KM_PURPOSE_SIGN`.
const SIGN: &[u8] = &[2];
/// `KM_ORIGIN_GENERATED`.
const GENERATED: &[u8] = &[0];

/// What a keystore says of a key.
struct Description<'a> {
    challenge: &'a [u8],
    /// What Android itself sees to.
    software: Rights<'a>,
    /// What the part of the device sees to that Android cannot reach.
    hardware: Rights<'a>,
}

/// What may be done with a key, as far as it matters here.
#[derive(Default)]
struct Rights<'a> {
    purposes: Option<Vec<&'a [u8]>>,
    all_applications: bool,
    origin: Option<&'a [u8]>,
}

pub(super) fn check<'a>(
    object: &'a Attestation,
    made: &Made,
    client_data_hash: &[u8],
) -> Result<Said<'a>, Rejection> {
    let wrong = |why| Err(Rejection::registration(why));
    let statement = &object.statement;
    let (Some(algorithm), Some(signature)) = (number(statement, "alg"), object.signature()) else {
        return wrong("the statement of the authenticator cannot be read");
    };
    let path = object.path().filter(|_| statement.len() == 3);
    let path = path.unwrap_or_default();
    let Some((first, others)) = path.split_first() else {
        return wrong("the certificates of the authenticator cannot be read");
    };
    let Some(key) = first.key(algorithm) else {
        return wrong("the certificate of the authenticator has a key of another kind");
    };
    let message = [object.data.as_slice(), client_data_hash].concat();
    if !key.is_signed(&message, signature) {
        return wrong("the key of the certificate has not signed for the new one");
    }
    if key != made.key {
        return wrong("the certificate of the authenticator is for another key");
    }
    // A keystore describes keys that it keeps. What such a key has signed is no word of the keystore.
    if first.is_authority()
        || others
            .iter()
            .any(|one| one.extension(DESCRIPTION).is_some())
    {
        return wrong("the certificate of the authenticator is for something else");
    }
    let Some(said) = first.extension(DESCRIPTION).and_then(description) else {
        return wrong("what the keystore says of the key cannot be read");
    };
    if said.challenge != client_data_hash {
        return wrong("the certificate of the authenticator is for another ceremony");
    }
    if said.software.all_applications || said.hardware.all_applications {
        return wrong("the key is for all applications of the device");
    }
    // As in Keycloak, what Android alone says of a key is not enough: whoever has altered Android says what they like.
    if said.hardware.origin != Some(GENERATED) {
        return wrong("the key was not made where the device keeps it");
    }
    if said.hardware.purposes.as_deref() != Some(&[SIGN][..]) {
        return wrong("the key is for something else than to sign");
    }
    Ok(Said::Maker(Maker {
        path,
        names_model: made.aaguid == MODEL,
        stays: true,
    }))
}

/// The description of a key (`KeyDescription`); `None` if it is none.
fn description(value: &[u8]) -> Option<Description<'_>> {
    let (whole, behind) = take(value)?;
    let mut members = behind
        .is_empty()
        .then_some(within(&whole, Tag::Sequence)?)?;
    for kind in [Tag::Integer, Tag::Enumerated, Tag::Integer, Tag::Enumerated] {
        plain(&next(&mut members)?, kind)?;
    }
    let challenge = plain(&next(&mut members)?, Tag::OctetString)?;
    let _unique_id = plain(&next(&mut members)?, Tag::OctetString)?;
    let software = rights(within(&next(&mut members)?, Tag::Sequence)?)?;
    let hardware = rights(within(&next(&mut members)?, Tag::Sequence)?)?;
    members.is_empty().then_some(Description {
        challenge,
        software,
        hardware,
    })
}

/// One list of rights (`AuthorizationList`), each of which is marked by its number.
fn rights(mut list: &[u8]) -> Option<Rights<'_>> {
    const PURPOSE: u32 = 1;
    const ALL_APPLICATIONS: u32 = 600;
    const ORIGIN: u32 = 702;
    let mut said = Rights::default();
    while !list.is_empty() {
        let one = next(&mut list)?;
        if one.class() != Class::ContextSpecific || !one.header.is_constructed() {
            return None;
        }
        let mut inner = one.data;
        match one.tag().0 {
            PURPOSE if said.purposes.is_none() => {
                let mut set = within(&next(&mut inner)?, Tag::Set)?;
                let mut purposes = Vec::new();
                while !set.is_empty() {
                    purposes.push(plain(&next(&mut set)?, Tag::Integer)?);
                }
                said.purposes = Some(purposes);
            }
            ALL_APPLICATIONS if !said.all_applications => {
                plain(&next(&mut inner)?, Tag::Null)?;
                said.all_applications = true;
            }
            ORIGIN if said.origin.is_none() => {
                said.origin = Some(plain(&next(&mut inner)?, Tag::Integer)?);
            }
            PURPOSE | ALL_APPLICATIONS | ORIGIN => return None,
            _ => continue,
        }
        if !inner.is_empty() {
            return None;
        }
    }
    Some(said)
}

/// One value of DER, and what stands behind it.
fn take(bytes: &[u8]) -> Option<(Any<'_>, &[u8])> {
    let (rest, any) = Any::from_der(bytes).ok()?;
    Some((any, rest))
}

/// The next of several values.
fn next<'a>(bytes: &mut &'a [u8]) -> Option<Any<'a>> {
    let (any, rest) = take(bytes)?;
    *bytes = rest;
    Some(any)
}

/// What is in a value of this kind, which has others in it.
fn within<'a>(any: &Any<'a>, kind: Tag) -> Option<&'a [u8]> {
    let is_it = any.class() == Class::Universal && any.tag() == kind;
    (is_it && any.header.is_constructed()).then_some(any.data)
}

/// What is in a value of this kind, which has no others in it.
fn plain<'a>(any: &Any<'a>, kind: Tag) -> Option<&'a [u8]> {
    let is_it = any.class() == Class::Universal && any.tag() == kind;
    (is_it && !any.header.is_constructed()).then_some(any.data)
}
