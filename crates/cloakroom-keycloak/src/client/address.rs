//! What a client's own addresses must be: the root of its application, its first page, and where its server listens.

use cloakroom_model::client::Settings;

use super::check::{ADDRESSES, REQUESTS};

/// The addresses of the server itself, which a root may be.
const OWN: [&str; 2] = ["${authBaseUrl}", "${authAdminUrl}"];

/// Kinds of addresses that lead to somebody else. Keycloak also takes files and archives of its own disk.
const SCHEMES: [&str; 4] = ["http", "https", "ftp", "mailto"];

/// Refuses a client with an address that leads nowhere, in Keycloak's words.
pub fn check_urls(settings: &Settings) -> Result<(), String> {
    let root = settings.root_url.as_deref().unwrap_or_default();
    if root.contains('#') {
        return Err("Root URL must not contain an URL fragment".to_owned());
    }
    let is_right = root.is_empty() || OWN.contains(&root) || is_absolute(root);
    told("Root URL", is_right)?;
    for (what, url) in [
        ("Base URL", settings.base_url.as_deref()),
        ("Admin URL", settings.admin_url.as_deref()),
    ] {
        let url = url.unwrap_or_default();
        let is_relative = url.is_empty() || url.starts_with('/');
        told(what, (is_relative && is_written(url)) || is_absolute(url))?;
    }
    ADDRESSES.iter().try_for_each(|(name, what)| {
        let value = settings.attribute(name).unwrap_or_default();
        attribute(settings, name, what, value)
    })
}

/// Where the server sends people and messages has to be an address. A logo may be any reference, and addresses that are
/// compared with others may be patterns.
fn attribute(settings: &Settings, name: &str, what: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    let is_reference = value.starts_with('/') && is_written(value);
    match name {
        "logoUri" => told(what, is_written(value)),
        "request.uris" if value.split("##").all(is_written) => Ok(()),
        "request.uris" => Err(format!("{REQUESTS} has an invalid value")),
        "post.logout.redirect.uris" => value.split("##").try_for_each(|uri| {
            if uri.contains('#') {
                return Err(format!("{what} must not contain an URL fragment"));
            }
            match is_written(uri) {
                true => Ok(()),
                false => Err(format!("{what} is not a valid URI")),
            }
        }),
        "policyUri" | "tosUri" => told(what, is_absolute(value)),
        NOTIFIED => notified(value),
        "backchannel.logout.url" | "frontchannel.logout.url" | "jwks.url" => {
            told(what, is_reference || is_absolute(value))
        }
        _ if settings.protocol.as_deref() == Some("saml") => told(what, is_absolute(value)),
        _ => Ok(()),
    }
}

/// Where a client hears that somebody agreed elsewhere.
const NOTIFIED: &str = "ciba.backchannel.client.notification.endpoint";

fn notified(value: &str) -> Result<(), String> {
    let url = "url [backchannel_client_notification_endpoint]";
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    let is_web = scheme.is_some_and(|scheme| {
        ["http", "https"]
            .iter()
            .any(|one| one.eq_ignore_ascii_case(scheme))
    });
    match is_absolute(value) {
        true if is_web => Ok(()),
        true => Err(format!("Invalid protocol/scheme for {url}")),
        false => Err(format!("The {url} is malformed")),
    }
}

fn told(what: &str, is_right: bool) -> Result<(), String> {
    match is_right {
        true => Ok(()),
        false => Err(format!("{what} is not a valid URL")),
    }
}

/// With a known scheme, and a host where its scheme wants one.
fn is_absolute(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let is_known = SCHEMES.iter().any(|one| one.eq_ignore_ascii_case(scheme));
    let after = rest.strip_prefix("//");
    let has_host =
        after.is_none_or(|after| !after.split('/').next().unwrap_or_default().is_empty());
    is_known && !rest.is_empty() && has_host && is_written(rest)
}

/// RFC 3986 §2: nothing that has to be escaped, but letters of other alphabets.
fn is_written(text: &str) -> bool {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let is_right = match letter {
            '%' => {
                let mut is_hex = || {
                    letters
                        .next()
                        .is_some_and(|digit| digit.is_ascii_hexdigit())
                };
                is_hex() && is_hex()
            }
            other => {
                !other.is_whitespace() && !other.is_control() && !"{}|\\^`<>\"".contains(other)
            }
        };
        if !is_right {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a real Keycloak says of an address as the root of a client, and as its base or admin URL.
    const ANSWERS: [(&str, bool, bool); 22] = [
        ("https://a", true, true),
        ("HTTPS://A", true, true),
        ("ftp://a", true, true),
        ("mailto:x@y", true, true),
        ("https://ä", true, true),
        ("", true, true),
        ("${authBaseUrl}", true, false),
        ("${authAdminUrl}/x", false, false),
        ("/a", false, true),
        ("//a/b", false, true),
        ("https://a#x", false, true),
        ("a", false, false),
        ("urn:x", false, false),
        ("a:b", false, false),
        ("myapp://x", false, false),
        ("${x}", false, false),
        ("${x}/a", false, false),
        ("  ", false, false),
        ("https://", false, false),
        ("https://a b", false, false),
        ("https://a/{x}", false, false),
        ("https://a/%zz", false, false),
    ];

    #[test]
    fn an_address_is_one_that_leads_somewhere() {
        for (url, as_root, otherwise) in ANSWERS {
            let url = Some(url.to_owned());
            let root = Settings {
                root_url: url.clone(),
                ..Settings::default()
            };
            let base = Settings {
                base_url: url.clone(),
                ..Settings::default()
            };
            let admin = Settings {
                admin_url: url.clone(),
                ..Settings::default()
            };

            assert_eq!(check_urls(&root).is_ok(), as_root, "{url:?}");
            assert_eq!(check_urls(&base).is_ok(), otherwise, "{url:?}");
            assert_eq!(check_urls(&admin).is_ok(), otherwise, "{url:?}");
        }
    }
}
