//! Statements of the format `fido-u2f` (WebAuthn Level 3 §8.6), which authenticators of before WebAuthn make.

use super::{Attestation, Maker, Said};
use crate::further::webauthn::Rejection;
use crate::further::webauthn::authenticator_data::Made;

/// The one algorithm of the format (RFC 9053).
const ES256: i64 = -7;

pub(super) fn check<'a>(
    object: &'a Attestation,
    made: &Made,
    client_data_hash: &[u8],
) -> Result<Said<'a>, Rejection> {
    let wrong = |why| Err(Rejection::registration(why));
    // Such authenticators have no models, so the format has one name for all of them.
    if made.aaguid != [0; 16] {
        return wrong("an authenticator of this format names no model");
    }
    let is_whole = object.statement.len() == 2;
    let path = object.path().filter(|path| is_whole && path.len() == 1);
    let (Some(path), Some(signature)) = (path, object.signature()) else {
        return wrong("the statement of the authenticator cannot be read");
    };
    let first = path.first().filter(|one| !one.is_authority());
    let Some(key) = first.and_then(|one| one.key(ES256)) else {
        return wrong("the certificate of the authenticator has a key of another kind");
    };
    let (Some(server), Some(point)) = (object.data.get(..32), made.key.point(ES256)) else {
        return wrong("an authenticator of this format makes keys of another kind");
    };
    let message = [&[0], server, client_data_hash, &made.id, point].concat();
    match key.is_signed(&message, signature) {
        // All the models there are is the one that the new key names.
        true => Ok(Said::Maker(Maker {
            path,
            names_model: true,
            stays: true,
        })),
        false => wrong("the key of the certificate has not signed for the new one"),
    }
}
