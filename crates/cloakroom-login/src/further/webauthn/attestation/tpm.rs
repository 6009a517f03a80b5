//! Statements of the format `tpm` (WebAuthn Level 3 §8.3): the TPM of a computer says with a key of its own that it has the new one.

mod structures;

use aws_lc_rs::digest::digest;
use ciborium::Value;

use super::{Attestation, Maker, Said, number};
use crate::further::webauthn::Rejection;
use crate::further::webauthn::authenticator_data::Made;
use crate::further::webauthn::certificate::Certificate;
use structures::{Area, Certified};

/// RSA over SHA-1, with which Windows Hello has let many TPMs sign.
const BROKEN: i64 = -65535;

/// The model that Windows Hello names where a TPM has the key, 08987058-cadc-4b81-b6e1-30de50dcbe96. Certificates need name none.
const MODEL: [u8; 16] = [
    0x08, 0x98, 0x70, 0x58, 0xca, 0xdc, 0x4b, 0x81, 0xb6, 0xe1, 0x30, 0xde, 0x50, 0xdc, 0xbe, 0x96,
];

pub(super) fn check<'a>(
    object: &'a Attestation,
    made: &Made,
    client_data_hash: &[u8],
) -> Result<Said<'a>, Rejection> {
    let wrong = |why| Err(Rejection::registration(why));
    let statement = &object.statement;
    let bytes = |name| statement.named(name).and_then(Value::as_bytes);
    let version = statement.named("ver").and_then(Value::as_text);
    let is_whole = statement.len() == 6 && version == Some("2.0");
    let parts = (number(statement, "alg"), object.signature());
    let areas = (bytes("certInfo"), bytes("pubArea"));
    let ((Some(algorithm), Some(signature)), (Some(info), Some(area)), true) =
        (parts, areas, is_whole)
    else {
        return wrong("the statement of the authenticator cannot be read");
    };
    if algorithm == BROKEN {
        return Ok(Said::Unread(
            "the TPM has signed over SHA-1, which is broken, and the realm asks for its word",
        ));
    }
    let Some(read) = Area::read(area) else {
        return wrong("what the TPM says of the key cannot be read");
    };
    if !read.is_of(&made.key) {
        return wrong("the TPM speaks of another key");
    }
    let Some(certified) = Certified::read(info) else {
        return wrong("what the TPM has signed is not that it has a key");
    };
    let Some(method) = structures::digest_of(algorithm) else {
        return wrong("the certificate of the authenticator has a key of another kind");
    };
    let message = [object.data.as_slice(), client_data_hash].concat();
    if certified.extra != digest(method, &message).as_ref() {
        return wrong("the TPM has signed for another ceremony");
    }
    if certified.name != read.name(area) {
        return wrong("the TPM speaks of another key");
    }
    let path = object.path_from(Certificate::read_of_tpm);
    let path = path.unwrap_or_default();
    let Some(first) = path.first() else {
        return wrong("the certificates of the authenticator cannot be read");
    };
    let Some(key) = first.key(algorithm) else {
        return wrong("the certificate of the authenticator has a key of another kind");
    };
    if !key.is_signed(info, signature) {
        return wrong("the key of the certificate has not signed for the new one");
    }
    if !first.is_for_tpms() {
        return wrong("the certificate of the authenticator is for something else");
    }
    let model = first.model()?;
    if model.is_some_and(|model| model != made.aaguid) {
        return wrong("the certificate of the authenticator is for another model");
    }
    Ok(Said::Maker(Maker {
        path,
        names_model: model.is_some() || made.aaguid == MODEL,
        stays: read.stays,
    }))
}
