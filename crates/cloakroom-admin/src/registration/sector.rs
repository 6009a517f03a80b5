//! The address that says whose redirect URIs share subjects (OpenID Connect Core 1.0 §8.1): it has to list those of the
//! client, which is asked of it before the client is registered.

use cloakroom_keycloak::read::{self, Object};

use super::caller::Call;
use super::format::Format;
use super::invalid;
use crate::error::Result;

/// The address that the metadata name.
pub(super) fn named(sent: &Object) -> Result<Option<&str>> {
    let named = read::text(sent, "sector_identifier_uri")?;
    Ok(named.filter(|uri| !uri.is_empty()))
}

/// Refuses a sector that does not list every redirect URI of the client. Only those make the server ask an address who
/// may register clients.
pub(super) async fn check(call: &Call, format: Format, sent: &Object) -> Result<()> {
    let Some(uri) = named(sent)?.filter(|_| format == Format::OpenIdConnect) else {
        return Ok(());
    };
    let found = call.app.outbound.get(uri, "application/json").await;
    let listed: Option<Vec<String>> = found
        .ok()
        .and_then(|body| serde_json::from_slice(&body).ok());
    let Some(listed) = listed else {
        let why = "Failed to get redirect URIs from the Sector Identifier URI.";
        return Err(invalid(why));
    };
    let own: Option<Vec<String>> = read::member(sent, "redirect_uris")?;
    if own.is_some_and(|own| own.iter().all(|uri| listed.contains(uri))) {
        return Ok(());
    }
    let why =
        "Client redirect URIs does not match redirect URIs fetched from the Sector Identifier URI.";
    Err(invalid(why))
}
