//! The settings of a provider, read from the document that it publishes of itself (OpenID Connect Discovery 1.0 §3).

use serde_json::Value;

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

/// Reads them; `None` if the text is no such document.
pub fn settings(text: &str) -> Option<Written> {
    let document: Value = serde_json::from_str(text).ok()?;
    let document = document.as_object()?;
    let mut config = Written::new();
    for (member, setting) in DISCOVERED {
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

    #[test]
    fn keys_at_an_address_are_used_for_signatures() {
        let config =
            settings(r#"{"issuer":"https://a","jwks_uri":"https://a/keys","more":1}"#).unwrap();

        assert_eq!(config.get("useJwksUrl").map(String::as_str), Some("true"));
        assert_eq!(config.len(), 4);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "[]", "<a/>"] {
            assert_eq!(settings(text), None, "{text}");
        }
    }
}
