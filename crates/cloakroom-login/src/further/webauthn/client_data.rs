//! What the browser says of a ceremony (WebAuthn Level 3 §5.8.1): for whom, where, and with which challenge.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::Rejection;

/// More than any browser writes.
const LONGEST: usize = 4096;

/// Which ceremony it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// A new key is made.
    Create,
    /// A key signs.
    Get,
}

impl Ceremony {
    /// Its name in what is signed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// A name that stands twice is refused by the reader, and so is what is no JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
    #[serde(default)]
    token_binding: Option<Binding>,
}

/// What levels before the third say of a connection that the browser is bound to.
#[derive(Deserialize)]
struct Binding {
    status: String,
}

/// Checks it against what is expected (§7.1 and §7.2: type, challenge, origin).
pub(super) fn check(
    bytes: &[u8],
    ceremony: Ceremony,
    challenge: &str,
    origins: &[String],
) -> Result<(), Rejection> {
    let wrong = |why| Err(Rejection::verification(why));
    if bytes.len() > LONGEST {
        return wrong("the client data is too long");
    }
    let Ok(said) = serde_json::from_slice::<Said>(bytes) else {
        return wrong("the client data cannot be read");
    };
    if said.kind != ceremony.name() {
        return wrong("the client data is of another ceremony");
    }
    let decoded = URL_SAFE_NO_PAD.decode(said.challenge.trim_end_matches('='));
    if decoded.is_err() || decoded.ok() != URL_SAFE_NO_PAD.decode(challenge).ok() {
        return wrong("the challenge is another one");
    }
    // Whole, never by its end: `https://badexample.com` ends in `example.com`.
    if !origins.contains(&said.origin) {
        return wrong("the origin is another one");
    }
    if said.cross_origin || said.top_origin.is_some() {
        return wrong("the ceremony took place in a frame of another origin");
    }
    // No connection to this server is bound to anything (RFC 8471), so what is bound was with another.
    if said
        .token_binding
        .is_some_and(|one| one.status == "present")
    {
        return wrong("the ceremony is bound to another connection");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_for_something_else_is_refused() {
        let ours = ["https://id.test".to_owned(), "https://app.test".to_owned()];
        let is_taken = |text: &str| check(text.as_bytes(), Ceremony::Get, "AQID", &ours).is_ok();
        let good = r#"{"type":"webauthn.get","challenge":"AQID","origin":"https://id.test","crossOrigin":false,"more":[1]}"#;
        assert!(is_taken(good));
        assert!(is_taken(&good.replace("id.test", "app.test")));
        let able = r#""tokenBinding":{"status":"supported"}"#;
        assert!(is_taken(&good.replace("\"more\":[1]", able)));
        for (from, to) in [
            ("webauthn.get", "webauthn.create"),
            ("webauthn.get", "webauthn.GET"),
            ("AQID", "AQIE"),
            ("AQID", ""),
            ("AQID", "****"),
            ("https://id", "http://id"),
            ("https://id", "https://badid"),
            ("https://id", "https://a.id"),
            ("id.test", "id.test:8443"),
            ("id.test", "id.test.evil.test"),
            ("id.test\"", "id.test/\""),
            ("false", "true"),
            ("\"more\":[1]", "\"topOrigin\":\"https://evil.test\""),
            ("\"more\":[1]", "\"origin\":\"https://id.test\""),
            (
                "\"more\":[1]",
                "\"tokenBinding\":{\"status\":\"present\",\"id\":\"AQID\"}",
            ),
            ("\"more\":[1]", "\"tokenBinding\":{\"id\":\"AQID\"}"),
            ("\"more\":[1]", "\"tokenBinding\":\"present\""),
            ("}", ""),
        ] {
            assert!(!is_taken(&good.replace(from, to)), "{from} {to}");
        }
        let long = good.replace("[1]", &format!("\"{}\"", "x".repeat(LONGEST)));
        assert!(!is_taken(&long));
        assert!(check(good.as_bytes(), Ceremony::Create, "AQID", &ours).is_err());
    }
}
