//! The module of the plan "Config": what the provider says about itself is complete, true and well-formed.

use serde_json::Value;

use super::Module;
use super::party::Party;
use crate::http::{Request, text};

pub(super) const MODULES: &[Module] = &[(
    "oidcc-discovery-endpoint-verification",
    discovery_endpoint_verification,
)];

fn discovery_endpoint_verification(party: &Party) {
    let path = format!(
        "/realms/{}/.well-known/openid-configuration",
        party.realm.name
    );
    let answer = party.server().send(&Request::get(&path));

    assert_eq!(answer.status, 200);
    assert!(answer.is_json());
    let said = answer.json();
    assert_eq!(text(&said, "issuer"), party.realm.issuer());
    check_endpoints(party, &said);
    check_lists(party);
    check_switches(&said);
    check_keys(party, &said);
}

fn check_endpoints(party: &Party, said: &Value) {
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "check_session_iframe",
    ] {
        let address = text(said, name);
        assert!(
            address.starts_with(&format!("{}/", party.realm.issuer())),
            "{name}: {address}"
        );
        let path = address.trim_start_matches(&party.server().base);
        let answer = party.server().send(&Request::get(path));
        assert_ne!(answer.status, 404, "{name} leads nowhere");
    }
    // Whatever else is named as an address has to be one.
    let members = said.as_object().unwrap();
    for (name, value) in members
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint"))
    {
        let address = value.as_str().unwrap_or_default();
        let parsed = url::Url::parse(address).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(parsed.fragment().is_none(), "{name}: {address}");
        let path = address.trim_start_matches(&party.server().base);
        let answer = party.server().send(&Request::get(path));
        assert_ne!(answer.status, 404, "{name} leads nowhere: {}", answer.body);
    }
}

fn check_lists(party: &Party) {
    for (name, value) in [
        ("response_types_supported", "code"),
        ("response_modes_supported", "query"),
        ("response_modes_supported", "form_post"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("grant_types_supported", "authorization_code"),
        (
            "token_endpoint_auth_methods_supported",
            "client_secret_basic",
        ),
        (
            "token_endpoint_auth_methods_supported",
            "client_secret_post",
        ),
        ("scopes_supported", "openid"),
        ("claim_types_supported", "normal"),
        ("code_challenge_methods_supported", "S256"),
    ] {
        assert!(party.lists(name, value), "{name} lacks {value}");
    }
    for name in ["sub", "iss", "name", "given_name", "family_name", "email"] {
        assert!(party.lists("claims_supported", name), "{name}");
    }
    for alg in ["id_token", "userinfo"] {
        let name = format!("{alg}_signing_alg_values_supported");
        assert!(!party.lists(&name, "none"), "{name}");
    }
    for scope in party.metadata["scopes_supported"].as_array().unwrap() {
        // RFC 6749 §3.3: the characters that a scope may have.
        let scope = scope.as_str().expect("a scope is a text");
        let is_allowed = |byte: u8| {
            byte == 0x21 || (0x23..=0x5b).contains(&byte) || (0x5d..=0x7e).contains(&byte)
        };
        assert!(
            !scope.is_empty() && scope.bytes().all(is_allowed),
            "{scope}"
        );
    }
    if let Some(locales) = party.metadata.get("ui_locales_supported") {
        let locales = locales.as_array().expect("the locales are a list");
        assert!(
            locales
                .iter()
                .all(|locale| locale.as_str().is_some_and(|tag| !tag.contains('_')))
        );
    }
}

/// What is supported is said as a truth value, and what is left out counts by the specification's default.
fn check_switches(said: &Value) {
    for name in [
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "authorization_response_iss_parameter_supported",
    ] {
        assert!(said[name].is_boolean(), "{name}");
    }
}

fn check_keys(party: &Party, said: &Value) {
    let path = text(said, "jwks_uri").trim_start_matches(&party.server().base);
    let answer = party.server().send(&Request::get(path));
    assert_eq!(answer.status, 200);
    let kind = answer.header("content-type").unwrap_or_default().to_owned();
    assert!(kind.starts_with("application/j"), "{kind}");
    let keys = answer.json();
    let keys = keys["keys"].as_array().expect("the keys are a list");
    let mut ids: Vec<&str> = keys.iter().map(|key| text(key, "kid")).collect();
    assert!(ids.iter().all(|id| !id.is_empty()));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), keys.len(), "two keys have one name");
    for key in keys {
        assert_ne!(text(key, "kty"), "oct", "a shared secret is published");
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(
                key.get(member).is_none(),
                "{member} of {}",
                text(key, "kid")
            );
        }
        assert!(["sig", "enc"].contains(&text(key, "use")), "{key}");
        if text(key, "kty") == "RSA" {
            // 2048 bits are 342 characters of base64url.
            assert!(text(key, "n").len() >= 342, "{key}");
        }
    }
    let signs = |key: &&Value| text(key, "use") == "sig" && text(key, "alg") == "RS256";
    assert!(
        keys.iter().any(|key| signs(&key)),
        "no key signs with RS256"
    );
}
