//! What authenticators write, tried with any bytes: the door for those who look for bytes that the parsers cannot stand.

use aws_lc_rs::digest::{SHA256, digest};

use super::attestation::Attestation;
use super::authenticator_data::AuthenticatorData;
use super::cose::PublicKey;

/// Reads bytes as each of the things that an authenticator writes, and tells whether they are any.
///
/// These are a key, what is said of a ceremony of the server `id.test` (without the digest of that name in front), and an
/// attestation object.
///
/// # Errors
/// What a key is read from is a key once more, and a key that can be used takes no signature that is made up. Where that
/// does not hold, the parsers are wrong.
pub fn is_any(bytes: &[u8]) -> Result<bool, &'static str> {
    let key = PublicKey::take(bytes);
    if let Some((key, rest)) = &key {
        let read = bytes.len().saturating_sub(rest.len());
        let again = bytes.get(..read).and_then(PublicKey::read);
        if again.as_ref() != Some(key) {
            return Err("a key is another the next time");
        }
        if key.is_usable() && key.is_signed(b"a message", bytes) {
            return Err("a key is its own signature");
        }
    }
    let server = digest(&SHA256, b"id.test");
    let said = [server.as_ref(), bytes].concat();
    let attested = Attestation::read(bytes);
    let inner = attested.as_ref().map(|one| one.data.as_slice());
    let said = [Some(said.as_slice()), inner].into_iter().flatten();
    let said = said.filter_map(|data| AuthenticatorData::check(data, "id.test", false).ok());
    let said: Vec<AuthenticatorData> = said.collect();
    for made in said.iter().filter_map(|one| one.made.as_ref()) {
        if PublicKey::read(&made.key_bytes).as_ref() != Some(&made.key) {
            return Err("a new key is stored as another");
        }
    }
    Ok(key.is_some() || attested.is_some() || !said.is_empty())
}
