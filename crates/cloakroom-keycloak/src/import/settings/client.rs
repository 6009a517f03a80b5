//! Settings of clients that are kept and that nothing here obeys, values that cannot be read, and addresses to which nobody is sent.

use cloakroom_model::Realm;
use cloakroom_model::client::Settings;
use serde_json::{Map, Value};

use super::{Kept, OFF, of_list};
use crate::client::NUMBERS;
use crate::import::Import;
use crate::import::lenient::Part;

const NOT_SIGNED: &str =
    "kept, but an answer to a sign-in is not signed here, and response_mode knows no jwt";
const NO_CIBA: &str = "kept, but nobody is signed in here by a message to their device (CIBA)";
const NOT_CHOSEN: &str = "kept, but it is not looked at how a request object was encrypted";

/// Attributes that nothing obeys.
const KEPT: &[Kept] = &[
    Kept {
        name: "authorization.encrypted.response.alg",
        quiet: &[],
        how: NOT_SIGNED,
    },
    Kept {
        name: "authorization.encrypted.response.enc",
        quiet: &[],
        how: NOT_SIGNED,
    },
    Kept {
        name: "authorization.signed.response.alg",
        quiet: &[],
        how: NOT_SIGNED,
    },
    Kept {
        name: "ciba.backchannel.auth.request.signing.alg",
        quiet: &["any"],
        how: NO_CIBA,
    },
    Kept {
        name: "ciba.backchannel.client.notification.endpoint",
        quiet: &[],
        how: NO_CIBA,
    },
    Kept {
        name: "ciba.backchannel.token.delivery.mode",
        quiet: &["poll"],
        how: NO_CIBA,
    },
    Kept {
        name: "client_credentials.use_refresh_token",
        quiet: OFF,
        how: "kept, but a client that signs in as itself gets no refresh token here, and asks again",
    },
    Kept {
        name: "exclude.issuer.from.auth.response",
        quiet: OFF,
        how: "kept, but every answer to a sign-in says iss",
    },
    Kept {
        name: "exclude.session.state.from.auth.response",
        quiet: OFF,
        how: "kept, but every answer to a sign-in says session_state",
    },
    Kept {
        name: "login_theme",
        quiet: &["base", "keycloak", "keycloak.v2"],
        how: "kept, but themes of Keycloak are not read here",
    },
    Kept {
        name: "oauth2.jwt.authorization.grant.enabled",
        quiet: OFF,
        how: "kept, but nobody trades an assertion of a provider for tokens here",
    },
    Kept {
        name: "oidc.ciba.grant.enabled",
        quiet: OFF,
        how: NO_CIBA,
    },
    Kept {
        name: "request.object.encryption.alg",
        quiet: &["any"],
        how: NOT_CHOSEN,
    },
    Kept {
        name: "request.object.encryption.enc",
        quiet: &["any"],
        how: NOT_CHOSEN,
    },
    Kept {
        name: "tls.client.certificate.bound.access.tokens",
        quiet: OFF,
        how: "kept, but tokens are bound to no certificate here: whoever has one of this client can use it",
    },
    Kept {
        name: "token.endpoint.auth.signing.max.exp",
        quiet: &[],
        how: "kept, but how long an assertion of a client counts is decided here",
    },
    Kept {
        name: "token.response.type.bearer.lower-case",
        quiet: OFF,
        how: "kept, but token_type is Bearer",
    },
];

/// Attributes that are on or off.
const SWITCHES: [&str; 12] = [
    "access.token.header.type.rfc9068",
    "backchannel.logout.revoke.offline.tokens",
    "backchannel.logout.session.required",
    "client.use.lightweight.access.token.enabled",
    "dpop.bound.access.tokens",
    "frontchannel.logout.session.required",
    "oauth2.device.authorization.grant.enabled",
    "require.pushed.authorization.requests",
    "standard.token.exchange.enabled",
    "use.jwks.string",
    "use.jwks.url",
    "use.refresh.tokens",
];

/// Names what of a client's settings is kept alone.
pub(in crate::import) fn of_client(
    realm: &Realm,
    import: &mut Import<'_>,
    part: &Part<'_>,
    settings: &Settings,
) {
    let report = &mut import.report;
    if settings.implicit_flow_enabled && !realm.settings.has_front_channel_access() {
        let how = "obeyed for ID tokens; access tokens go through browsers only where the realm's attribute cloakroom.frontChannelAccessTokens is true, and a response_type with token is refused until then";
        report.approximate(&part.place_of("implicitFlowEnabled"), part.who, how);
    }
    for (name, value) in &settings.attributes {
        if let Some(how) = told(name, value) {
            let place = part.place_of(&format!("attributes.{name}"));
            report.approximate(&place, part.who, how);
        }
    }
    let of_logout = settings.attribute(LOGOUT).unwrap_or_default();
    let of_logout = of_logout.split("##").map(str::trim);
    let all = settings.redirect_uris.iter().map(String::as_str);
    let all = all.map(|uri| ("redirectUris".to_owned(), uri));
    let place = format!("attributes.{LOGOUT}");
    for (member, uri) in all.chain(of_logout.map(|uri| (place.clone(), uri))) {
        if let Some(how) = unreachable_address(uri) {
            let who = format!("{} {uri}", part.who);
            report.approximate(&part.place_of(&member), &who, how);
        }
    }
}

const LOGOUT: &str = "post.logout.redirect.uris";

/// What the report says of an attribute; nothing where it is obeyed or asks for nothing.
fn told(name: &str, value: &str) -> Option<&'static str> {
    if let Some(told) = of_list(KEPT, name, value) {
        return told;
    }
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if NUMBERS.contains(&name) && value.parse::<i64>().is_err() {
        return Some("kept, but it is no whole number, and what the realm says counts");
    }
    if SWITCHES.contains(&name) && !["true", "false"].contains(&value) {
        return Some("kept, but it is neither true nor false, and counts as if it were not there");
    }
    if name == "acr.loa.map" && serde_json::from_str::<Map<String, Value>>(value).is_err() {
        return Some("kept, but it cannot be read, and levels have no names of this client's");
    }
    None
}

/// Why nobody is sent to an address that is listed; nothing where somebody may be.
fn unreachable_address(uri: &str) -> Option<&'static str> {
    let is_relative = uri.starts_with('/');
    let (before, _) = uri.split_once('*')?;
    let (scheme, rest) = before.split_once(':').unwrap_or(("http", ""));
    // A scheme of an app's own has no hosts, so that it is enough by itself.
    let of_hosts = ["http", "https", "ftp", "ws", "wss"];
    let is_web = of_hosts.contains(&scheme.to_ascii_lowercase().as_str());
    let has_host = rest
        .strip_prefix("//")
        .is_some_and(|rest| rest.find('/').is_some_and(|end| end > 0));
    let is_at_end = uri.len() == before.len() + 1;
    let stands_for_pages =
        is_at_end && !before.contains('?') && (is_relative || has_host || !is_web);
    (!stands_for_pages).then_some(
        "kept, but nobody is sent there: a * stands for the rest of a path, and not for a scheme, a host or what is in the middle",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_obeyed_or_not_read_is_told() {
        for (name, value, is_told) in [
            ("dpop.bound.access.tokens", "true", false),
            ("dpop.bound.access.tokens", "yes", true),
            ("tls.client.certificate.bound.access.tokens", "", false),
            ("tls.client.certificate.bound.access.tokens", "TRUE", true),
            ("oidc.ciba.grant.enabled", "true", true),
            ("ciba.backchannel.token.delivery.mode", "poll", false),
            ("ciba.backchannel.token.delivery.mode", "ping", true),
            ("access.token.lifespan", "abc", true),
            ("access.token.lifespan", "1.5", true),
            ("access.token.lifespan", "-1", false),
            ("access.token.lifespan", "300", false),
            ("default.max.age", "soon", true),
            ("use.refresh.tokens", "no", true),
            ("use.refresh.tokens", "true", false),
            ("acr.loa.map", "{\"gold\":\"2\"}", false),
            ("acr.loa.map", "gold=2", true),
            ("my.own", "abc", false),
        ] {
            assert_eq!(told(name, value).is_some(), is_told, "{name} {value}");
        }
    }

    #[test]
    fn an_address_to_which_nobody_is_sent_is_told() {
        for (uri, is_told) in [
            ("https://a.example/cb", false),
            ("https://a.example/*", false),
            ("https://a.example/x*", false),
            ("https://a.example*", true),
            ("https://*.a.example/cb", true),
            ("https://a.example/*/cb", true),
            ("https://a.example/cb?x=*", true),
            ("*", true),
            ("https://*", true),
            ("app:*", false),
            ("app://x/*", false),
            ("app:/cb", false),
            ("/cb/*", false),
            ("/cb", false),
            ("/cb/*/x", true),
            ("+", false),
            ("-", false),
            ("", false),
        ] {
            let told = unreachable_address(uri);

            assert_eq!(told.is_some(), is_told, "{uri}");
        }
    }
}
