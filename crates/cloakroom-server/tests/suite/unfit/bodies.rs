//! Bodies whose members are too long or of another kind: each is taken or refused in Keycloak's shape, and none is a fault of the server.

use serde_json::{Value, json};

use crate::realm::{Realm, merged};

/// A kind of thing: where it is made, one that is right, and the member by which its address is found where it is not an id.
type Kind = (&'static str, Value, Option<&'static str>);

fn kinds() -> Vec<Kind> {
    let oidc = json!({"clientId": "a", "clientSecret": "b", "authorizationUrl": "https://a.example/a", "tokenUrl": "https://a.example/t"});
    vec![
        (
            "/users",
            json!({
                "username": "one", "email": "one@example.org", "firstName": "F", "lastName": "L", "enabled": true,
                "emailVerified": true, "attributes": {"a": ["b"]}, "requiredActions": ["UPDATE_PASSWORD"], "groups": [],
                "credentials": [], "federatedIdentities": [], "createdTimestamp": 1,
                "notBefore": 0, "federationLink": null, "realmRoles": [], "clientRoles": {}, "clientConsents": [],
            }),
            None,
        ),
        (
            "/groups",
            json!({
                "name": "one", "description": "d", "attributes": {"a": ["b"]}, "realmRoles": [], "clientRoles": {},
                "subGroups": [], "path": "/one", "parentId": null,
            }),
            None,
        ),
        (
            "/roles",
            json!({"name": "one", "description": "d", "attributes": {"a": ["b"]}, "composite": false, "composites": {}, "containerId": "x"}),
            Some("name"),
        ),
        (
            "/clients",
            json!({
                "clientId": "one", "name": "n", "description": "d", "rootUrl": "https://a.example", "baseUrl": "/",
                "redirectUris": ["https://a.example/*"], "webOrigins": ["+"], "attributes": {"a": "b"}, "secret": "s",
                "protocol": "openid-connect", "enabled": true, "publicClient": false, "notBefore": 0,
                "nodeReRegistrationTimeout": -1, "defaultClientScopes": ["email"], "protocolMappers": [],
                "authenticationFlowBindingOverrides": {}, "clientAuthenticatorType": "client-secret",
                "registeredNodes": {}, "authorizationSettings": null, "serviceAccountsEnabled": true,
            }),
            None,
        ),
        (
            "/identity-provider/instances",
            json!({
                "alias": "one", "displayName": "O", "providerId": "oidc", "enabled": true, "config": oidc,
                "firstBrokerLoginFlowAlias": "first broker login", "postBrokerLoginFlowAlias": null, "linkOnly": false,
            }),
            Some("alias"),
        ),
        (
            "/components",
            json!({
                "name": "one", "providerId": "hmac-generated", "providerType": "org.keycloak.keys.KeyProvider",
                "config": {"priority": ["1"], "algorithm": ["HS256"], "secretSize": ["32"]}, "subType": null, "parentId": null,
            }),
            None,
        ),
        (
            "/authentication/flows",
            json!({"alias": "one", "description": "d", "providerId": "basic-flow", "topLevel": true, "builtIn": false}),
            None,
        ),
        (
            "/organizations",
            json!({
                "name": "one", "alias": "one", "description": "d", "enabled": true, "attributes": {"a": ["b"]},
                "domains": [{"name": "one.example", "verified": false}], "redirectUrl": "https://a.example",
            }),
            None,
        ),
        (
            "/client-scopes",
            json!({"name": "one", "description": "d", "protocol": "openid-connect", "attributes": {"a": "b"}, "protocolMappers": []}),
            None,
        ),
    ]
}

/// A text without a pattern, which no database makes shorter than it is.
fn long(length: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let letters = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + u8::try_from(state % 26).unwrap())
    });
    letters.take(length).collect()
}

fn values() -> Vec<Value> {
    let (longer, longest) = (long(300), long(9_000));
    vec![
        json!(longer),
        json!(longest),
        json!(""),
        json!(" \u{1}\u{ffff}😀"),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!([null]),
        json!([[1]]),
        json!([longest]),
        json!([{"a": {"b": []}}]),
        json!({}),
        json!({"a": null}),
        json!({"a": [longest]}),
        json!({"a": {"b": 1}}),
        json!({longest: ["b"]}),
        json!(null),
    ]
}

/// What a body may be that is no object of the kind at all.
const TEXTS: [&str; 8] = ["", "[", "[]", "null", "1", "\"x\"", "{\"a\":", "[[[[{}]]]]"];

fn check(answer: &crate::http::Answer, what: &str) {
    assert!(
        (1..500).contains(&answer.status),
        "{what}: {} {}",
        answer.status,
        answer.body
    );
    if answer.status >= 400 {
        let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let is_said = ["error", "errorMessage", "errors"]
            .iter()
            .any(|name| said.get(name).is_some());
        assert!(is_said, "{what}: {} {}", answer.status, answer.body);
    }
}

/// Sends each kind of thing with each of its members as what it is not.
pub(super) fn none_is_a_fault(realm: &Realm) {
    let (values, mut number) = (values(), 0);
    for (path, right, named) in kinds() {
        let made = realm.call("POST", path, &right);
        assert_eq!(made.status, 201, "{path}: {}", made.body);
        let id = match named {
            Some(member) => right[member].as_str().unwrap_or_default().to_owned(),
            None => {
                let at = made.location().unwrap_or_default();
                at.rsplit('/').next().unwrap_or_default().to_owned()
            }
        };
        let at = format!("{path}/{id}");
        let shown = realm.call("GET", &at, &Value::Null).json();
        for member in right.as_object().unwrap().keys() {
            for value in &values {
                let what = format!("{path} {member} {value:.60}");
                number += 1;
                let names = json!({
                    "username": format!("n{number}"), "email": format!("n{number}@example.org"),
                    "name": format!("n{number}"), "clientId": format!("n{number}"), "alias": format!("n{number}"),
                    "domains": [{"name": format!("n{number}.example"), "verified": false}],
                });
                let names = names.as_object().unwrap().clone().into_iter();
                let own = names.filter(|(name, _)| right.get(name).is_some());
                let new = merged(right.clone(), Value::Object(own.collect()));
                let new = merged(new, json!({member: value}));
                check(&realm.call("POST", path, &new), &format!("POST {what}"));
                // What a thing is found by stays, so that the next row finds it.
                if named == Some(member.as_str()) {
                    continue;
                }
                let changed = merged(shown.clone(), json!({member: value}));
                let answer = realm.call("PUT", &at, &changed);
                check(&answer, &format!("PUT {what}"));
                // What was taken is put back, so that the next one is about one thing alone.
                if answer.status < 300 {
                    check(&realm.call("PUT", &at, &shown), &format!("PUT back {what}"));
                }
            }
        }
        for text in TEXTS {
            for (method, to) in [("POST", path), ("PUT", at.as_str())] {
                let answer = realm.send_text(method, to, text);
                check(&answer, &format!("{method} {to} {text}"));
            }
        }
    }
}
