//! What a representation has to be: its members, their types, and what they say together.

use serde_json::{Map, Value};

use super::{OF_OPENID_CONNECT, OPENID_CONNECT, SAML, SHARED, SWITCHES, saml};
use crate::read::Object;

/// Why a representation is refused. The sentences are Keycloak's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// One sentence.
    Sentence(String),
    /// Members with another type than theirs.
    Types(Vec<String>),
    /// All that is wrong with the members, each a sentence that begins with the member's name.
    Violations(Vec<String>),
}

fn sentence<T>(text: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid::Sentence(text.into()))
}

/// Checks a whole representation, against the protocol of the client if there is one already.
pub fn check(sent: &Object, before: Option<&str>) -> Result<(), Invalid> {
    let Some(protocol) = sent.get("protocol").filter(|value| !value.is_null()) else {
        return sentence("protocol is required");
    };
    let protocol = protocol.as_str().unwrap_or_default();
    if ![OPENID_CONNECT, SAML].contains(&protocol) {
        return sentence(format!(
            "Mapper not found, unsupported client protocol: {protocol}"
        ));
    }
    check_known(sent, protocol)?;
    check_types(sent)?;
    let mut found = Found(Vec::new());
    if before.is_some_and(|before| before != protocol) {
        found.add("protocol: protocol cannot be changed for an existing client");
    }
    check_shared(sent, &mut found);
    if protocol == OPENID_CONNECT {
        check_flows(sent, &mut found);
        check_proof(sent, &mut found);
    }
    match found.0.is_empty() {
        true => Ok(()),
        false => Err(Invalid::Violations(found.0)),
    }
}

/// RFC 7396: merges a patch into the representation that is there.
pub fn merge(whole: &mut Object, patch: &Object) -> Result<(), Invalid> {
    let protocol = whole.get("protocol").and_then(Value::as_str);
    check_known(patch, protocol.unwrap_or(OPENID_CONNECT))?;
    check_types(patch)?;
    merge_members(whole, patch);
    Ok(())
}

fn merge_members(whole: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (value, whole.get_mut(name)) {
            (Value::Null, _) => {
                whole.remove(name);
            }
            (Value::Object(patch), Some(Value::Object(inner))) => merge_members(inner, patch),
            _ => {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
}

fn check_known(sent: &Object, protocol: &str) -> Result<(), Invalid> {
    let is_known = |name: &str| {
        SHARED.contains(&name)
            || match protocol {
                SAML => saml::is_member(name),
                _ => OF_OPENID_CONNECT.contains(&name),
            }
    };
    let mut unknown: Vec<&str> = sent
        .keys()
        .map(String::as_str)
        .filter(|name| !is_known(name))
        .collect();
    unknown.sort_unstable();
    match unknown.is_empty() {
        true => Ok(()),
        false => sentence(format!(
            "Payload contains unknown fields: [{}]",
            unknown.join(", ")
        )),
    }
}

/// Each member has to be of its type, a word to be one that there is.
fn check_types(sent: &Object) -> Result<(), Invalid> {
    let is_flow = |value: &Value| {
        let flow = value.as_str().unwrap_or_default();
        let mut known = SWITCHES.iter().chain(&super::ATTRIBUTES);
        known.any(|(name, _)| *name == flow)
    };
    let texts = |value: &Value, fits: &dyn Fn(&Value) -> bool| {
        value.as_array().is_some_and(|list| list.iter().all(fits))
    };
    let fits = |name: &str, value: &Value| match name {
        "enabled" => value.is_boolean(),
        "createdTimestamp" | "updatedTimestamp" => value.is_i64(),
        "loginFlows" => texts(value, &is_flow),
        "redirectUris" | "webOrigins" | "roles" | "serviceAccountRoles" => {
            texts(value, &|one| one.is_string() || one.is_null())
        }
        "auth" => value.as_object().is_some_and(|proof| {
            let mut parts = ["method", "secret", "certificate"].iter();
            parts.all(|name| {
                proof
                    .get(*name)
                    .is_none_or(|part| part.is_string() || part.is_null())
            })
        }),
        name if saml::is_switch(name) => value.is_boolean(),
        name => value.as_str().is_some_and(|text| {
            let words = saml::WORDS.iter().find(|(member, _)| *member == name);
            words.is_none_or(|(_, words)| words.contains(&text))
        }),
    };
    let wrong: Vec<String> = sent
        .iter()
        .filter(|(name, value)| !value.is_null() && !fits(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Invalid::Types(wrong)),
    }
}

struct Found(Vec<String>);

impl Found {
    fn add(&mut self, why: impl Into<String>) {
        self.0.push(why.into());
    }
}

/// The longest name, in characters.
const LONGEST: usize = 255;

fn text<'a>(sent: &'a Object, name: &str) -> Option<&'a str> {
    sent.get(name).and_then(Value::as_str)
}

fn list<'a>(sent: &'a Object, name: &str) -> Vec<&'a str> {
    let values = sent.get(name).and_then(Value::as_array);
    let values = values.into_iter().flatten();
    values.map(|one| one.as_str().unwrap_or_default()).collect()
}

fn check_shared(sent: &Object, found: &mut Found) {
    let client_id = text(sent, "clientId");
    if client_id.is_some_and(|id| id.is_empty() || id.chars().count() > LONGEST) {
        found.add("clientId: size must be between 1 and 255");
    }
    if client_id.is_none_or(|id| id.trim().is_empty()) {
        found.add("clientId: must not be blank");
    }
    for name in ["displayName", "description"] {
        if text(sent, name).is_some_and(|text| text.chars().count() > LONGEST) {
            found.add(format!("{name}: size must be between 0 and 255"));
        }
    }
    if text(sent, "appUrl").is_some_and(|url| !is_web(url)) {
        found.add("appUrl: must be a valid URL");
    }
    for name in ["roles", "serviceAccountRoles"] {
        if list(sent, name).iter().any(|role| role.trim().is_empty()) {
            found.add(format!("{name}[].<iterable element>: must not be blank"));
        }
    }
    for uri in list(sent, "redirectUris") {
        check_redirect_uri(uri, found);
    }
}

fn check_redirect_uri(uri: &str, found: &mut Found) {
    if uri.trim().is_empty() {
        found.add("redirectUris: Redirect URI cannot be empty");
        found.add("redirectUris[].<iterable element>: must not be blank");
        return;
    }
    if uri != "*" && !uri.contains("://") {
        found.add(
            "redirectUris: Redirect URI must be an absolute URI (include scheme like https://) \
             when Root URL is not set",
        );
    }
    let before = uri.strip_suffix('*').unwrap_or(uri);
    if before.contains('*') {
        found.add("redirectUris: Wildcard (*) must be at the end of the URI");
    }
}

fn is_web(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

fn is_origin(origin: &str) -> bool {
    let host = |rest: &str| !rest.is_empty() && !rest.contains(['/', '?', '#', ' ', '@']);
    ["+", "*"].contains(&origin)
        || origin
            .split_once("://")
            .is_some_and(|(scheme, rest)| !scheme.is_empty() && host(rest))
}

fn check_flows(sent: &Object, found: &mut Found) {
    let flows = list(sent, "loginFlows");
    let is_public = sent.get("auth").is_none_or(Value::is_null);
    for flow in ["STANDARD", "IMPLICIT"] {
        if flows.contains(&flow) && list(sent, "redirectUris").is_empty() {
            found.add(format!(
                "redirectUris: {flow} requires at least one redirect URI"
            ));
        }
    }
    for flow in ["SERVICE_ACCOUNT", "TOKEN_EXCHANGE"] {
        if flows.contains(&flow) && is_public {
            found.add(format!(
                "loginFlows: {flow} requires a confidential client (auth must be specified)"
            ));
        }
    }
    if !list(sent, "serviceAccountRoles").is_empty() && !flows.contains(&"SERVICE_ACCOUNT") {
        found.add(
            "serviceAccountRoles: serviceAccountRoles can only be set when SERVICE_ACCOUNT flow \
             is enabled",
        );
    }
    if !list(sent, "webOrigins").iter().all(|one| is_origin(one)) {
        found.add(
            "webOrigins[].<iterable element>: must be a valid web origin (scheme://host[:port]), \
             or '+' to derive from redirect URIs, or '*' to allow all",
        );
    }
}

/// How clients of OpenID Connect can prove themselves.
const METHODS: [&str; 5] = [
    "client-secret",
    "client-secret-jwt",
    "client-jwt",
    "client-x509",
    "federated-jwt",
];

fn check_proof(sent: &Object, found: &mut Found) {
    let Some(proof) = sent.get("auth").and_then(Value::as_object) else {
        return;
    };
    match text(proof, "method").filter(|method| !method.trim().is_empty()) {
        None => found.add("auth.method: must not be blank"),
        Some(method) if !METHODS.contains(&method) => {
            found.add("auth.method: valid client authenticator type is required");
        }
        Some(_) => {}
    }
    let length = text(proof, "secret").map(|secret| secret.chars().count());
    if length.is_some_and(|length| !(6..=LONGEST).contains(&length)) {
        found.add("auth.secret: size must be between 6 and 255");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_in_keycloaks_words() {
        let unknown =
            |names: &str| Invalid::Sentence(format!("Payload contains unknown fields: [{names}]"));
        let violation = |text: &str| Invalid::Violations(vec![text.to_owned()]);
        let of = |more: Value| {
            let mut sent = object(json!({"clientId": "app", "protocol": "openid-connect"}));
            sent.extend(object(more));
            check(&sent, Some("openid-connect")).unwrap_err()
        };
        for (sent, expected) in [
            (
                json!({"protocol": null}),
                Invalid::Sentence("protocol is required".to_owned()),
            ),
            (
                json!({"zz": 1, "allowEcpFlow": true}),
                unknown("allowEcpFlow, zz"),
            ),
            (
                json!({"enabled": "x"}),
                Invalid::Types(vec!["enabled".to_owned()]),
            ),
            (
                json!({"loginFlows": ["NOPE"]}),
                Invalid::Types(vec!["loginFlows".to_owned()]),
            ),
            (
                json!({"clientId": " "}),
                violation("clientId: must not be blank"),
            ),
            (
                json!({"appUrl": "javascript:alert(1)"}),
                violation("appUrl: must be a valid URL"),
            ),
            (
                json!({"auth": {}}),
                violation("auth.method: must not be blank"),
            ),
            (
                json!({"auth": {"method": "nope"}}),
                violation("auth.method: valid client authenticator type is required"),
            ),
            (
                json!({"auth": {"method": "client-secret", "secret": "short"}}),
                violation("auth.secret: size must be between 6 and 255"),
            ),
            (
                json!({"protocol": "saml"}),
                violation("protocol: protocol cannot be changed for an existing client"),
            ),
            (
                json!({"loginFlows": ["STANDARD"]}),
                violation("redirectUris: STANDARD requires at least one redirect URI"),
            ),
            (
                json!({"loginFlows": ["SERVICE_ACCOUNT"]}),
                violation(
                    "loginFlows: SERVICE_ACCOUNT requires a confidential client (auth must be specified)",
                ),
            ),
        ] {
            assert_eq!(of(sent.clone()), expected, "{sent}");
        }
    }

    #[test]
    fn a_patch_changes_what_it_says_and_null_takes_away() {
        let mut whole = object(json!({
            "protocol": "openid-connect", "displayName": "App", "description": "d",
            "auth": {"method": "client-secret", "secret": "open-sesame"},
        }));
        let patch =
            json!({"displayName": null, "description": "e", "auth": {"method": "client-jwt"}});
        merge(&mut whole, &object(patch)).unwrap();
        let expected = json!({
            "protocol": "openid-connect", "description": "e",
            "auth": {"method": "client-jwt", "secret": "open-sesame"},
        });
        assert_eq!(Value::Object(whole), expected);
    }
}
