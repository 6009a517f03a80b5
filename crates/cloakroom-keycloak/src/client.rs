//! `ClientRepresentation`: a client's settings as JSON.

mod address;
mod check;

use std::collections::BTreeMap;

use cloakroom_model::client::{Client, Settings};
use cloakroom_model::id::ScopeId;
use cloakroom_model::{Realm, Result, Secret};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use address::check_urls;
pub(crate) use check::{NUMBERS, check_attribute, is_local};
pub use check::{PROTOCOLS, check, check_addresses, check_identity, check_numbers, needs_secret};

use crate::mapper;
use crate::read::{Object, Unreadable};

/// What stands in place of a secret that is not shown; sent back, it changes nothing.
pub const MASK: &str = "**********";

/// The attribute that says when the secret was made.
pub const SECRET_TIME: &str = "client.secret.creation.time";

/// The member that binds a client to flows of its own.
const BOUND: &str = "authenticationFlowBindingOverrides";

/// The client as it is shown to who may manage it.
pub fn show(realm: &Realm, client: &Client, secret: Option<&Secret>) -> Result<Value> {
    Ok(serde_json::to_value(Shown::of(realm, client, secret))?)
}

/// A client's representation, which is written without a tree of it in memory.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown<'a> {
    #[serde(flatten)]
    settings: &'a Settings,
    id: &'a str,
    client_id: &'a str,
    enabled: bool,
    default_client_scopes: Vec<&'a str>,
    optional_client_scopes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    protocol_mappers: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    /// What the caller may do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Value>,
}

impl<'a> Shown<'a> {
    /// The client with this secret, without a word of what the caller may do.
    pub fn of(realm: &'a Realm, client: &'a Client, secret: Option<&'a Secret>) -> Self {
        let names = |ids: &'a [ScopeId]| -> Vec<&'a str> {
            let scopes = ids.iter().filter_map(|id| realm.scope(id));
            scopes.map(|scope| scope.name.as_str()).collect()
        };
        let secret = secret.filter(|_| !client.settings.public_client);
        Self {
            settings: &client.settings,
            id: client.id.as_str(),
            client_id: &client.client_id,
            enabled: client.enabled,
            default_client_scopes: names(&client.default_scopes),
            optional_client_scopes: names(&client.optional_scopes),
            protocol_mappers: client.mappers.iter().map(mapper::export).collect(),
            secret: secret.map(Secret::expose),
            access: None,
        }
    }
}

/// The settings of a client of which nothing is said.
pub fn defaults() -> Settings {
    let mut rest = Map::new();
    rest.insert(BOUND.to_owned(), json!({}));
    rest.insert("nodeReRegistrationTimeout".to_owned(), json!(-1));
    Settings {
        client_authenticator_type: "client-secret".to_owned(),
        standard_flow_enabled: true,
        full_scope_allowed: true,
        protocol: Some("openid-connect".to_owned()),
        attributes: BTreeMap::from([("realm_client".to_owned(), "false".to_owned())]),
        rest,
        ..Settings::default()
    }
}

/// The settings of a new SAML client that Keycloak writes down where nothing is said of them.
///
/// Unlike Keycloak, no signing key is made: its private half would be the client's own, and is not
/// the server's to keep.
const SAML: [(&str, &str); 9] = [
    ("saml.allow.ecp.flow", "false"),
    ("saml.authnstatement", "true"),
    ("saml.client.signature", "true"),
    ("saml.force.post.binding", "true"),
    ("saml.server.signature", "true"),
    ("saml.signature.algorithm", "RSA_SHA256"),
    ("saml_force_name_id_format", "false"),
    ("saml_name_id_format", "username"),
    (
        "saml_signature_canonicalization_method",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    ),
];

/// Fills in what the protocol of a new client is used with.
pub fn complete(settings: &mut Settings, sent: &Object) {
    if settings.protocol.as_deref() != Some("saml") {
        return;
    }
    for (name, value) in SAML {
        let attributes = &mut settings.attributes;
        attributes
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
    }
    if !sent.contains_key("frontchannelLogout") {
        settings.frontchannel_logout = true;
    }
}

/// Fills in what an administrator leaves unsaid of a new client whose protocol is said to be OpenID Connect.
///
/// Keycloak turns the password grant on for public clients too. Here it takes a client that proves
/// itself, so that nobody can guess at passwords through it; and a client is not made public where
/// something is said that only one with a secret has.
pub fn complete_by_protocol(settings: &mut Settings, sent: &Object) {
    let says = |name: &str| sent.get(name).is_some_and(|value| !value.is_null());
    if !says("protocol") || settings.protocol.as_deref() != Some("openid-connect") {
        return;
    }
    let proves = [
        "secret",
        "clientAuthenticatorType",
        "authorizationServicesEnabled",
    ]
    .iter()
    .any(|name| says(name));
    if !says("publicClient")
        && !settings.bearer_only
        && !settings.service_accounts_enabled
        && !proves
    {
        settings.public_client = true;
    }
    if !says("directAccessGrantsEnabled") {
        settings.direct_access_grants_enabled = !settings.public_client && !settings.bearer_only;
    }
    if let (Some(root), true) = (&settings.root_url, settings.redirect_uris.is_empty()) {
        let uri = format!("{}/*", root.trim_end_matches('/'));
        settings.redirect_uris.push(uri);
    }
    if settings.admin_url.is_none() {
        settings.admin_url.clone_from(&settings.root_url);
    }
    for (name, value) in [
        ("backchannel.logout.session.required", "true"),
        ("backchannel.logout.revoke.offline.tokens", "false"),
    ] {
        let attribute = settings.attributes.entry(name.to_owned());
        attribute.or_insert_with(|| value.to_owned());
    }
}

/// What is sent changes, the rest stays; of the attributes too, and of the flows that the client is bound to.
pub fn apply(settings: &Settings, sent: &Object) -> std::result::Result<Settings, Unreadable> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Err(Unreadable::Type);
    };
    for (name, value) in sent {
        if value.is_null() || OWN.contains(&name.as_str()) {
            continue;
        }
        if let ("attributes", Some(new), Some(Value::Object(old))) =
            (name.as_str(), value.as_object(), all.get_mut("attributes"))
        {
            merge(old, new);
            continue;
        }
        if let (BOUND, Some(new)) = (name.as_str(), value.as_object()) {
            // Where it stands it stays: an export of what came in is the same to the letter.
            let bound = all.entry(BOUND).or_insert_with(|| json!({}));
            if !bound.is_object() {
                *bound = json!({});
            }
            if let Value::Object(bound) = bound {
                merge(bound, new);
                // A blank text names no flow.
                bound.retain(|_, id| id.as_str().is_some_and(|id| !id.trim().is_empty()));
            }
            continue;
        }
        all.insert(name.clone(), value.clone());
    }
    serde_json::from_value(Value::Object(all)).map_err(|_| Unreadable::Type)
}

/// An empty or absent value takes away what has its name.
fn merge(old: &mut Map<String, Value>, new: &Map<String, Value>) {
    for (name, value) in new {
        match value {
            Value::Null => {
                old.remove(name);
            }
            Value::String(text) if text.is_empty() => {
                old.remove(name);
            }
            Value::String(_) => {
                old.insert(name.clone(), value.clone());
            }
            other => {
                old.insert(name.clone(), json!(other.to_string()));
            }
        }
    }
}

/// The web origins that a client gets if none are sent: those of its redirect URIs.
pub fn origins_of(redirect_uris: &[String]) -> Vec<String> {
    let mut origins: Vec<String> = Vec::new();
    for uri in redirect_uris {
        let Some((scheme, rest)) = uri.split_once("://") else {
            continue;
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let origin = format!("{scheme}://{host}");
        if scheme.starts_with("http") && !host.contains('*') && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}

/// Members that are columns of their own or rows elsewhere, or that only the server makes.
const OWN: [&str; 10] = [
    "id",
    "clientId",
    "enabled",
    "secret",
    "defaultClientScopes",
    "optionalClientScopes",
    "protocolMappers",
    "access",
    "registrationAccessToken",
    "origin",
];

/// All members that a client's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "clientId",
    "name",
    "description",
    "type",
    "rootUrl",
    "adminUrl",
    "baseUrl",
    "surrogateAuthRequired",
    "enabled",
    "alwaysDisplayInConsole",
    "clientAuthenticatorType",
    "secret",
    "registrationAccessToken",
    "defaultRoles",
    "redirectUris",
    "webOrigins",
    "notBefore",
    "bearerOnly",
    "consentRequired",
    "standardFlowEnabled",
    "implicitFlowEnabled",
    "directAccessGrantsEnabled",
    "serviceAccountsEnabled",
    "authorizationServicesEnabled",
    "directGrantsOnly",
    "publicClient",
    "frontchannelLogout",
    "protocol",
    "attributes",
    "authenticationFlowBindingOverrides",
    "fullScopeAllowed",
    "nodeReRegistrationTimeout",
    "registeredNodes",
    "protocolMappers",
    "clientTemplate",
    "useTemplateConfig",
    "useTemplateScope",
    "useTemplateMappers",
    "defaultClientScopes",
    "optionalClientScopes",
    "authorizationSettings",
    "access",
    "origin",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_administrator_leaves_unsaid_follows_from_the_protocol() {
        let said = "openid-connect";
        for (sent, public, password) in [
            (json!({}), false, false),
            (json!({"protocol": null}), false, false),
            (json!({"protocol": "saml"}), false, false),
            (json!({"protocol": said}), true, false),
            (
                json!({"protocol": said, "publicClient": false}),
                false,
                true,
            ),
            (json!({"protocol": said, "secret": "s"}), false, true),
            (
                json!({"protocol": said, "serviceAccountsEnabled": true}),
                false,
                true,
            ),
            (json!({"protocol": said, "bearerOnly": true}), false, false),
            (json!({"protocol": said, "publicClient": true}), true, false),
            (
                json!({"protocol": said, "publicClient": true, "directAccessGrantsEnabled": true}),
                true,
                true,
            ),
        ] {
            let object = sent.as_object().cloned().unwrap();
            let mut settings = apply(&defaults(), &object).unwrap();
            complete_by_protocol(&mut settings, &object);
            let found = (
                settings.public_client,
                settings.direct_access_grants_enabled,
            );
            assert_eq!(found, (public, password), "{sent}");
        }
    }

    #[test]
    fn what_a_client_is_bound_to_changes_one_by_one() {
        let mut settings = defaults();
        for (sent, bound) in [
            (json!({"browser": "", "direct_grant": null}), json!({})),
            (json!({"browser": "a"}), json!({"browser": "a"})),
            (
                json!({"direct_grant": "b"}),
                json!({"browser": "a", "direct_grant": "b"}),
            ),
            (json!({}), json!({"browser": "a", "direct_grant": "b"})),
            (json!(null), json!({"browser": "a", "direct_grant": "b"})),
            (json!({"direct_grant": null}), json!({"browser": "a"})),
            (json!({"browser": "c"}), json!({"browser": "c"})),
            (json!({"browser": " "}), json!({})),
        ] {
            let object = json!({BOUND: sent}).as_object().cloned().unwrap();
            settings = apply(&settings, &object).unwrap();
            assert_eq!(settings.rest[BOUND], bound, "{sent}");
        }
    }
}
