//! What authenticators write, tried with any bytes: the door for those who look for bytes that the parsers cannot stand.

use aws_lc_rs::digest::{SHA256, digest};

use cloakroom_model::Timestamp;

use super::attestation::{Attestation, Said};
use super::authenticator_data::{AuthenticatorData, Made};
use super::certificate::Certificate;
use super::cose::{self, PublicKey};
use super::makers::Makers;

/// Reads bytes as each of the things that an authenticator writes, and tells whether they are any.
///
/// These are a key, what is said of a ceremony of the server `id.test` (without the digest of that name in front), an
/// attestation object, and the certificate of a maker.
///
/// # Errors
/// What a key is read from is a key once more, a key that can be used takes no signature that is made up, and where no maker
/// is listed none vouches. Where that does not hold, the parsers are wrong.
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
        if let Some(attested) = &attested {
            check_statement(attested, made)?;
        }
    }
    let certificate = Certificate::read(bytes);
    if let Some(certificate) = &certificate {
        check_path(std::slice::from_ref(certificate), bytes)?;
    }
    let of_tpm = Certificate::read_of_tpm(bytes).filter(Certificate::is_for_tpms);
    if let Some(certificate) = &of_tpm {
        check_path(std::slice::from_ref(certificate), bytes)?;
    }
    let certificate = certificate.or(of_tpm);
    Ok(key.is_some() || attested.is_some() || !said.is_empty() || certificate.is_some())
}

/// What the statement says, if the client data were an empty object.
fn check_statement(attested: &Attestation, made: &Made) -> Result<(), &'static str> {
    match attested.said(made, b"{}") {
        Ok(Said::Maker(maker)) => check_path(&maker.path, &attested.data),
        _ => Ok(()),
    }
}

fn check_path(path: &[Certificate<'_>], bytes: &[u8]) -> Result<(), &'static str> {
    let now = Timestamp::from_seconds(1_800_000_000);
    if Makers::default().vouch_for(path, now) {
        return Err("nobody is listed, and somebody vouches");
    }
    let linked = path.iter().zip(path.iter().skip(1));
    for (below, (one, issuer)) in linked.enumerate() {
        let _ = one.is_issued_by(issuer, below);
    }
    for one in path {
        let _ = (one.is_for_authenticators(), one.model());
        let keys = cose::algorithms().filter_map(|algorithm| one.key(algorithm));
        for key in keys {
            if key.is_signed(b"a message", bytes) {
                return Err("a certificate is a signature of its own key");
            }
        }
    }
    Ok(())
}
