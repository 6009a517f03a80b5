//! The client of the client API's second version: a shorter representation, checked as a whole.
//!
//! It is another view of the same client, so what is read becomes members of `ClientRepresentation`.

mod check;
mod filter;
mod saml;

use std::collections::BTreeSet;

use cloakroom_model::Secret;
use cloakroom_model::client::{Client, Settings};
use serde_json::{Value, json};

pub use check::{Invalid, check, merge};
pub use filter::Filter;

use crate::read::{self, Object, Unreadable, set};

/// The protocols that this version knows.
const OPENID_CONNECT: &str = "openid-connect";
const SAML: &str = "saml";

/// Members of clients of every protocol.
const SHARED: [&str; 11] = [
    "uuid",
    "clientId",
    "displayName",
    "description",
    "enabled",
    "appUrl",
    "redirectUris",
    "roles",
    "protocol",
    "createdTimestamp",
    "updatedTimestamp",
];

/// Members of clients of OpenID Connect.
const OF_OPENID_CONNECT: [&str; 4] = ["loginFlows", "auth", "webOrigins", "serviceAccountRoles"];

/// What a list can be sorted by.
const SORTABLE: [&str; 6] = [
    "clientId",
    "displayName",
    "description",
    "enabled",
    "appUrl",
    "protocol",
];

/// Flows that are members of their own of the first version's representation.
const SWITCHES: [(&str, &str); 4] = [
    ("STANDARD", "standardFlowEnabled"),
    ("DIRECT_GRANT", "directAccessGrantsEnabled"),
    ("SERVICE_ACCOUNT", "serviceAccountsEnabled"),
    ("IMPLICIT", "implicitFlowEnabled"),
];

/// Flows that are attributes.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("TOKEN_EXCHANGE", "standard.token.exchange.enabled"),
    ("DEVICE", "oauth2.device.authorization.grant.enabled"),
    ("CIBA", "oidc.ciba.grant.enabled"),
];

const CERTIFICATE: &str = "jwt.credential.certificate";

/// What a client is shown from.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The client itself.
    pub client: &'a Client,
    /// Its secret, or what stands in its place.
    pub secret: Option<&'a Secret>,
    /// The names of its roles.
    pub roles: Vec<String>,
    /// The names of the roles of its service account.
    pub account_roles: Vec<String>,
}

impl Facts<'_> {
    /// The client as it is shown; what is empty is left out.
    pub fn show(self) -> Value {
        let settings = &self.client.settings;
        let protocol = settings.protocol.as_deref().unwrap_or(OPENID_CONNECT);
        let mut shown = json!({
            "uuid": self.client.id,
            "clientId": self.client.client_id,
            "enabled": self.client.enabled,
            "protocol": protocol,
        });
        for (name, text) in [
            ("displayName", &settings.name),
            ("description", &settings.description),
            ("appUrl", &settings.base_url),
        ] {
            if let Some(text) = text {
                set(&mut shown, name, json!(text));
            }
        }
        for (name, at) in [
            ("createdTimestamp", self.client.created_at),
            ("updatedTimestamp", self.client.updated_at),
        ] {
            if let Some(at) = at {
                set(&mut shown, name, json!(at.millis()));
            }
        }
        let mut list = |name: &str, values: &[String]| {
            if !values.is_empty() {
                set(&mut shown, name, json!(values));
            }
        };
        list("redirectUris", &settings.redirect_uris);
        list("roles", &self.roles);
        if protocol == SAML {
            saml::show(settings, &mut shown);
            return shown;
        }
        list("loginFlows", &flows(settings));
        list("webOrigins", &settings.web_origins);
        list("serviceAccountRoles", &self.account_roles);
        if !settings.public_client && !settings.bearer_only {
            set(&mut shown, "auth", show_proof(settings, self.secret));
        }
        shown
    }
}

fn flows(settings: &Settings) -> Vec<String> {
    let on = [
        settings.standard_flow_enabled,
        settings.direct_access_grants_enabled,
        settings.service_accounts_enabled,
        settings.implicit_flow_enabled,
    ];
    let switches = SWITCHES.iter().zip(on).filter(|(_, on)| *on);
    let attributes = ATTRIBUTES.iter().filter(|(_, name)| settings.has(name));
    let names = switches.map(|((name, _), _)| *name);
    names
        .chain(attributes.map(|(name, _)| *name))
        .map(str::to_owned)
        .collect()
}

/// How a client proves itself.
fn show_proof(settings: &Settings, secret: Option<&Secret>) -> Value {
    let mut shown = json!({"method": settings.client_authenticator_type});
    if let Some(secret) = secret {
        set(&mut shown, "secret", json!(secret.expose()));
    }
    if let Some(certificate) = settings.attribute(CERTIFICATE) {
        set(&mut shown, "certificate", json!(certificate));
    }
    shown
}

/// What a checked representation asks for.
#[derive(Debug)]
pub struct Wish {
    /// Its members in the words of `ClientRepresentation`.
    pub client: Object,
    /// The roles that the client has from now on.
    pub roles: BTreeSet<String>,
    /// The roles that its service account has from now on.
    pub account_roles: BTreeSet<String>,
}

impl Wish {
    /// Reads what has passed [`check`].
    pub fn read(sent: &Object) -> Result<Self, Unreadable> {
        let names = |name: &str| -> Result<BTreeSet<String>, Unreadable> {
            Ok(read::member(sent, name)?.unwrap_or_default())
        };
        let list = |name: &str| -> Result<Vec<String>, Unreadable> {
            let mut seen = BTreeSet::new();
            let mut values: Vec<String> = read::member(sent, name)?.unwrap_or_default();
            values.retain(|value| seen.insert(value.clone()));
            Ok(values)
        };
        let mut client = Object::new();
        for (from, to) in [
            ("clientId", "clientId"),
            ("protocol", "protocol"),
            ("displayName", "name"),
            ("description", "description"),
            ("appUrl", "baseUrl"),
        ] {
            if let Some(text) = read::text(sent, from)? {
                client.insert(to.to_owned(), json!(text));
            }
        }
        let enabled = read::switch(sent, "enabled")?.unwrap_or(false);
        client.insert("enabled".to_owned(), json!(enabled));
        client.insert("redirectUris".to_owned(), json!(list("redirectUris")?));
        client.insert("webOrigins".to_owned(), json!(list("webOrigins")?));
        match read::text(sent, "protocol")? {
            Some(SAML) => saml::read(sent, &mut client)?,
            _ => read_flows(sent, &names("loginFlows")?, &mut client)?,
        }
        Ok(Self {
            client,
            roles: names("roles")?,
            account_roles: names("serviceAccountRoles")?,
        })
    }

    /// What a new client gets besides: here nothing is taken for granted.
    pub fn of_new(mut self) -> Self {
        let client = &mut self.client;
        client.insert("fullScopeAllowed".to_owned(), json!(false));
        client.insert("nodeReRegistrationTimeout".to_owned(), json!(0));
        self
    }
}

fn read_flows(
    sent: &Object,
    flows: &BTreeSet<String>,
    client: &mut Object,
) -> Result<(), Unreadable> {
    for (flow, member) in SWITCHES {
        client.insert(member.to_owned(), json!(flows.contains(flow)));
    }
    let mut attributes = Object::new();
    for (flow, attribute) in ATTRIBUTES {
        let on = if flows.contains(flow) { "true" } else { "" };
        attributes.insert(attribute.to_owned(), json!(on));
    }
    let proof: Option<Object> = read::member(sent, "auth")?;
    client.insert("publicClient".to_owned(), json!(proof.is_none()));
    if let Some(proof) = proof {
        let text = |name| read::text(&proof, name);
        let method = text("method")?.unwrap_or_default();
        client.insert("clientAuthenticatorType".to_owned(), json!(method));
        if let Some(secret) = text("secret")? {
            client.insert("secret".to_owned(), json!(secret));
        }
        let certificate = text("certificate")?.unwrap_or_default();
        attributes.insert(CERTIFICATE.to_owned(), json!(certificate));
    }
    client.insert("attributes".to_owned(), Value::Object(attributes));
    Ok(())
}

/// Takes away what a representation that says nothing of it leaves unsaid.
pub fn clear(settings: &mut Settings) {
    settings.name = None;
    settings.description = None;
    settings.base_url = None;
}

/// Which members of a list's clients are shown, and in which order the clients come.
#[derive(Clone, Debug, Default)]
pub struct Arranged {
    fields: Vec<String>,
    order: Vec<String>,
}

impl Arranged {
    /// Reads the parameters `fields` and `sort`, each a list with commas.
    ///
    /// # Errors
    /// A sentence that names what is no such member.
    pub fn read(fields: &str, sort: &str) -> Result<Self, String> {
        let list = |text: &str| -> Vec<String> {
            let names = text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        let (fields, order) = (list(fields), list(sort));
        if let Some(name) = fields.iter().find(|name| !is_member(name)) {
            return Err(format!("{name} is an unknown field"));
        }
        if let Some(name) = order.iter().find(|name| !SORTABLE.contains(&name.as_str())) {
            return Err(format!("{name} is not a sortable field"));
        }
        Ok(Self { fields, order })
    }

    /// Tells whether clients come in another order than by their names.
    pub fn sorts(&self) -> bool {
        !self.order.is_empty()
    }

    /// Puts clients into order; those without the member come last.
    pub fn sort(&self, all: &mut [Value]) {
        let key = |one: &Value| -> Vec<(bool, String)> {
            let texts = self.order.iter().map(|name| filter::texts(one, name));
            texts
                .map(|texts| match texts.first() {
                    Some(text) => (false, text.to_lowercase()),
                    None => (true, String::new()),
                })
                .collect()
        };
        all.sort_by_cached_key(key);
    }

    /// Leaves only the members that were asked for.
    pub fn trim(&self, shown: &mut Value) {
        if let (false, Some(members)) = (self.fields.is_empty(), shown.as_object_mut()) {
            members.retain(|name, _| self.fields.contains(name));
        }
    }
}

fn is_member(name: &str) -> bool {
    SHARED.contains(&name) || OF_OPENID_CONNECT.contains(&name) || saml::is_member(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_is_read_are_the_members_of_the_first_version() {
        let sent = object(json!({
            "clientId": "app", "protocol": "openid-connect", "displayName": "App", "enabled": true,
            "redirectUris": ["https://app.example/*", "https://app.example/*"],
            "loginFlows": ["STANDARD", "DEVICE"], "roles": ["b", "a", "a"],
            "auth": {"method": "client-secret", "secret": "open-sesame"},
        }));
        assert_eq!(check(&sent, None), Ok(()));
        let wish = Wish::read(&sent).unwrap().of_new();
        let expected = json!({
            "clientId": "app", "protocol": "openid-connect", "name": "App", "enabled": true,
            "redirectUris": ["https://app.example/*"], "webOrigins": [],
            "standardFlowEnabled": true, "directAccessGrantsEnabled": false,
            "serviceAccountsEnabled": false, "implicitFlowEnabled": false, "publicClient": false,
            "clientAuthenticatorType": "client-secret", "secret": "open-sesame",
            "fullScopeAllowed": false, "nodeReRegistrationTimeout": 0,
            "attributes": {
                "standard.token.exchange.enabled": "", "oidc.ciba.grant.enabled": "",
                "oauth2.device.authorization.grant.enabled": "true",
                "jwt.credential.certificate": "",
            },
        });
        assert_eq!(Value::Object(wish.client), expected);
        assert_eq!(Vec::from_iter(wish.roles), ["a", "b"]);
    }

    #[test]
    fn a_list_is_sorted_and_trimmed_by_members_that_there_are() {
        let named = |id: &str, name: Option<&str>| json!({"clientId": id, "displayName": name});
        let mut all = [
            named("a", None),
            named("b", Some("z")),
            named("c", Some("Y")),
        ];
        let arranged = Arranged::read("clientId", "displayName,clientId").unwrap();
        arranged.sort(&mut all);
        all.iter_mut().for_each(|one| arranged.trim(one));
        let expected = ["c", "b", "a"].map(|id| json!({"clientId": id}));
        assert_eq!(all, expected);
        let refused = Arranged::read("nope", "").map(|_| ());
        assert_eq!(refused, Err("nope is an unknown field".to_owned()));
        let refused = Arranged::read("", "roles").map(|_| ());
        assert_eq!(refused, Err("roles is not a sortable field".to_owned()));
    }
}
