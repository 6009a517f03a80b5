//! Statements of the format `apple` (WebAuthn Level 3 §8.8): a certificate that Apple makes for the new key, and for this one ceremony.

use aws_lc_rs::digest::{SHA256, digest};

use super::{Attestation, Maker, Said};
use crate::further::webauthn::Rejection;
use crate::further::webauthn::authenticator_data::Made;

/// The extension with the digest of the ceremony, 1.2.840.113635.100.8.2, as its name is encoded.
pub(super) const CEREMONY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 8, 2];

/// What stands before the digest: a sequence of one member, marked as the first, that is a string of 32 bytes.
const BEFORE: &[u8] = &[0x30, 0x24, 0xa1, 0x22, 0x04, 0x20];

/// The model that Apple's devices name, f24a8e70-d0d3-f82c-2937-32523cc4de5a. Their certificates name none.
const MODEL: [u8; 16] = [
    0xf2, 0x4a, 0x8e, 0x70, 0xd0, 0xd3, 0xf8, 0x2c, 0x29, 0x37, 0x32, 0x52, 0x3c, 0xc4, 0xde, 0x5a,
];

pub(super) fn check<'a>(
    object: &'a Attestation,
    made: &Made,
    client_data_hash: &[u8],
) -> Result<Said<'a>, Rejection> {
    let wrong = |why| Err(Rejection::registration(why));
    let path = object.path().filter(|_| object.statement.len() == 1);
    let path = path.unwrap_or_default();
    let Some(first) = path.first() else {
        return wrong("the certificates of the authenticator cannot be read");
    };
    let message = [object.data.as_slice(), client_data_hash].concat();
    let ceremony = [BEFORE, digest(&SHA256, &message).as_ref()].concat();
    if first.extension(CEREMONY) != Some(ceremony.as_slice()) {
        return wrong("the certificate of the authenticator is for another ceremony");
    }
    if first.is_authority() {
        return wrong("the certificate of the authenticator is for something else");
    }
    if !first.is_for(&made.key) {
        return wrong("the certificate of the authenticator is for another key");
    }
    Ok(Said::Maker(Maker {
        path,
        names_model: made.aaguid == MODEL,
        stays: true,
    }))
}
