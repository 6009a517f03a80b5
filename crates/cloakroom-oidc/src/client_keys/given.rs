//! Keys that administrators give a client: read before they are kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{VerifyingKey, pem};

/// A certificate, PEM or bare base64, as the base64 that is kept; `None` if it is none.
pub fn certificate(text: &str) -> Option<String> {
    let (_, der) = pem::decode(text.trim()).ok()?;
    VerifyingKey::from_certificate(None, None, &der).ok()?;
    Some(STANDARD.encode(der))
}

/// A public key, PEM or bare base64, as the base64 that is kept; `None` if it is none.
pub fn public_key(text: &str) -> Option<String> {
    let (_, der) = pem::decode(text.trim()).ok()?;
    VerifyingKey::from_spki(None, None, &der).ok()?;
    Some(STANDARD.encode(der))
}

/// The public key inside a certificate, as base64.
pub fn public_key_of(certificate: &str) -> Option<String> {
    let (_, der) = pem::decode(certificate).ok()?;
    let key = VerifyingKey::from_certificate(None, None, &der).ok()?;
    Some(STANDARD.encode(key.spki_der()?))
}
