//! What an administrator sent, as the audit trail may keep it: in its order, without secrets.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// The body of a call, kept beside the call for the audit trail.
#[derive(Clone)]
pub(crate) struct Sent(pub(crate) Bytes);

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({} bytes)", self.0.len())
    }
}

/// Longer bodies are files rather than forms, and no trail keeps them.
const MOST: usize = 64 * 1024;

/// Keeps the body of a change, so that the handler reads it and the audit trail does as well.
pub async fn keep<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let is_change = [Method::POST, Method::PUT, Method::DELETE].contains(request.method());
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|text| text.to_str().ok()?.parse::<usize>().ok());
    let is_short = length.is_some_and(|length| (1..=MOST).contains(&length));
    if is_change && is_short && request.path().starts_with("/admin/realms") {
        let body = request.extract::<Bytes>().await?;
        request.extensions_mut().insert(Sent(body.clone()));
        request.set_payload(Payload::from(body));
    }
    next.call(request).await
}

/// A JSON text in its own order, with secrets masked; `None` if it is none.
pub(crate) fn masked(text: &[u8], added: &[(&str, &str)]) -> Option<String> {
    let mut json: Json = serde_json::from_slice(text).ok()?;
    json.mask();
    if let Json::Object(members) = &mut json {
        let is_new = |name: &str| !members.iter().any(|(known, _)| known == name);
        let added: Vec<(String, Json)> = added
            .iter()
            .filter(|(name, _)| is_new(name))
            .map(|(name, text)| ((*name).to_owned(), Json::Text((*text).to_owned())))
            .collect();
        members.splice(0..0, added);
    }
    serde_json::to_string(&json).ok()
}

/// What stands in place of a secret.
const MASK: &str = "**********";

/// JSON that keeps the order of its members.
#[derive(Debug, PartialEq)]
enum Json {
    Null,
    Plain(serde_json::Number),
    Switch(bool),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    fn mask(&mut self) {
        match self {
            Self::List(members) => members.iter_mut().for_each(Self::mask),
            Self::Object(members) => {
                members.retain(|(name, value)| name != "credentials" && *value != Self::Null);
                for (name, value) in members {
                    if is_secret(name) {
                        value.hide();
                    } else {
                        value.mask();
                    }
                }
            }
            Self::Null | Self::Plain(_) | Self::Switch(_) | Self::Text(_) => {}
        }
    }

    /// Lists of a component's setting keep their shape; anything else becomes the mask itself.
    fn hide(&mut self) {
        match self {
            Self::List(members) => members.iter_mut().for_each(Self::hide),
            Self::Switch(_) => {}
            _ => *self = Self::Text(MASK.to_owned()),
        }
    }
}

/// Names of members that hold what somebody could sign in with.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = [
        "password",
        "secret",
        "credential",
        "privatekey",
        "token",
        "secretdata",
        "secret.key",
        "secret-key",
        "api.key",
    ];
    ends.iter().any(|end| name.ends_with(end)) || name.contains("client.secret")
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Plain(number) => number.serialize(to),
            Self::Switch(on) => to.serialize_bool(*on),
            Self::Text(text) => to.serialize_str(text),
            Self::List(members) => members.serialize(to),
            Self::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Json, E> {
        Ok(Json::Switch(on))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Plain(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Plain(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        let number = serde_json::Number::from_f64(number);
        Ok(number.map_or(Json::Null, Json::Plain))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_element()? {
            members.push(member);
        }
        Ok(Json::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_trail_never_keeps_a_secret() {
        let table = [
            (r#"{"b":1,"a":null,"c":[true]}"#, r#"{"b":1,"c":[true]}"#),
            (
                r#"{"clientId":"cc","secret":"top"}"#,
                r#"{"clientId":"cc","secret":"**********"}"#,
            ),
            (
                r#"{"username":"b","credentials":[{"value":"x"}]}"#,
                r#"{"username":"b"}"#,
            ),
            (
                r#"{"smtpServer":{"password":"pw"}}"#,
                r#"{"smtpServer":{"password":"**********"}}"#,
            ),
            (
                r#"{"config":{"bindCredential":["x"]}}"#,
                r#"{"config":{"bindCredential":["**********"]}}"#,
            ),
            (
                r#"{"config":{"clientSecret":"x"}}"#,
                r#"{"config":{"clientSecret":"**********"}}"#,
            ),
            (
                r#"{"config":{"privateKey":["x"]}}"#,
                r#"{"config":{"privateKey":["**********"]}}"#,
            ),
            (
                r#"{"resetPasswordAllowed":true}"#,
                r#"{"resetPasswordAllowed":true}"#,
            ),
            (r#"[{"secret":1}]"#, r#"[{"secret":"**********"}]"#),
        ];
        for (sent, kept) in table {
            assert_eq!(
                masked(sent.as_bytes(), &[]).as_deref(),
                Some(kept),
                "{sent}"
            );
        }
        assert_eq!(masked(b"no json", &[]), None);
    }

    #[test]
    fn what_was_made_begins_with_its_id() {
        let kept = masked(br#"{"name":"n"}"#, &[("id", "i")]);

        assert_eq!(kept.as_deref(), Some(r#"{"id":"i","name":"n"}"#));
    }
}
