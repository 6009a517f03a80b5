//! The key that a code will be bound to before it is there (RFC 9449 §10): named by the request, or shown with a pushed one.

use super::{Fetched, Refusal, invalid};
use crate::dpop;
use crate::error::{Error, OAuthError};
use crate::form::Form;

/// How a client pushes a request.
#[derive(Debug)]
pub(crate) struct Pushing<'a> {
    /// What it refers to.
    pub(crate) fetched: &'a Fetched,
    /// An administrator tries the client.
    pub(crate) is_trial: bool,
    /// The thumbprint of the key that came with it.
    pub(crate) key: Option<&'a str>,
}

/// The thumbprint that a request names.
pub(super) fn read(form: &Form) -> Result<Option<String>, Refusal> {
    if !form.has(dpop::JKT) {
        return Ok(None);
    }
    // An empty one is a broken one, not an absent one.
    let named = form.get(dpop::JKT).filter(|text| dpop::is_thumbprint(text));
    match named {
        Some(named) => Ok(Some(named.to_owned())),
        None => Err(invalid(dpop::JKT)),
    }
}

/// The request with the key that came with it. It names the same one, or none (RFC 9449 §10.1).
pub(super) fn to(form: Form, key: Option<&str>) -> Result<Form, Error> {
    let Some(key) = key else {
        return Ok(form);
    };
    match form.get(dpop::JKT) {
        Some(named) if named != key => {
            let text = "The DPoP proof is of another key than dpop_jkt names";
            Err(OAuthError::new(dpop::REFUSED, text).into())
        }
        _ => Ok(form.with(dpop::JKT, key)),
    }
}
