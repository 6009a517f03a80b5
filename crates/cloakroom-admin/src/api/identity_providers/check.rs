//! What an identity provider's settings have to be.

use std::net::IpAddr;

use cloakroom_federation::preset;
use cloakroom_keycloak::catalog;
use cloakroom_keycloak::flow::Flows;
use cloakroom_keycloak::identity_provider::MASK;
use cloakroom_keycloak::read::Object;
use cloakroom_model::id::OrganizationId;
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::{Cx, organization};
use cloakroom_web::connector;
use serde_json::Value;

use crate::error::{AdminError, Result};

/// Refuses a kind of identity provider that there is not.
pub(super) fn kind(provider_id: Option<&str>) -> Result<()> {
    // Some kinds are ours alone, and not in Keycloak's list.
    let is_known =
        |id: &str| catalog::identity_provider(id).is_some() || preset::find(id).is_some();
    if provider_id.is_some_and(is_known) {
        return Ok(());
    }
    let name = provider_id.unwrap_or("null");
    let why = format!("Invalid identity provider id [{name}]");
    Err(AdminError::message(400, why))
}

/// What some kinds say of themselves.
pub(super) fn defaults(provider: &mut IdentityProvider) {
    let issuer = match provider.provider_id.as_str() {
        "google" => "https://accounts.google.com",
        "kubernetes" => {
            provider.settings.hide_on_login = Some(true);
            "https://kubernetes.default.svc.cluster.local"
        }
        _ => return,
    };
    let config = &mut provider.config;
    let entry = config.entry("issuer".to_owned());
    entry.or_insert_with(|| issuer.to_owned());
}

/// Addresses, and the names that Keycloak calls them by in its errors.
const ADDRESSES: &[(&str, &str)] = &[
    ("authorizationUrl", "authorization_url"),
    ("tokenUrl", "token_url"),
    ("jwksUrl", "jwks_url"),
    ("logoutUrl", "logout_url"),
    ("userInfoUrl", "userinfo_url"),
    ("tokenIntrospectionUrl", "tokenIntrospection_url"),
    ("baseUrl", "base_url"),
    ("apiUrl", "api_url"),
    ("singleSignOnServiceUrl", "singleSignOnServiceUrl"),
    ("singleLogoutServiceUrl", "singleLogoutServiceUrl"),
    (
        "artifactResolutionServiceUrl",
        "artifactResolutionServiceUrl",
    ),
];

/// Checks addresses, flows and what a kind cannot be without.
pub(super) fn all(
    cx: &mut Cx<'_>,
    connectors: connector::Find,
    provider: &IdentityProvider,
) -> Result<()> {
    for (name, shown) in ADDRESSES {
        if let Some(url) = provider.config.get(*name).filter(|url| !url.is_empty()) {
            address(&cx.realm.settings.ssl_required, url, shown)?;
        }
    }
    let missing = |name: &str| provider.config.get(name).is_none_or(String::is_empty);
    if provider.provider_id == "jwt-authorization-grant" && missing("issuer") {
        return Err(AdminError::message(400, "Issuer is required"));
    }
    let connector = preset::find(&provider.provider_id).and_then(|kind| connectors(kind.protocol));
    if let Some(why) = connector.and_then(|connector| connector.refuses(provider)) {
        return Err(AdminError::message(400, why));
    }
    let settings = &provider.settings;
    let flows = [
        &settings.first_broker_login_flow_alias,
        &settings.post_broker_login_flow_alias,
    ];
    let mut wanted = flows.into_iter().flatten().filter(|name| !name.is_empty());
    if let Some(first) = wanted.next() {
        let all = Flows::load(cx)?;
        for name in std::iter::once(first).chain(wanted) {
            if all.named(name).is_none() {
                let why = format!("No available authentication flow with alias: {name}");
                return Err(AdminError::message(400, why));
            }
        }
    }
    Ok(())
}

/// The setting that names the domain whose people come from the provider, and what it says where all do.
const DOMAIN: &str = "kc.org.domain";
const ANY_DOMAIN: &str = "ANY";

/// A provider of an organization is for one of its domains, or for all of them.
pub(super) fn domain(cx: &mut Cx<'_>, provider: &IdentityProvider) -> Result<()> {
    let of = provider.settings.organization_id.as_deref();
    let name = provider.config.get(DOMAIN).map(String::as_str);
    let (Some(of), Some(name)) = (of, name.filter(|name| *name != ANY_DOMAIN)) else {
        return Ok(());
    };
    let of = organization::find(cx, &OrganizationId::new(of))?;
    if of.is_none_or(|of| of.domains.contains_key(name)) {
        return Ok(());
    }
    let why = "Domain does not match any domain from the organization";
    Err(AdminError::message(400, why))
}

/// Refuses to send a secret elsewhere than before, unless it is said again: whoever may change addresses must not read it by that.
pub(super) fn receiver(
    before: &IdentityProvider,
    after: &IdentityProvider,
    sent: &Object,
) -> Result<()> {
    let config = sent.get("config").and_then(Value::as_object);
    let says = |name: &str| {
        config
            .and_then(|config| config.get(name))
            .and_then(Value::as_str)
    };
    let mut kept = before.secrets.keys();
    let is_kept = kept.any(|name| says(name) == Some(MASK));
    if !is_kept || receives(before) == receives(after) {
        return Ok(());
    }
    let why = "The secret has to be sent again, because it would go to another host than before";
    Err(AdminError::message(400, why))
}

/// Who gets the secret of a provider: the host of its token endpoint, or what that is found by.
fn receives(provider: &IdentityProvider) -> Vec<String> {
    let origin = |name: &str| {
        let url = provider.config.get(name).map_or("", String::as_str);
        let end = url.find("://").map_or(0, |at| at + 3);
        let rest = url.get(end..).unwrap_or_default();
        let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        url.get(..end + length)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    match origin("tokenUrl") {
        token if token.is_empty() => {
            let mut found = vec![provider.provider_id.clone()];
            found.extend(["issuer", "baseUrl", "apiUrl"].map(origin));
            found
        }
        token => vec![token],
    }
}

/// The schemes that Java knows an address by; others are no address to Keycloak.
const KNOWN: [&str; 6] = ["http", "https", "ftp", "file", "jar", "mailto"];

fn address(ssl_required: &str, text: &str, name: &str) -> Result<()> {
    let bad = |why: String| Err(AdminError::message(400, why));
    let scheme = text
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let Some(scheme) = scheme.filter(|scheme| KNOWN.contains(&scheme.as_str())) else {
        return bad(format!("The url [{name}] is malformed"));
    };
    if !["http", "https"].contains(&scheme.as_str()) {
        return bad(format!("Invalid protocol/scheme for url [{name}]"));
    }
    let rest = text
        .split_once("://")
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return bad(format!("The url [{name}] is malformed"));
    }
    let needs_tls = match ssl_required.to_ascii_lowercase().as_str() {
        "none" => false,
        "all" => true,
        _ => !is_local(host),
    };
    if scheme == "http" && needs_tls {
        return bad(format!("The url [{name}] requires secure connections"));
    }
    Ok(())
}

/// The host is this machine or in a private network, as far as its text says.
fn is_local(host: &str) -> bool {
    let without_port = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    match without_port.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => without_port == "localhost" || without_port.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_tls_is_for_local_hosts_alone() {
        let table = [
            ("https://up.example/auth", None),
            ("http://127.0.0.1:8080/auth", None),
            ("http://[::1]/auth", None),
            ("http://localhost", None),
            ("http://10.1.2.3/auth", None),
            (
                "http://up.example/auth",
                Some("requires secure connections"),
            ),
            ("http://8.8.8.8/auth", Some("requires secure connections")),
            ("javascript:alert(1)", Some("is malformed")),
            ("https:///auth", Some("is malformed")),
            ("https://a b/", Some("is malformed")),
            ("nonsense", Some("is malformed")),
            ("ftp://up.example", Some("Invalid protocol/scheme")),
        ];
        for (url, why) in table {
            let checked = address("external", url, "token_url");

            match why {
                None => assert!(checked.is_ok(), "{url}"),
                Some(why) => {
                    let text = checked.unwrap_err().to_string();
                    assert!(text.contains(why), "{url}: {text}");
                }
            }
        }
    }
}
