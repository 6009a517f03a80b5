//! `ClientRepresentation`: a client's settings as JSON.

mod check;

use std::collections::BTreeMap;

use cloakroom_model::client::{Client, Settings};
use cloakroom_model::id::ScopeId;
use cloakroom_model::{Realm, Result, Secret};
use serde_json::{Map, Value, json};

pub use check::{check, check_addresses, check_identity, needs_secret};
pub(crate) use check::{check_attribute, is_local};

use crate::mapper;
use crate::read::{Object, Unreadable};

/// What stands in place of a secret that is not shown; sent back, it changes nothing.
pub const MASK: &str = "**********";

/// The attribute that says when the secret was made.
pub const SECRET_TIME: &str = "client.secret.creation.time";

/// The client as it is shown to who may manage it.
pub fn show(realm: &Realm, client: &Client, secret: Option<&Secret>) -> Result<Value> {
    let mut shown = serde_json::to_value(&client.settings)?;
    let names = |ids: &[ScopeId]| -> Vec<String> {
        let scopes = ids.iter().filter_map(|id| realm.scope(id));
        scopes.map(|scope| scope.name.clone()).collect()
    };
    if let Value::Object(members) = &mut shown {
        members.insert("id".to_owned(), json!(client.id));
        members.insert("clientId".to_owned(), json!(client.client_id));
        members.insert("enabled".to_owned(), json!(client.enabled));
        let default = names(&client.default_scopes);
        members.insert("defaultClientScopes".to_owned(), json!(default));
        let optional = names(&client.optional_scopes);
        members.insert("optionalClientScopes".to_owned(), json!(optional));
        if !client.mappers.is_empty() {
            let mappers: Vec<Value> = client.mappers.iter().map(mapper::show).collect();
            members.insert("protocolMappers".to_owned(), json!(mappers));
        }
        if let Some(secret) = secret.filter(|_| !client.settings.public_client) {
            members.insert("secret".to_owned(), json!(secret.expose()));
        }
    }
    Ok(shown)
}

/// The settings of a client of which nothing is said.
pub fn defaults() -> Settings {
    let mut rest = Map::new();
    rest.insert("authenticationFlowBindingOverrides".to_owned(), json!({}));
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

/// What is sent changes, the rest stays; of the attributes too.
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
        all.insert(name.clone(), value.clone());
    }
    serde_json::from_value(Value::Object(all)).map_err(|_| Unreadable::Type)
}

/// An empty or absent value takes an attribute away.
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
