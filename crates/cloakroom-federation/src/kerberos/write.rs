//! The elements of messages that are written: requests here, and in tests what others would answer.

use cloakroom_model::Timestamp;

use super::der::{BITS, INTEGER, OCTETS, SEQUENCE, TEXT, TIME, element, field};
use crate::saml::instant;

pub(super) fn sequence(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = fields
        .iter()
        .map(|(number, inside)| field(*number, inside))
        .collect();
    listed(&parts)
}

/// Elements one after the other, without numbers.
pub(super) fn listed(parts: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    element(SEQUENCE, &parts)
}

/// A number that is not negative.
pub(super) fn integer(number: i64) -> Vec<u8> {
    element(INTEGER, &[shortest(&number.to_be_bytes())])
}

pub(super) fn octets(bytes: &[u8]) -> Vec<u8> {
    element(OCTETS, &[bytes])
}

pub(super) fn flags(flags: u32) -> Vec<u8> {
    element(BITS, &[&[0], &flags.to_be_bytes()])
}

pub(super) fn text(text: &str) -> Vec<u8> {
    element(TEXT, &[text.as_bytes()])
}

pub(super) fn time(at: Timestamp) -> Vec<u8> {
    let text = instant::write(at);
    let digits = text.replace(['-', ':', 'T'], "");
    element(TIME, &[digits.as_bytes()])
}

/// A `PrincipalName` of this type (RFC 4120 §6.2).
pub(super) fn name<T: AsRef<str>>(kind: i64, parts: &[T]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts.iter().map(|part| text(part.as_ref())).collect();
    sequence(&[(0, integer(kind)), (1, listed(&parts))])
}

/// `EncryptedData`.
pub(super) fn sealed(kind: i64, version: Option<i64>, bytes: &[u8]) -> Vec<u8> {
    let mut fields = vec![(0, integer(kind))];
    fields.extend(version.map(|version| (1, integer(version))));
    fields.push((2, octets(bytes)));
    sequence(&fields)
}

/// Without the bytes that a number needs not.
pub(super) fn shortest(number: &[u8]) -> &[u8] {
    let mut rest = number;
    while let [0, next, ..] = rest
        && *next < 0x80
    {
        rest = rest.get(1..).unwrap_or_default();
    }
    rest
}
