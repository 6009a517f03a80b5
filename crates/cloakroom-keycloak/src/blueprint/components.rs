//! The components of a new realm: its keys, and who may register clients.

use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Cx, Result};

pub(crate) const REGISTRATION: &str =
    "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";

/// Stores the keys that the caller made and the policies of client registration.
///
/// The user profile needs no component until an administrator changes it.
pub(crate) fn insert_all(cx: &mut Cx<'_>, keys: &[Component]) -> Result<()> {
    let realm = cx.realm.id.as_str().to_owned();
    for key in keys {
        let mut key = key.clone();
        key.parent_id.clone_from(&realm);
        component::insert(cx, &key)?;
    }
    insert_policies(cx)
}

/// Stores the policies of client registration.
pub(crate) fn insert_policies(cx: &mut Cx<'_>) -> Result<()> {
    let realm = cx.realm.id.as_str().to_owned();
    for &(sub_type, name, provider, config) in POLICIES {
        let policy = Component {
            id: ComponentId::new(cx.new_id()),
            parent_id: realm.clone(),
            name: Some(name.to_owned()),
            provider_id: provider.to_owned(),
            provider_type: REGISTRATION.to_owned(),
            sub_type: Some(sub_type.to_owned()),
            config: owned(config),
            secrets: Config::new(),
        };
        component::insert(cx, &policy)?;
    }
    Ok(())
}

type Values = &'static [(&'static str, &'static [&'static str])];

fn owned(config: Values) -> Config {
    let copy = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let pair =
        |&(name, values): &(&'static str, &'static [&'static str])| (name.to_owned(), copy(values));
    config.iter().map(pair).collect()
}

/// For whom, name, provider and settings.
#[rustfmt::skip]
const POLICIES: &[(&str, &str, &str, Values)] = &[
    ("anonymous", "Allowed Client Scopes", "allowed-client-templates", &[("allow-default-scopes", &["true"])]),
    ("anonymous", "Allowed Protocol Mapper Types", "allowed-protocol-mappers", &[("allowed-protocol-mapper-types", &["oidc-address-mapper", "oidc-full-name-mapper", "oidc-sha256-pairwise-sub-mapper", "oidc-usermodel-attribute-mapper", "oidc-usermodel-property-mapper", "saml-role-list-mapper", "saml-user-attribute-mapper", "saml-user-property-mapper"])]),
    ("anonymous", "Allowed Registration Web Origins", "registration-web-origins", &[]),
    ("anonymous", "Consent Required", "consent-required", &[]),
    ("anonymous", "Full Scope Disabled", "scope", &[]),
    ("anonymous", "Max Clients Limit", "max-clients", &[("max-clients", &["200"])]),
    ("anonymous", "Trusted Hosts", "trusted-hosts", &[("client-uris-must-match", &["true"]), ("host-sending-registration-request-must-match", &["true"])]),
    ("authenticated", "Allowed Client Scopes", "allowed-client-templates", &[("allow-default-scopes", &["true"])]),
    ("authenticated", "Allowed Protocol Mapper Types", "allowed-protocol-mappers", &[("allowed-protocol-mapper-types", &["oidc-address-mapper", "oidc-full-name-mapper", "oidc-sha256-pairwise-sub-mapper", "oidc-usermodel-attribute-mapper", "oidc-usermodel-property-mapper", "saml-role-list-mapper", "saml-user-attribute-mapper", "saml-user-property-mapper"])]),
    ("authenticated", "Allowed Registration Web Origins", "registration-web-origins", &[]),
];
