//! Statements of the format `packed` (WebAuthn Level 3 §8.2): signed by the new key itself, or by a key of its maker.

use super::{Attestation, Maker, Said, number};
use crate::further::webauthn::Rejection;
use crate::further::webauthn::authenticator_data::Made;

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
    let message = [object.data.as_slice(), client_data_hash].concat();
    if statement.named("x5c").is_none() {
        // What else stands there makes it a statement of another kind.
        let is_signed = statement.len() == 2
            && algorithm == made.key.algorithm()
            && made.key.is_signed(&message, signature);
        return match is_signed {
            true => Ok(Said::Itself),
            false => wrong("the key has not signed for itself"),
        };
    }
    let path = object.path().filter(|_| statement.len() == 3);
    let path = path.unwrap_or_default();
    let Some(first) = path.first() else {
        return wrong("the certificates of the authenticator cannot be read");
    };
    if !first.is_for_authenticators() {
        return wrong("the certificate of the authenticator is for something else");
    }
    let Some(key) = first.key(algorithm) else {
        return wrong("the certificate of the authenticator has a key of another kind");
    };
    if !key.is_signed(&message, signature) {
        return wrong("the key of the certificate has not signed for the new one");
    }
    let model = first.model()?;
    if model.is_some_and(|model| model != made.aaguid) {
        return wrong("the certificate of the authenticator is for another model");
    }
    Ok(Said::Maker(Maker {
        path,
        names_model: model.is_some(),
        stays: true,
    }))
}
