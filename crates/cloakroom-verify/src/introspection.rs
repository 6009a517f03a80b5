//! Opaque tokens: what the issuer says of them (RFC 7662), kept for a short while.
use std::sync::{Mutex, PoisonError};

use cloakroom_jose::dpop::token_hash;
use cloakroom_jose::json;
use serde_json::{Map, Value};

use crate::error::VerifyError;
use crate::expiring::Expiring;
use crate::issuer::Issuer;

/// How long an answer is kept, in seconds, if nobody says otherwise: a revoked token lives on so long.
pub(crate) const KEPT: i64 = 15;

/// The most answers that are kept.
const ANSWERS: usize = 10_000;

/// The largest answer, in bytes.
const LIMIT: usize = 64 * 1024;

/// The client that asks, and what it was told.
pub(crate) struct Introspection {
    client_id: String,
    secret: String,
    kept_for: i64,
    /// By the digest of the token; `None` for one that is not active.
    answers: Mutex<Expiring<Option<Map<String, Value>>>>,
}

impl Introspection {
    pub(crate) fn new(client_id: &str, secret: &str, kept_for: i64) -> Self {
        Self {
            client_id: client_id.to_owned(),
            secret: secret.to_owned(),
            kept_for,
            answers: Mutex::new(Expiring::new(ANSWERS)),
        }
    }

    /// What the issuer says of a token that counts.
    pub(crate) async fn ask(
        &self,
        issuer: &Issuer,
        token: &str,
        now: i64,
    ) -> Result<Map<String, Value>, VerifyError> {
        const INACTIVE: VerifyError = VerifyError::Inactive("the token is not active");
        let name = token_hash(token);
        let kept = self.answers().find(&name, now);
        if let Some(answer) = kept {
            return answer.ok_or(INACTIVE);
        }
        let known = issuer.known().await?;
        let address = known.metadata.introspection.clone();
        let address = address.ok_or(VerifyError::Unavailable("it offers no introspection"))?;
        let client = (self.client_id.as_str(), self.secret.as_str());
        let form = [("token", token), ("token_type_hint", "access_token")];
        let body = issuer.fetcher().post(address, client, &form, LIMIT).await;
        let members = body
            .and_then(|body| json::parse_object(&body, LIMIT).map_err(|_| "no strict JSON"))
            .map_err(VerifyError::Unavailable)?;
        let is_active = members.get("active") == Some(&Value::Bool(true));
        let until = now.saturating_add(self.kept_for);
        let until = match members.get("exp").and_then(Value::as_i64) {
            Some(end) if is_active => until.min(end.saturating_sub(1)),
            _ => until,
        };
        let answer = is_active.then_some(members);
        // Without room the next request asks again, which is slower and no less right.
        let _ = self.answers().insert(name, answer.clone(), until, now);
        answer.ok_or(INACTIVE)
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, Expiring<Option<Map<String, Value>>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Introspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Introspection")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Checks what an issuer says of a token, by the rules that hold for a JWT.
///
/// RFC 7662 §4: the server that asks has to check that the token is meant for it.
pub(crate) fn check(
    answer: &Map<String, Value>,
    issuer: &str,
    audience: &str,
    window: std::ops::RangeInclusive<i64>,
) -> Result<(), VerifyError> {
    let refused = |why| Err(VerifyError::Inactive(why));
    let text = |name: &str| answer.get(name).map(|value| value.as_str().unwrap_or(""));
    if text("iss").is_some_and(|own| own != issuer) {
        return refused("the token is of another issuer");
    }
    let is_for_us = match answer.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(many)) => many.iter().any(|own| own.as_str() == Some(audience)),
        _ => false,
    };
    if !is_for_us {
        return refused("the token is for another audience");
    }
    // A refresh token is active as well, and opens nothing here.
    let is_access = |name| {
        text(name).is_none_or(|kind| {
            ["Bearer", "DPoP"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(kind))
        })
    };
    if !is_access("typ") || !is_access("token_type") {
        return refused("the token is no access token");
    }
    let (now_at_least, now_at_most) = (*window.start(), *window.end());
    match answer.get("exp").map(Value::as_i64) {
        Some(Some(end)) if end > now_at_least => {}
        None => {}
        Some(_) => return refused("the token is over"),
    }
    match answer.get("nbf").map(Value::as_i64) {
        Some(Some(begin)) if begin <= now_at_most => Ok(()),
        None => Ok(()),
        Some(_) => refused("the token is not good yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_has_to_be_about_an_access_token_for_us_now() {
        let good = json!({ "active": true, "iss": "https://i", "aud": ["x", "api"], "exp": 161,
            "typ": "Bearer", "token_type": "bearer", "nbf": 240 });
        let rows = [
            ("as it is", json!({}), true),
            ("one audience", json!({ "aud": "api" }), true),
            (
                "no issuer, no end",
                json!({ "iss": null, "exp": null }),
                false,
            ),
            ("another issuer", json!({ "iss": "https://j" }), false),
            ("issuer of another type", json!({ "iss": 1 }), false),
            ("another audience", json!({ "aud": "other" }), false),
            (
                "audience of another type",
                json!({ "aud": { "api": 1 } }),
                false,
            ),
            ("a part of the audience", json!({ "aud": "ap" }), false),
            ("a refresh token", json!({ "typ": "Refresh" }), false),
            ("an ID token", json!({ "typ": "ID" }), false),
            (
                "another type of token",
                json!({ "token_type": "N_A" }),
                false,
            ),
            ("over", json!({ "exp": 100 }), false),
            ("an end that is a text", json!({ "exp": "999" }), false),
            ("not yet", json!({ "nbf": 241 }), false),
        ];

        for (name, changed, expected) in rows {
            let mut answer = good.as_object().unwrap().clone();
            answer.extend(changed.as_object().unwrap().clone());
            let checked = check(&answer, "https://i", "api", 160..=240);
            assert_eq!(checked.is_ok(), expected, "{name}: {checked:?}");
        }
        let mut bare = good.as_object().unwrap().clone();
        for name in ["iss", "exp", "nbf", "typ", "token_type"] {
            bare.remove(name);
        }
        assert!(check(&bare, "https://i", "api", 160..=240).is_ok());
        bare.remove("aud");
        assert!(check(&bare, "https://i", "api", 160..=240).is_err());
    }
}
