//! The parameter `claims` (OpenID Connect Core 1.0 §5.5): claims asked for one by one.

use std::collections::BTreeMap;

use cloakroom_model::Realm;
use cloakroom_model::client::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::mapper;

/// Longer ones are a mistake or an attack; the claims of every scope together are far below.
const LONGEST: usize = 16 * 1024;

/// No request needs as many claims, and each is compared with every mapper.
const CLAIMS_MOST: usize = 100;

/// What the request says about one claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// The client cannot do without it.
    pub essential: bool,
    /// The values that would do, the best first; empty if any would.
    pub values: Vec<Value>,
}

/// Where a claim is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the ID token.
    IdToken,
    /// At the userinfo endpoint.
    Userinfo,
}

/// The claims that a request asks for one by one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    id_token: BTreeMap<String, Wish>,
    userinfo: BTreeMap<String, Wish>,
}

impl ClaimsRequest {
    /// Reads the parameter; `None` if it is not what §5.5 describes. Members it does not describe
    /// are ignored, as it demands.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        // The parser itself refuses what is nested too deeply.
        let Ok(Value::Object(members)) = serde_json::from_str(text) else {
            return None;
        };
        Some(Self {
            id_token: wishes(&members, "id_token")?,
            userinfo: wishes(&members, "userinfo")?,
        })
    }

    /// What was asked for in one place, by the name of the claim.
    pub fn wishes(&self, place: Place) -> &BTreeMap<String, Wish> {
        match place {
            Place::IdToken => &self.id_token,
            Place::Userinfo => &self.userinfo,
        }
    }

    /// The subjects that would do; `None` if the request demands none (§5.5.1).
    pub(crate) fn subjects(&self) -> Option<Vec<String>> {
        let wished = [&self.id_token, &self.userinfo].into_iter();
        let texts: Vec<String> = wished
            .filter_map(|place| place.get("sub"))
            .flat_map(|wish| &wish.values)
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .collect();
        (!texts.is_empty()).then_some(texts)
    }

    /// The wish for an `acr` in the ID token, with its values.
    pub(crate) fn acr(&self) -> (bool, Vec<String>) {
        let Some(wish) = self.id_token.get("acr") else {
            return (false, Vec::new());
        };
        let values = wish.values.iter().filter_map(Value::as_str);
        (wish.essential, values.map(str::to_owned).collect())
    }

    /// The client's scopes that hold a mapper for one of these claims, by name.
    pub(crate) fn scopes(&self, realm: &Realm, client: &Client) -> Vec<String> {
        let linked = client.default_scopes.iter().chain(&client.optional_scopes);
        let is_asked = |name: &str| {
            let name = name.split('.').next().unwrap_or(name);
            self.id_token.contains_key(name) || self.userinfo.contains_key(name)
        };
        linked
            .filter_map(|id| realm.scope(id))
            .filter(|scope| {
                let mut claims = scope.mappers.iter().filter_map(mapper::claim_of);
                claims.any(is_asked)
            })
            .map(|scope| scope.name.clone())
            .collect()
    }
}

fn wishes(members: &Map<String, Value>, place: &str) -> Option<BTreeMap<String, Wish>> {
    let named = match members.get(place) {
        None | Some(Value::Null) => return Some(BTreeMap::new()),
        Some(Value::Object(named)) if named.len() <= CLAIMS_MOST => named,
        Some(_) => return None,
    };
    named
        .iter()
        .map(|(name, value)| Some((name.clone(), wish(value)?)))
        .collect()
}

fn wish(value: &Value) -> Option<Wish> {
    let members = match value {
        Value::Null => return Some(Wish::default()),
        Value::Object(members) => members,
        _ => return None,
    };
    let essential = match members.get("essential") {
        None => false,
        Some(value) => value.as_bool()?,
    };
    let values = match (members.get("values"), members.get("value")) {
        (Some(Value::Array(many)), None) => many.clone(),
        (None, Some(one)) => vec![one.clone()],
        (None, None) => Vec::new(),
        _ => return None,
    };
    Some(Wish { essential, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_is_read_as_the_specification_describes_it() {
        let rows = [
            (
                r#"{"userinfo":{"name":{"essential":true},"email":null}}"#,
                true,
            ),
            (
                r#"{"id_token":{"acr":{"values":["1","2"]}},"other":7}"#,
                true,
            ),
            ("{}", true),
            (r#"{"id_token":null}"#, true),
            (r#"{"id_token":[]}"#, false),
            (r#"{"id_token":{"acr":7}}"#, false),
            (r#"{"id_token":{"acr":{"essential":"yes"}}}"#, false),
            (r#"{"id_token":{"acr":{"values":"1"}}}"#, false),
            (
                r#"{"id_token":{"acr":{"values":["1"],"value":"2"}}}"#,
                false,
            ),
            ("[]", false),
            ("7", false),
            ("", false),
        ];
        for (text, is_read) in rows {
            assert_eq!(ClaimsRequest::parse(text).is_some(), is_read, "{text}");
        }
        let deep = format!("{}{}", "{\"id_token\":".repeat(10_000), "}".repeat(10_000));
        assert!(ClaimsRequest::parse(&deep).is_none());
    }

    #[test]
    fn a_subject_is_demanded_by_value_alone() {
        let rows = [
            (r#"{"id_token":{"sub":{"value":"a"}}}"#, Some(vec!["a"])),
            (
                r#"{"userinfo":{"sub":{"values":["a","b"]}}}"#,
                Some(vec!["a", "b"]),
            ),
            (r#"{"id_token":{"sub":{"value":7}}}"#, Some(vec![""])),
            (r#"{"id_token":{"sub":{"essential":true}}}"#, None),
            (r#"{"id_token":{"name":null}}"#, None),
        ];
        for (text, expected) in rows {
            let asked = ClaimsRequest::parse(text).and_then(|claims| claims.subjects());

            let expected: Option<Vec<String>> =
                expected.map(|list| list.into_iter().map(str::to_owned).collect());
            assert_eq!(asked, expected, "{text}");
        }
    }
}
