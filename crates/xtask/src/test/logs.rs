//! Whether the log of a server under test holds a secret: what docs/LOGGING.md promises.
use std::path::Path;

use anyhow::{Context, Result, bail};
use regex::bytes::{RegexBuilder, RegexSetBuilder};

use crate::report::{Lines, Tally};

/// What must not be in a log, and how it looks. A short `code=` is the name of an error, not an authorization code.
const SECRETS: &[(&str, &str)] = &[
    ("a signed token", r"eyJ[\w-]{8,}\.[\w-]{8,}\."),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    ("an authorization code", r"\bcode=[\w.%-]*\d[\w.%-]{16,}"),
    (
        "a parameter that is a secret",
        r"\b(client_secret|password|password-new|refresh_token|access_token|id_token|id_token_hint|client_assertion|assertion|code_verifier|session_code)=[\w.%-]{4,}",
    ),
    (
        "a field that is a secret",
        r#""(client_secret|password|secret|token|access_token|refresh_token|id_token|cookie|authorization|assertion|code_verifier)":"[^"]"#,
    ),
    ("an opaque token", r"\bcat_[\w-]{8,}"),
    (
        "a cookie that is a secret",
        r"\b(KEYCLOAK_IDENTITY|KEYCLOAK_SESSION|AUTH_SESSION_ID|KC_RESTART|OAUTH_GRANT|CLOAKROOM_LOGOUT|CLOAKROOM_DEVICE|CLOAKROOM_PROOF|CLOAKROOM_TRIAL)=[\w.%-]{8,}",
    ),
    ("a query", r#"/realms/[^\s"]*\?\w+="#),
    ("a password's hash", r"\$(argon2|2[aby]|pbkdf2)"),
    (
        "a header that is a secret",
        r"(?i)\b(bearer|basic) [\w.+/=-]{12,}",
    ),
    (
        "a password of the tests",
        r"\b(ada|new)-password\b|\b(web|app|bench)-secret-",
    ),
];

/// Reads the log of a server that has ended, and names each line with a secret without repeating it.
pub(super) fn check(lines: &mut Lines, log: &Path) -> Result<Tally> {
    let text = std::fs::read_to_string(log).with_context(|| log.display().to_string())?;
    if text.trim().is_empty() {
        bail!(
            "{} is empty: the server did not say that it started",
            log.display()
        );
    }
    let found = secrets_in(&text)?;
    for (line, what) in &found {
        lines.say(format!("  line {line} holds {what}"));
    }
    Ok(Tally::one(found.is_empty()))
}

fn secrets_in(text: &str) -> Result<Vec<(usize, &'static str)>> {
    // One look for all of them; which it was, and where, is asked only if there is something.
    let all = RegexSetBuilder::new(SECRETS.iter().map(|(_, pattern)| pattern))
        .unicode(false)
        .build()?;
    let mut found = Vec::new();
    for (what, pattern) in all
        .matches(text.as_bytes())
        .iter()
        .filter_map(|index| SECRETS.get(index))
    {
        let pattern = RegexBuilder::new(pattern).unicode(false).build()?;
        for place in pattern.find_iter(text.as_bytes()) {
            let before = text.as_bytes().get(..place.start()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            found.push((line, *what));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_line_is_found_and_an_ordinary_line_is_not() {
        let rows = [
            ("GET /cb?code=0a1b2c3d4e5f6a7b8c9d0e1f.x", true),
            ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", true),
            ("Authorization: Bearer abcdefabcdef.x", true),
            ("client_id=web&client_secret=hunter22", true),
            (r#"{"msg":"asked","client_secret":"hunter22"}"#, true),
            (
                r#"{"msg":"set","cookie":"KEYCLOAK_IDENTITY=0a1b2c3d4e5f"}"#,
                true,
            ),
            ("AUTH_SESSION_ID=0a1b2c3d4e5f.node", true),
            (
                "GET /realms/shop/protocol/openid-connect/auth?state=x",
                true,
            ),
            ("introspected cat_01995c1e-7a40.bb", true),
            ("stored $argon2id$v=19$m=19456", true),
            (
                r#"{"msg":"answered","route":"/realms/{realm}/account","status":200}"#,
                false,
            ),
            ("CLOAKROOM_LOG=info is used", false),
            (
                "user ada could not sign in, client_id=web code=invalid_user_credentials",
                false,
            ),
            ("ready at http://localhost:8080 after 120 ms", false),
        ];

        for (line, is_secret) in rows {
            let found = secrets_in(line).unwrap();

            assert_eq!(!found.is_empty(), is_secret, "{line}");
        }
    }
}
