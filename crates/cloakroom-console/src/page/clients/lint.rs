//! Unsafe settings of a client, each with the reason.

use cloakroom_oidc::redirect_uri::leads_somewhere;
use serde_json::Value;

use crate::desk::text_of;

/// What is unsafe about a client: the key of the sentence, and the value that it is about.
pub(in crate::page) fn findings(client: &Value) -> Vec<(&'static str, String)> {
    let is_on = |name: &str| client.get(name).and_then(Value::as_bool) == Some(true);
    let uris = client.get("redirectUris").and_then(Value::as_array);
    let mut found = Vec::new();
    let root = text_of(client, "rootUrl");
    for uri in uris.into_iter().flatten().filter_map(Value::as_str) {
        let address = whole(&root, uri);
        if !uri.starts_with('/') && !leads_somewhere(uri) {
            found.push(("lint-nowhere", uri.to_owned()));
        } else if is_open(&address) {
            found.push(("lint-wildcard", uri.to_owned()));
        }
        if is_plain_http(&address) {
            found.push(("lint-http", uri.to_owned()));
        }
    }
    let has_browser = is_on("standardFlowEnabled") && !is_on("bearerOnly");
    let pkce = text_of(client, "attributes/pkce.code.challenge.method");
    let checks = [
        (is_on("implicitFlowEnabled"), "lint-implicit"),
        (is_on("directAccessGrantsEnabled"), "lint-password-grant"),
        (
            has_browser && is_on("publicClient") && pkce != "S256",
            "lint-pkce",
        ),
        (
            is_on("fullScopeAllowed") && is_on("serviceAccountsEnabled"),
            "lint-full-scope",
        ),
    ];
    let broken = checks.into_iter().filter(|(is_so, _)| *is_so);
    found.extend(broken.map(|(_, key)| (key, String::new())));
    found.extend(unheeded(client));
    found
}

/// Attributes that demand what is not here: the application counts on a protection that it has not.
const UNHEEDED: [&str; 2] = [
    "oidc.ciba.grant.enabled",
    "tls.client.certificate.bound.access.tokens",
];

/// Attributes that are whole numbers.
const NUMBERS: [&str; 6] = [
    "access.token.lifespan",
    "client.offline.session.idle.timeout",
    "client.offline.session.max.lifespan",
    "client.session.idle.timeout",
    "client.session.max.lifespan",
    "default.max.age",
];

/// What is set and does nothing.
fn unheeded(client: &Value) -> Vec<(&'static str, String)> {
    let attributes = client.get("attributes").and_then(Value::as_object);
    let mut found = Vec::new();
    for (name, value) in attributes.into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().trim();
        if UNHEEDED.contains(&name.as_str()) && value.eq_ignore_ascii_case("true") {
            found.push(("lint-unheeded", name.clone()));
        }
        let is_number = value.is_empty() || value.parse::<i64>().is_ok();
        if NUMBERS.contains(&name.as_str()) && !is_number {
            found.push(("lint-unreadable", format!("{name} = {value}")));
        }
    }
    found
}

/// The address that a redirect URI stands for: one without a host stands below the root of the client, and of a client
/// without one, as of those that every realm has, below the server itself.
fn whole(root: &str, uri: &str) -> String {
    match uri.starts_with('/') && !root.starts_with("${") {
        true => format!("{}{uri}", root.trim_end_matches('/')),
        false => uri.to_owned(),
    }
}

/// More pages than one may receive a code. Below the server itself there are pages of every realm.
fn is_open(address: &str) -> bool {
    let beginning = address.strip_suffix('*');
    beginning.is_some_and(|beginning| beginning == "/" || beginning.contains("://"))
}

/// Over plain http a code can be read on its way, but for one's own machine.
fn is_plain_http(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://") else {
        return false;
    };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    !matches!(host, "localhost" | "127.0.0.1" | "[" | "*")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_unsafe_is_named_with_its_value() {
        for (client, expected) in [
            (json!({"redirectUris": ["https://a.example/cb"]}), vec![]),
            (json!({"redirectUris": ["*"]}), vec!["lint-nowhere"]),
            (
                json!({"redirectUris": ["https://a.example*", "https://*.a.example/cb"]}),
                vec!["lint-nowhere", "lint-nowhere"],
            ),
            (
                json!({"attributes": {"oidc.ciba.grant.enabled": "true", "access.token.lifespan": ""}}),
                vec!["lint-unheeded"],
            ),
            (
                json!({"attributes": {"access.token.lifespan": "abc"}}),
                vec!["lint-unreadable"],
            ),
            (
                json!({"attributes": {"oidc.ciba.grant.enabled": "false", "access.token.lifespan": "300"}}),
                vec![],
            ),
            (
                json!({"redirectUris": ["https://a.example/*"]}),
                vec!["lint-wildcard"],
            ),
            (json!({"redirectUris": ["/realms/x/account/*"]}), vec![]),
            (
                json!({"rootUrl": "${authBaseUrl}", "redirectUris": ["/realms/x/account/*"]}),
                vec![],
            ),
            (json!({"redirectUris": ["/*"]}), vec!["lint-wildcard"]),
            (
                json!({"rootUrl": "https://a.example/", "redirectUris": ["/*"]}),
                vec!["lint-wildcard"],
            ),
            (
                json!({"rootUrl": "https://a.example", "redirectUris": ["/app/*"]}),
                vec!["lint-wildcard"],
            ),
            (
                json!({"rootUrl": "https://a.example", "redirectUris": ["/cb"]}),
                vec![],
            ),
            (
                json!({"rootUrl": "http://a.example", "redirectUris": ["/cb"]}),
                vec!["lint-http"],
            ),
            (
                json!({"redirectUris": ["https://a.example*"]}),
                vec!["lint-nowhere"],
            ),
            (
                json!({"redirectUris": ["https://a.example:*"]}),
                vec!["lint-nowhere"],
            ),
            (json!({"redirectUris": ["https:*"]}), vec!["lint-nowhere"]),
            (json!({"redirectUris": ["https://*"]}), vec!["lint-nowhere"]),
            (json!({"redirectUris": ["com.example.app:*"]}), vec![]),
            (
                json!({"redirectUris": ["app://cb/*"]}),
                vec!["lint-wildcard"],
            ),
            (
                json!({"redirectUris": ["http://a.example/cb"]}),
                vec!["lint-http"],
            ),
            (
                json!({"redirectUris": ["http://localhost:3000/cb"]}),
                vec![],
            ),
            (json!({"implicitFlowEnabled": true}), vec!["lint-implicit"]),
            (
                json!({"directAccessGrantsEnabled": true}),
                vec!["lint-password-grant"],
            ),
            (
                json!({"standardFlowEnabled": true, "publicClient": true}),
                vec!["lint-pkce"],
            ),
        ] {
            let found: Vec<&str> = findings(&client).into_iter().map(|(key, _)| key).collect();

            assert_eq!(found, expected, "{client}");
        }
    }
}
