//! What a client's settings must be, whoever sends them.

use cloakroom_model::client::Settings;

/// The client proves itself with a secret, so it has to have one.
pub fn needs_secret(settings: &Settings) -> bool {
    let kind = settings.client_authenticator_type.as_str();
    !settings.public_client && !settings.bearer_only && kind != "client-jwt"
}

/// Refuses a client that could not work, or that would do harm; says why.
pub fn check(client_id: &str, settings: &Settings) -> Result<(), String> {
    check_identity(client_id, settings)?;
    check_addresses(settings)
}

/// Refuses a client without a name, or with a protocol that is none.
pub fn check_identity(client_id: &str, settings: &Settings) -> Result<(), String> {
    let invalid = |why: &str| Err(why.to_owned());
    if client_id.trim().is_empty() {
        return invalid("Client ID cannot be blank");
    }
    let protocol = settings.protocol.as_deref().unwrap_or("openid-connect");
    if !["openid-connect", "saml", "docker-v2"].contains(&protocol) {
        return invalid(&format!("Invalid protocol: {protocol}"));
    }
    Ok(())
}

/// Refuses addresses that run what they hold in the browser, and redirect URIs that match nothing.
pub fn check_addresses(settings: &Settings) -> Result<(), String> {
    let invalid = |why: &str| Err(why.to_owned());
    for (what, url) in [
        ("Root URL", settings.root_url.as_deref()),
        ("Base URL", settings.base_url.as_deref()),
        ("Admin URL", settings.admin_url.as_deref()),
    ] {
        if url.is_some_and(is_script) {
            return invalid(&format!("{what} uses an illegal scheme"));
        }
    }
    if settings.redirect_uris.iter().any(|uri| is_script(uri)) {
        return invalid("A redirect URI uses an illegal scheme");
    }
    if settings.redirect_uris.iter().any(|uri| uri.contains('#')) {
        return invalid("A redirect URI must not contain an URL fragment");
    }
    Ok(())
}

/// Schemes that run what they hold in the browser.
fn is_script(url: &str) -> bool {
    let url = url.trim_start().to_ascii_lowercase();
    ["javascript:", "data:", "vbscript:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}
