//! Proofs of possession (RFC 9449): tokens that are worth nothing without the key that they are bound to.
//!
//! A proof is looked at in two steps. [`Proof::read`] checks all that can be known without a database; it verifies a signature, so
//! it runs outside of any transaction. What is left is to spend the proof, which makes sure that it is used once: a row, by the
//! rule that goes by the proof.

mod presented;
mod proof;

#[cfg(test)]
mod tests;

use cloakroom_jose::Alg;
use cloakroom_model::Cx;
use cloakroom_model::client::Client;

use crate::client_policy;
use crate::error::{Error, OAuthError, Result};
use crate::keyring::ALGS;
use crate::own_token::OwnToken;

pub use presented::{Presented, is_unproven};
pub use proof::{Call, Proof};

/// The claim `typ` of access tokens that are bound to a key, the type that answers name, and the scheme of `Authorization`.
pub const KIND: &str = "DPoP";

/// Client attribute: this client gets no token that is not bound to a key, by whatever grant.
pub(crate) const REQUIRED: &str = "dpop.bound.access.tokens";

/// The executor of client policies that demands the same.
pub(crate) const ENFORCER: &str = "dpop-bind-enforcer";

/// The setting of that executor by which the access tokens of public clients stay as they are, and their refresh tokens are bound.
pub(crate) const REFRESH_ALONE: &str = "allow-only-refresh-token-binding";

/// The parameter by which a code is bound to a key before it is there (RFC 9449 §10).
pub(crate) const JKT: &str = "dpop_jkt";

/// The code of refusals (RFC 9449 §5).
pub const REFUSED: &str = "invalid_dpop_proof";

/// The algorithms that proofs may have: those of the realms' own keys, but for shared secrets (RFC 9449 §4.2).
pub(crate) fn algs() -> impl Iterator<Item = Alg> {
    ALGS.into_iter().filter(|alg| !alg.is_symmetric())
}

/// What tokens are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    key: String,
    refresh_alone: bool,
}

impl Binding {
    /// The thumbprint of the key that access tokens are bound to; `None` if refresh tokens alone are.
    pub(crate) fn of_access(&self) -> Option<&str> {
        (!self.refresh_alone).then_some(self.key.as_str())
    }

    /// The thumbprint of the key that a refresh token of this client is bound to. RFC 9449 §5: a client that proves itself is
    /// what its refresh tokens are bound to already, and it may change its key.
    pub(crate) fn of_refresh(&self, client: &Client) -> Option<&str> {
        client.settings.public_client.then_some(self.key.as_str())
    }
}

/// What the tokens of a request are bound to: the proof is right, and is spent by this. `None` where the client brings none, and
/// need not.
pub(crate) fn admit(cx: &mut Cx<'_>, client: &Client, proof: &Proof) -> Result<Option<Binding>> {
    check(client, proof)?;
    let Some(key) = proof.spend(cx)? else {
        return Ok(None);
    };
    let may_stay = client.settings.public_client && !client.settings.has(REQUIRED);
    let refresh_alone = may_stay
        && client_policy::part_demanded(cx, client, ENFORCER)?
            .is_some_and(|part| part.has(REFRESH_ALONE));
    Ok(Some(Binding {
        key: key.to_owned(),
        refresh_alone,
    }))
}

/// The same as far as nothing is spent by it: for the first of several steps.
pub(crate) fn check(client: &Client, proof: &Proof) -> Result<()> {
    match proof.key()? {
        None if client.settings.has(REQUIRED) => Err(missing()),
        _ => Ok(()),
    }
}

/// A token that is bound to a key is traded by whoever holds that key, and by nobody else. `key` is the one that was proved.
pub(crate) fn check_holder(token: &OwnToken, key: Option<&str>) -> Result<()> {
    check_key(token.bound_to(), key)
}

/// The same for what is bound to a key and is no token.
pub(crate) fn check_key(bound_to: Option<&str>, key: Option<&str>) -> Result<()> {
    match (bound_to, key) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(missing()),
        (Some(bound), Some(key)) if bound == key => Ok(()),
        (Some(_), Some(_)) => {
            let text = "The DPoP proof is of another key than what it came with is bound to";
            Err(OAuthError::invalid_grant(text).into())
        }
    }
}

/// The text is the thumbprint of a key: the SHA-256 digest that `dpop_jkt` names has 43 letters (RFC 9449 §10).
pub(crate) fn is_thumbprint(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == 43 && text.bytes().all(is_letter)
}

fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    OAuthError::new(REFUSED, text).into()
}

fn missing() -> Error {
    refused("DPoP proof is missing")
}

/// The challenge of a resource (RFC 9449 §7.1), for whoever is refused or has shown nothing yet.
pub fn challenge(denied: Option<&OAuthError>) -> String {
    let names: Vec<&str> = algs().map(Alg::name).collect();
    let algs = format!("algs=\"{}\"", names.join(" "));
    match denied {
        // No text of ours has a quotation mark or a backslash in it.
        Some(denied) => format!(
            "{KIND} error=\"{}\", error_description=\"{}\", {algs}",
            denied.code, denied.description
        ),
        None => format!("{KIND} {algs}"),
    }
}
