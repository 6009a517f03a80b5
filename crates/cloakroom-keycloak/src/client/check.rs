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

/// The protocols that a client may speak.
pub const PROTOCOLS: [&str; 3] = ["openid-connect", "saml", "docker-v2"];

/// Refuses a client without a name, or with a protocol that is none.
pub fn check_identity(client_id: &str, settings: &Settings) -> Result<(), String> {
    let invalid = |why: &str| Err(why.to_owned());
    if client_id.trim().is_empty() {
        return invalid("Client ID cannot be blank");
    }
    let protocol = settings.protocol.as_deref().unwrap_or("openid-connect");
    if !PROTOCOLS.contains(&protocol) {
        return invalid(&format!("Invalid protocol: {protocol}"));
    }
    Ok(())
}

/// Attributes that are whole numbers.
pub(crate) const NUMBERS: [&str; 8] = [
    "access.token.lifespan",
    "client.offline.session.idle.timeout",
    "client.offline.session.max.lifespan",
    "client.session.idle.timeout",
    "client.session.max.lifespan",
    "default.max.age",
    "oauth2.device.code.lifespan",
    "oauth2.device.polling.interval",
];

/// Refuses a number that cannot be read, where it is new. Keycloak keeps it, and fails when it needs it.
///
/// What an older file has brought stays, so that whoever sends the whole client back can change the rest.
pub fn check_numbers(before: Option<&Settings>, after: &Settings) -> Result<(), String> {
    for name in NUMBERS {
        let text = after.attribute(name);
        let was = before.and_then(|before| before.attribute(name));
        if text != was && text.is_some_and(|text| text.parse::<i32>().is_err()) {
            return Err(format!(
                "The attribute '{name}' is not a whole number of 32 bits"
            ));
        }
    }
    Ok(())
}

/// What Keycloak calls the addresses of request objects.
pub(super) const REQUESTS: &str = "Valid request URIs";

/// Attributes that hold an address, and what Keycloak calls it.
///
/// Several stand with `##` between them.
pub(super) const ADDRESSES: [(&str, &str); 17] = [
    ("backchannel.logout.url", "Backchannel logout URL"),
    ("frontchannel.logout.url", "Front-channel logout URL"),
    ("logoUri", "Logo URL"),
    ("policyUri", "Policy URL"),
    ("tosUri", "Terms of service URL"),
    ("jwks.url", "JWKS URL"),
    ("request.uris", REQUESTS),
    ("post.logout.redirect.uris", "A post-logout redirect URI"),
    (
        "ciba.backchannel.client.notification.endpoint",
        "Client notification endpoint",
    ),
    (
        "saml_assertion_consumer_url_post",
        "Assertion Consumer Service POST Binding URL",
    ),
    (
        "saml_assertion_consumer_url_redirect",
        "Assertion Consumer Service Redirect Binding URL",
    ),
    (
        "saml_single_logout_service_url_post",
        "Logout Service POST Binding URL",
    ),
    (
        "saml_single_logout_service_url_redirect",
        "Logout Service Redirect Binding URL",
    ),
    (
        "saml_single_logout_service_url_soap",
        "Logout Service SOAP Binding URL",
    ),
    (
        "saml_single_logout_service_url_artifact",
        "Logout Service ARTIFACT Binding URL",
    ),
    ("saml_artifact_binding_url", "Artifact Binding URL"),
    (
        "saml_artifact_resolution_service_url",
        "Artifact Resolution Service",
    ),
];

/// Refuses addresses that run what they hold in the browser, and redirect URIs that match nothing.
pub fn check_addresses(settings: &Settings) -> Result<(), String> {
    for (what, url) in [
        ("Root URL", settings.root_url.as_deref()),
        ("Base URL", settings.base_url.as_deref()),
        ("Admin URL", settings.admin_url.as_deref()),
    ] {
        check_scheme(what, url.unwrap_or_default())?;
    }
    for uri in &settings.redirect_uris {
        check_scheme("A redirect URI", uri)?;
        if is_local(uri) {
            return Err("A redirect URI uses an illegal scheme".to_owned());
        }
        if uri.contains('#') {
            return Err("A redirect URI must not contain an URL fragment".to_owned());
        }
    }
    for (name, _) in ADDRESSES {
        check_attribute(name, settings.attribute(name).unwrap_or_default())?;
    }
    Ok(())
}

/// Refuses an attribute that has to hold an address, and holds something that harms whoever follows it.
pub(crate) fn check_attribute(name: &str, value: &str) -> Result<(), String> {
    let Some((_, what)) = ADDRESSES.iter().find(|(known, _)| *known == name) else {
        return Ok(());
    };
    for url in value.split("##") {
        check_scheme(what, url)?;
        // A line end would begin another header of the request to this address.
        if url.contains(char::is_control) {
            return Err(format!("{what} is not a valid URL"));
        }
        if is_local(url) {
            return Err(format!("{what} uses an illegal scheme"));
        }
    }
    Ok(())
}

fn check_scheme(what: &str, url: &str) -> Result<(), String> {
    if is_of(url, &["javascript", "data", "vbscript"]) {
        if what == REQUESTS {
            return Err(format!("{what} has a value with illegal scheme"));
        }
        return Err(format!("{what} uses an illegal scheme"));
    }
    Ok(())
}

/// What such an address names is in the browser or on its machine, and no client waits there.
pub(crate) fn is_local(url: &str) -> bool {
    is_of(url, &["blob", "file", "filesystem", "about"])
}

/// A browser skips control characters and spaces before the scheme, and line ends and tabs inside.
fn is_of(url: &str, schemes: &[&str]) -> bool {
    let read: String = url
        .trim_start_matches(|letter: char| letter <= ' ')
        .chars()
        .filter(|letter| !['\t', '\r', '\n'].contains(letter))
        .take(12)
        .collect();
    let scheme = read.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| schemes.iter().any(|bad| scheme.eq_ignore_ascii_case(bad)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_that_holds_an_address_holds_no_script() {
        for (name, _) in ADDRESSES {
            for bad in [
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                " \u{1}javascript:alert(1)",
                "java\tscript:alert(1)",
                "data:text/html,x",
                "VBSCRIPT:x",
                "file:///etc/passwd",
                "blob:https://a.example/1",
                "https://a.example/##javascript:alert(1)",
                "https://a.example/\r\nX: y",
            ] {
                assert!(check_attribute(name, bad).is_err(), "{name} {bad}");
            }
            for good in ["", "+", "-", "https://a.example/x", "/path", "app:/back"] {
                assert_eq!(check_attribute(name, good), Ok(()), "{name} {good}");
            }
        }
        assert_eq!(check_attribute("colour", "javascript:x"), Ok(()));
    }
}
