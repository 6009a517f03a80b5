//! The settings of a provider, read from the document that it publishes of itself (OpenID Connect Discovery 1.0 §3).

use serde_json::Value;

use crate::preset::{Preset, Protocol};
use crate::upstream::Written;

/// The settings that each member of a discovery document is (OpenID Connect Discovery 1.0 §3).
const DISCOVERED: [(&str, &str); 7] = [
    ("issuer", "issuer"),
    ("authorization_endpoint", "authorizationUrl"),
    ("token_endpoint", "tokenUrl"),
    ("introspection_endpoint", "tokenIntrospectionUrl"),
    ("userinfo_endpoint", "userInfoUrl"),
    ("end_session_endpoint", "logoutUrl"),
    ("jwks_uri", "jwksUrl"),
];

/// Those of them that a provider has who speaks OAuth 2 and no OpenID Connect: it signs nothing, and ends no session.
const OF_OAUTH2: [&str; 5] = [
    "issuer",
    "authorizationUrl",
    "tokenUrl",
    "tokenIntrospectionUrl",
    "userInfoUrl",
];

/// Reads them for a provider of a kind; `None` if the text is no such document.
pub fn settings(preset: &Preset, text: &str) -> Option<Written> {
    let document: Value = serde_json::from_str(text).ok()?;
    let document = document.as_object()?;
    let mut config = Written::new();
    let is_openid = preset.protocol == Protocol::OPENID;
    let has = |setting: &str| is_openid || OF_OAUTH2.contains(&setting);
    for (member, setting) in DISCOVERED {
        if !has(setting) {
            continue;
        }
        if let Some(text) = document.get(member).and_then(Value::as_str) {
            config.insert(setting, text.to_owned());
        }
    }
    if config.contains_key("jwksUrl") {
        config.insert("validateSignature", "true".to_owned());
        config.insert("useJwksUrl", "true".to_owned());
    }
    Some(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    #[test]
    fn keys_at_an_address_are_used_for_signatures() {
        let text = r#"{"issuer":"https://a","jwks_uri":"https://a/keys","more":1}"#;
        let config = settings(&preset::OPENID, text).unwrap();

        assert_eq!(config.get("useJwksUrl").map(String::as_str), Some("true"));
        assert_eq!(config.len(), 4);
        // OAuth 2 has no signatures to use them for.
        let config = settings(&preset::OAUTH2, text).unwrap();
        assert_eq!(config.keys().collect::<Vec<_>>(), [&"issuer"]);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "[]", "<a/>"] {
            assert_eq!(settings(&preset::OPENID, text), None, "{text}");
        }
    }
}
