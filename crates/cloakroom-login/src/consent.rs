//! Consent: what a client may have, as the user allowed it.

use cloakroom_model::client::Client;
use cloakroom_model::id::{ScopeId, UserId};
use cloakroom_model::{Cx, Realm, Result, consent};

/// The scopes that a request of this client needs the user's word for.
pub fn wanted(realm: &Realm, client: &Client, requested: &str) -> Vec<ScopeId> {
    match client.settings.consent_required {
        true => shown(realm, client, requested),
        false => Vec::new(),
    }
}

/// The scopes of a request that have a line on the consent page.
pub fn shown(realm: &Realm, client: &Client, requested: &str) -> Vec<ScopeId> {
    let is_requested = |id: &&ScopeId| {
        realm
            .scope(id)
            .is_some_and(|scope| requested.split(' ').any(|word| word == scope.name))
    };
    let optional = client.optional_scopes.iter().filter(is_requested);
    let has_a_line = |id: &&ScopeId| {
        realm
            .scope(id)
            .is_some_and(|scope| scope.is_on_consent_screen())
    };
    client
        .default_scopes
        .iter()
        .chain(optional)
        .filter(has_a_line)
        .cloned()
        .collect()
}

/// Those of the wanted scopes that the user has not allowed yet.
///
/// A client that needs consent is asked about once even where it wants nothing that is shown.
pub fn is_missing(
    cx: &mut Cx<'_>,
    user: &UserId,
    client: &Client,
    wanted: &[ScopeId],
) -> Result<bool> {
    if !client.settings.consent_required {
        return Ok(false);
    }
    let allowed = consent::find(cx, user, &client.id)?;
    Ok(allowed.is_none_or(|allowed| wanted.iter().any(|id| !allowed.scopes.contains(id))))
}
