//! A client as its metadata describe it, with what they leave unsaid: what `client-description-converter` answers.

use serde_json::{Map, Value, json};

use super::{Result, to_client};
use crate::read::{self, Object};

/// Attributes that follow from grants which are registered nowhere else: what enables each.
const GRANTS: [(&str, &str); 2] = [
    (
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "oauth2.jwt.authorization.grant.enabled",
    ),
    (
        "urn:openid:params:grant-type:ciba",
        "oidc.ciba.grant.enabled",
    ),
];

/// The client, as far as Keycloak spells it out; nothing of it is stored.
///
/// # Errors
/// The metadata are none that a client could register with.
pub fn describe(sent: &Object) -> Result<Object> {
    let mut client = to_client(sent)?;
    for (member, value) in [
        ("protocol", json!("openid-connect")),
        ("standardFlowEnabled", json!(true)),
        ("implicitFlowEnabled", json!(false)),
        ("frontchannelLogout", json!(false)),
        ("authorizationServicesEnabled", json!(false)),
    ] {
        client.entry(member).or_insert(value);
    }
    let grants: Option<Vec<String>> = read::member(sent, "grant_types")?;
    let method = read::text(sent, "token_endpoint_auth_method")?;
    let attributes = client.entry("attributes");
    let attributes = attributes.or_insert_with(|| Value::Object(Map::new()));
    if let Some(attributes) = attributes.as_object_mut() {
        let mut say = |name: &str, value: &str| {
            attributes.entry(name).or_insert_with(|| json!(value));
        };
        say("backchannel.logout.session.required", "true");
        say("backchannel.logout.revoke.offline.tokens", "false");
        say("frontchannel.logout.session.required", "false");
        for (grant, attribute) in GRANTS.iter().filter(|_| grants.is_some()) {
            let mut has = grants.iter().flatten();
            let is_on = has.any(|one| one == grant);
            say(attribute, if is_on { "true" } else { "false" });
        }
        let by_secret = ["client_secret_basic", "client_secret_post"];
        if let Some(method) = method.filter(|method| by_secret.contains(method)) {
            say("client.secret.authentication.allowed.method", method);
        }
    }
    Ok(client)
}
