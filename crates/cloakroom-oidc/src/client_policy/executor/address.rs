//! Which addresses a client may have.

use std::net::{Ipv4Addr, Ipv6Addr};

use cloakroom_model::client::Settings;
use cloakroom_model::client_policy::Part;
use regex::Regex;
use url::{Host, Url};

use super::{Executor, request};
use crate::client_policy::{At, Checked, Proposal, Refused, Request};

pub(super) struct RedirectUris;

impl Executor for RedirectUris {
    fn kind(&self) -> &'static str {
        "secure-redirect-uris-enforcer"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let settings = &*proposal.settings;
        if !settings.standard_flow_enabled && !settings.implicit_flow_enabled {
            return Ok(());
        }
        if settings.redirect_uris.is_empty() && !config.has(OPEN) {
            return request(INVALID);
        }
        let root = settings.root_url.as_deref().unwrap_or_default();
        for uri in &settings.redirect_uris {
            match uri.starts_with('/') {
                true => check(config, &format!("{root}{uri}"))?,
                false => check(config, uri)?,
            }
        }
        Ok(())
    }

    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        match (asked.at, asked.form.get("redirect_uri")) {
            (At::Authorization { .. }, Some(uri)) => check(config, uri),
            _ => Ok(()),
        }
    }
}

const OPEN: &str = "allow-open-redirect";
const INVALID: &str = "Invalid Redirect Uri: invalid uri";

fn check(config: &Part, uri: &str) -> Checked {
    if config.has(OPEN) {
        return Ok(());
    }
    let (bare, is_open_ended) = match uri.strip_suffix('*') {
        Some(bare) => (bare, true),
        None => (uri, false),
    };
    let strict = config.has("oauth-2-1-compliant");
    if is_open_ended && (strict || !config.has("allow-wildcard-context-path")) {
        return request(INVALID);
    }
    let Ok(url) = Url::parse(bare) else {
        return request(INVALID);
    };
    if bare.contains('*') || url.fragment().is_some() || !url.username().is_empty() {
        return request(INVALID);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return check_private(config, &url, strict);
    }
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => Some("allow-ipv4-loopback-address"),
        Some(Host::Ipv6(ip)) if ip.is_loopback() => Some("allow-ipv6-loopback-address"),
        // RFC 8252 §8.3: a name may be made to stand for another machine.
        Some(Host::Domain("localhost")) => Some(""),
        _ => None,
    };
    if let Some(switch) = loopback {
        return match config.has(switch) && is_native(&url) {
            true => Ok(()),
            false => request("Invalid Redirect Uri: invalid loopback address"),
        };
    }
    let may_be_plain = config.has("allow-http-scheme") && !strict;
    if (url.scheme() == "http" && !may_be_plain) || !is_permitted(config, &url) {
        return request(INVALID);
    }
    Ok(())
}

/// RFC 8252 §7.3: plain, and on a port that the app chose when it started, so that none is registered.
fn is_native(url: &Url) -> bool {
    let own = [
        Host::Ipv4(Ipv4Addr::LOCALHOST),
        Host::Ipv6(Ipv6Addr::LOCALHOST),
    ];
    url.scheme() == "http"
        && url
            .host()
            .is_some_and(|host| own.contains(&host.to_owned()))
}

/// RFC 8252 §7.1: the scheme is a domain name backwards.
fn check_private(config: &Part, url: &Url, strict: bool) -> Checked {
    let is_named = !strict || url.scheme().contains('.');
    match config.has("allow-private-use-uri-scheme") && is_named && !url.has_host() {
        true => Ok(()),
        false => request("Invalid Redirect Uri: invalid private use scheme"),
    }
}

/// One of the patterns fits the whole host, where there are patterns.
fn is_permitted(config: &Part, url: &Url) -> bool {
    let patterns = config.texts("allow-permitted-domains");
    let host = url.host_str().unwrap_or_default();
    patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, host))
}

fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text))
}

/// A place where a client has addresses: its name in a refusal, and what is there.
type Place = (&'static str, Vec<String>);

fn places(settings: &Settings) -> Vec<Place> {
    let one = |text: &Option<String>| {
        let text = text.iter().filter(|text| !text.is_empty());
        text.cloned().collect::<Vec<String>>()
    };
    let attribute = |name: &str| {
        let text = settings.attribute(name).unwrap_or_default();
        let parts = text.split("##").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect::<Vec<String>>()
    };
    let mut logout = attribute("post.logout.redirect.uris");
    logout.retain(|text| text != "+" && text != "-");
    let mut origins = settings.web_origins.clone();
    origins.retain(|text| text != "+");
    vec![
        ("rootUrl", one(&settings.root_url)),
        ("adminUrl", one(&settings.admin_url)),
        ("baseUrl", one(&settings.base_url)),
        ("redirectUris", settings.redirect_uris.clone()),
        ("webOrigins", origins),
        ("logoutUrl", attribute("backchannel.logout.url")),
        ("logoutUrl", attribute("frontchannel.logout.url")),
        ("postLogoutUris", logout),
        ("jwksUri", attribute("jwks.url")),
        ("requestUris", attribute("request.uris")),
        ("sectorIdentifierUri", attribute("sectorIdentifierUri")),
        ("logoUri", attribute("logoUri")),
        ("policyUri", attribute("policyUri")),
        ("tosUri", attribute("tosUri")),
    ]
}

fn refused<T>(name: &str) -> Result<T, Refused> {
    let why = format!("Invalid {name}");
    Err(Refused::new("invalid_client_metadata", why))
}

pub(super) struct ClientUris;

impl Executor for ClientUris {
    fn kind(&self) -> &'static str {
        "secure-client-uris"
    }

    fn register(&self, _config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let root = proposal.settings.root_url.clone().unwrap_or_default();
        for (name, addresses) in places(proposal.settings) {
            for address in addresses {
                // What is relative is behind the root, which is looked at by itself.
                let is_relative = address.starts_with('/') && root.starts_with("https://");
                if !is_relative && !is_secure(&address) {
                    return refused(name);
                }
            }
        }
        Ok(())
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        match (asked.at, asked.form.get("redirect_uri")) {
            (At::Authorization { .. }, Some(uri)) if !is_secure(uri) => {
                request("Invalid redirect_uri")
            }
            _ => Ok(()),
        }
    }
}

fn is_secure(address: &str) -> bool {
    address.starts_with("https://") && !address.contains('*') && Url::parse(address).is_ok()
}

pub(super) struct Patterns;

impl Executor for Patterns {
    fn kind(&self) -> &'static str {
        "secure-client-uris-pattern"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let patterns = config.texts("allowed-patterns");
        let fields = config.texts("client-uri-fields");
        for (name, addresses) in places(proposal.settings) {
            let counts = fields.is_empty() || fields.contains(&name);
            let fits = |address: &String| patterns.iter().any(|one| fits(one, address));
            if counts && !addresses.iter().all(fits) {
                return refused(name);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn config(value: Value) -> Part {
        let config: Map<String, Value> = serde_json::from_value(value).unwrap();
        Part {
            kind: String::new(),
            config,
        }
    }

    #[test]
    fn redirect_addresses_are_let_in_by_their_kind() {
        for (switches, uri, expected) in [
            (json!({}), "https://x/cb", true),
            (json!({}), "http://x/cb", false),
            (json!({}), "https://x/*", false),
            (json!({}), "http://127.0.0.1/cb", false),
            (json!({}), "com.app:/cb", false),
            (json!({}), "*", false),
            (json!({"allow-http-scheme": true}), "http://x/cb", true),
            (
                json!({"allow-http-scheme": true}),
                "http://localhost/cb",
                false,
            ),
            (
                json!({"allow-wildcard-context-path": "true"}),
                "https://x/*",
                true,
            ),
            (
                json!({"allow-ipv4-loopback-address": true}),
                "http://127.0.0.1/cb",
                true,
            ),
            (
                json!({"allow-ipv4-loopback-address": true}),
                "https://127.0.0.1/cb",
                false,
            ),
            (
                json!({"allow-ipv4-loopback-address": true}),
                "http://[::1]/cb",
                false,
            ),
            (
                json!({"allow-ipv6-loopback-address": true}),
                "http://[::1]/cb",
                true,
            ),
            (
                json!({"allow-private-use-uri-scheme": true}),
                "app:/cb",
                true,
            ),
            (
                json!({"allow-private-use-uri-scheme": true, "oauth-2-1-compliant": true}),
                "app:/cb",
                false,
            ),
            (
                json!({"allow-private-use-uri-scheme": true, "oauth-2-1-compliant": true}),
                "com.app:/cb",
                true,
            ),
            (
                json!({"allow-permitted-domains": ["x\\.com"]}),
                "https://x.com/cb",
                true,
            ),
            (
                json!({"allow-permitted-domains": ["x\\.com"]}),
                "https://x.com.evil/cb",
                false,
            ),
            (json!({"allow-open-redirect": true}), "*", true),
        ] {
            let config = config(switches.clone());
            assert_eq!(check(&config, uri).is_ok(), expected, "{switches} {uri}");
        }
    }
}
