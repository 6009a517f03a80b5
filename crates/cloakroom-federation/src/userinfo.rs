//! What a provider says of a person when it is asked with the access token.

use oauth2::http::header::{AUTHORIZATION, CONTENT_TYPE};
use oauth2::http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::endpoints::{Endpoints, asked};
use crate::network::Network;
use crate::preset::Addresses;
use crate::{Problem, Result, Upstream, claim};

/// The longest answer, in bytes; what is larger is no description of a person.
const LONGEST: usize = 512 * 1024;

/// An answer: claims as they are, or a token that has to be verified first.
#[derive(Debug)]
pub enum Answer {
    /// Claims that the connection vouches for.
    Claims(Value),
    /// A JWT (OpenID Connect Core 1.0 §5.3.2).
    Token(String),
}

/// Asks who somebody is.
///
/// # Errors
/// If the provider is not reached, refuses, or answers something else.
pub async fn ask(
    upstream: &Upstream,
    address: &str,
    access_token: &str,
    network: &impl Network,
) -> Result<Answer> {
    let address = complete(upstream, address, access_token);
    let mut request = asked(&address, "application/json")?;
    let bearer = HeaderValue::from_str(&format!("Bearer {access_token}"));
    let bearer = bearer.map_err(|_| Problem::untrusted("its access token cannot be sent"))?;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    let answer = network.send(request).await;
    let answer = answer.map_err(|error| Problem::unreachable(error.0))?;
    if answer.status() != StatusCode::OK {
        let status = answer.status().as_u16();
        return Err(Problem::refused(format!(
            "its userinfo endpoint answers {status}"
        )));
    }
    let is_token = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/jwt"));
    let unreadable = || Problem::untrusted("what its userinfo endpoint answers cannot be read");
    let body = answer.into_body();
    if is_token {
        let token = String::from_utf8(body).map_err(|_| unreadable())?;
        return Ok(Answer::Token(token.trim().to_owned()));
    }
    if body.len() > LONGEST {
        return Err(unreadable());
    }
    let claims: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    match claims.is_object() || claims.is_array() {
        true => Ok(Answer::Claims(claims)),
        false => Err(unreadable()),
    }
}

/// The address with what some kinds want in it.
fn complete(upstream: &Upstream, address: &str, access_token: &str) -> String {
    match upstream.preset.id {
        "stackoverflow" => with_key(upstream, address, access_token),
        "facebook" => with_fields(upstream, address),
        _ => address.to_owned(),
    }
}

/// Stack Exchange wants its key and the token in the address.
fn with_key(upstream: &Upstream, address: &str, access_token: &str) -> String {
    let Some(key) = upstream.text("key") else {
        return address.to_owned();
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("key", key)
        .append_pair("access_token", access_token)
        .finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}

/// Facebook says no more than it is asked for; the row's address ends in the names of what is.
fn with_fields(upstream: &Upstream, address: &str) -> String {
    match upstream.text("fetchedFields") {
        Some(more) => {
            let more: String = more.split_whitespace().collect();
            format!("{address},{}", more.trim_matches(','))
        }
        None => address.to_owned(),
    }
}

/// Checks the claims of a signed answer, whose signature is checked.
///
/// # Errors
/// If it is not the provider's, or not for this client.
pub fn check_signed(upstream: &Upstream, endpoints: &Endpoints, claims: &Value) -> Result<()> {
    // OpenID Connect Core 1.0 §5.3.2: a signed answer should say who made it, and for whom.
    let is_own = |issuer: &Value| endpoints.issuers.iter().any(|own| issuer == own.as_str());
    let is_foreign = claims.get("iss").is_some_and(|issuer| !is_own(issuer));
    if is_foreign && !endpoints.issuers.is_empty() {
        return Err(Problem::untrusted("its userinfo is of another issuer"));
    }
    let client = upstream.client_id()?;
    if claims
        .get("aud")
        .is_some_and(|aud| !claim::has(aud, client))
    {
        return Err(Problem::untrusted("its userinfo is for another client"));
    }
    Ok(())
}

/// OpenID Connect Core 1.0 §5.3.4: what is said of somebody else must not be used.
///
/// # Errors
/// If the answer is about another than the ID token.
pub fn check_subject(claims: &Value, subject: &str) -> Result<()> {
    match claims.get("sub").and_then(Value::as_str) {
        Some(own) if own == subject => Ok(()),
        _ => Err(Problem::untrusted(
            "its userinfo is about somebody else than its ID token",
        )),
    }
}

/// The address to use out of a list of a person's addresses, and whether it was verified.
pub fn choose_address(list: &Value, how: &Addresses) -> Option<(String, bool)> {
    let list = match how.list {
        "" => list,
        path => claim::find(list, path)?,
    };
    let entries = list.as_array()?.iter().take(100);
    let is = |entry: &Value, name: &str| entry.get(name) == Some(&Value::Bool(true));
    // The primary one if it is verified, else any that is, else the primary one.
    let best = entries.max_by_key(|entry| {
        let (primary, verified) = (is(entry, how.primary), is(entry, how.verified));
        u8::from(verified) * 2 + u8::from(primary)
    })?;
    let email = best.get(how.email).and_then(claim::text)?;
    Some((email, is(best, how.verified)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::preset;

    #[test]
    fn an_address_that_is_verified_comes_before_the_primary_one() {
        let how = preset::find("github").unwrap().addresses.unwrap();
        let entry = |email: &str, primary: bool, verified: bool| json!({"email": email, "primary": primary, "verified": verified});
        let rows = [
            (
                json!([entry("a", true, true), entry("b", false, true)]),
                Some(("a", true)),
            ),
            (
                json!([entry("a", true, false), entry("b", false, true)]),
                Some(("b", true)),
            ),
            (
                json!([entry("a", true, false), entry("b", false, false)]),
                Some(("a", false)),
            ),
            (
                json!([{"email": "a", "verified": "true"}]),
                Some(("a", false)),
            ),
            (json!([]), None),
            (json!({"message": "Not Found"}), None),
        ];
        for (list, expected) in rows {
            let found = choose_address(&list, &how);

            let found = found
                .as_ref()
                .map(|(email, verified)| (email.as_str(), *verified));
            assert_eq!(found, expected, "{list}");
        }
    }

    #[test]
    fn facebook_is_asked_for_the_fields_that_the_settings_name() {
        let plain = crate::upstream::tests::upstream("facebook", &[]);
        let row = plain.preset.userinfo;
        let wanted = [("fetchedFields", "birthday, location ,")];
        let more = crate::upstream::tests::upstream("facebook", &wanted);

        assert_eq!(complete(&plain, row, "t"), row);
        assert_eq!(
            complete(&more, row, "t"),
            format!("{row},birthday,location")
        );
    }

    #[test]
    fn what_is_said_of_another_subject_is_refused() {
        for (claims, is_same) in [
            (json!({"sub": "1"}), true),
            (json!({"sub": "2"}), false),
            (json!({"sub": 1}), false),
            (json!({}), false),
            (json!([]), false),
        ] {
            assert_eq!(check_subject(&claims, "1").is_ok(), is_same, "{claims}");
        }
    }
}
