//! An access token that is a JWT of its provider, whose claims mappers read before all others.
//!
//! Keycloak puts roles there and nowhere else, so that is where a realm that signs in through another one finds them.

use serde_json::{Map, Value};

use crate::tokens::Expected;
use crate::{Problem, Result, Upstream};

/// Clocks may be this many seconds off, where the settings say nothing of it.
const SKEW: i64 = 60;

/// The claims count: of a Keycloak, and of others where the settings say that it is a JWT.
pub(crate) fn is_read(upstream: &Upstream) -> bool {
    upstream.preset.id == "keycloak-oidc" || is_surely_jwt(upstream)
}

/// Whoever issues something else is not what the settings say.
pub(crate) fn is_surely_jwt(upstream: &Upstream) -> bool {
    upstream.is_openid() && upstream.has("isAccessTokenJWT")
}

/// It has the form of a signed token.
pub(crate) fn is_signed(token: &str) -> bool {
    token.split('.').count() == 3
}

/// Checks the claims of a token whose signature is verified. It is made for another audience than us, so that is not asked.
///
/// # Errors
/// If it is of another issuer, over, or about somebody else than the ID token.
pub(crate) fn check(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
    subject: &str,
) -> Result<()> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").unwrap_or_default();
    if !expected.issuers.is_empty() && !expected.issuers.iter().any(|own| own == issuer) {
        let why = "its access token is of another issuer than the settings name";
        return Err(Problem::untrusted(why));
    }
    let end = claims.get("exp").and_then(Value::as_i64);
    let skew = expected.skew.unwrap_or(SKEW);
    if end.is_none_or(|end| end.saturating_add(skew) <= expected.now) {
        return Err(Problem::untrusted("its access token is over"));
    }
    // A token without a subject is a light one of Keycloak's; what it says is said to whoever has the code.
    match claims.get("sub") {
        Some(sub) if sub.as_str() != Some(subject) => Err(Problem::untrusted(
            "its access token is about somebody else than its ID token",
        )),
        _ => Ok(()),
    }
}

/// What is read of a token, verified or not.
///
/// # Errors
/// If it is not, and the settings say that it is one to verify.
pub(crate) fn settle(upstream: &Upstream, verified: Result<Map<String, Value>>) -> Result<Value> {
    match verified {
        Ok(claims) => Ok(Value::Object(claims)),
        Err(problem) if is_surely_jwt(upstream) => Err(problem),
        // Nobody has said that it is one of these: one that looks like it, and is not, says nothing.
        Err(problem) => {
            let provider = upstream.provider.alias.as_str();
            tracing::warn!(%problem, provider, "an access token is not verified, and nothing is read from it");
            Ok(Value::Null)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_of_somebody_else_or_that_is_over_says_nothing() {
        let issuers = ["https://id.example.org".to_owned()];
        let expected = Expected {
            issuers: &issuers,
            client: "us",
            nonce: None,
            access_token: "",
            skew: None,
            now: 1_000,
        };
        let iss = "https://id.example.org";
        let rows = [
            (
                json!({"iss": iss, "exp": 2_000, "sub": "ada", "aud": "another"}),
                true,
            ),
            (json!({"iss": iss, "exp": 2_000}), true),
            (json!({"iss": iss, "exp": 941, "sub": "ada"}), true),
            (json!({"iss": iss, "exp": 940, "sub": "ada"}), false),
            (json!({"iss": iss, "exp": "2000", "sub": "ada"}), false),
            (json!({"iss": iss, "sub": "ada"}), false),
            (json!({"iss": iss, "exp": 2_000, "sub": "bob"}), false),
            (json!({"iss": iss, "exp": 2_000, "sub": null}), false),
            (
                json!({"iss": "https://other.org", "exp": 2_000, "sub": "ada"}),
                false,
            ),
            (json!({"exp": 2_000, "sub": "ada"}), false),
        ];
        for (claims, is_good) in rows {
            let found = check(claims.as_object().unwrap(), &expected, "ada");

            assert_eq!(found.is_ok(), is_good, "{claims}");
        }
    }
}
