//! `IdentityProviderRepresentation`: an identity provider and its mappers as JSON.

use cloakroom_model::identity_provider::{
    Config, IdentityProvider, Mapper, OrganizationLink, Settings,
};
use serde_json::{Map, Value, json};

use crate::catalog;
use crate::read::{self, Object, Unreadable, set};

/// What stands where a secret is not shown.
pub const MASK: &str = "**********";

/// The settings that are secrets.
const SECRETS: [&str; 1] = ["clientSecret"];

/// The identity provider as it is shown, its secret masked.
pub fn show(provider: &IdentityProvider) -> Value {
    let mut config = provider.config.clone();
    for (name, secret) in &provider.secrets {
        config.insert(name.clone(), masked(secret));
    }
    show_with(provider, &config)
}

/// The identity provider as it is exported, with its secret.
pub fn export(provider: &IdentityProvider) -> Value {
    let mut config = provider.config.clone();
    config.extend(provider.secrets.clone());
    let mut shown = show_with(provider, &config);
    if let Value::Object(members) = &mut shown {
        members.remove("types");
    }
    shown
}

/// A reference to a vault is no secret: it names one.
fn masked(secret: &str) -> String {
    if secret.starts_with("${vault.") {
        return secret.to_owned();
    }
    MASK.to_owned()
}

fn show_with(provider: &IdentityProvider, config: &Config) -> Value {
    let mut shown = serde_json::to_value(&provider.settings).unwrap_or_else(|_| json!({}));
    set(&mut shown, "alias", json!(provider.alias));
    set(&mut shown, "internalId", json!(provider.id));
    set(&mut shown, "providerId", json!(provider.provider_id));
    set(&mut shown, "enabled", json!(provider.enabled));
    set(&mut shown, "config", json!(config));
    set(&mut shown, "types", types(&provider.provider_id));
    if let Value::Object(members) = &mut shown {
        members.remove("organizationLink");
    }
    if let Some(link) = show_link(provider) {
        set(&mut shown, "organizationLinks", json!([link]));
    }
    shown
}

/// How its people belong to its organization, where that was said.
pub fn show_link(provider: &IdentityProvider) -> Option<Value> {
    let of = provider.settings.organization_id.as_ref()?;
    let link = provider.settings.organization_link.as_ref()?;
    let mut shown = json!(link);
    set(&mut shown, "organizationId", json!(of));
    Some(shown)
}

/// All members that a link to an organization has.
pub const LINK_FIELDS: &[&str] = &["organizationId", "autoMembership", "membershipType"];

/// What was sent becomes how its people belong to its organization.
pub fn apply_link(provider: &mut IdentityProvider, sent: &Object) -> Result<(), Unreadable> {
    let kind = read::text(sent, "membershipType")?;
    if kind.is_some_and(|kind| !["MANAGED", "UNMANAGED"].contains(&kind)) {
        return Err(Unreadable::Type);
    }
    provider.settings.organization_link = Some(OrganizationLink {
        auto_membership: read::switch(sent, "autoMembership")?,
        membership_type: kind.map(str::to_owned),
    });
    Ok(())
}

/// What an identity provider of this kind can be used for.
pub fn types(provider_id: &str) -> Value {
    let entry = catalog::identity_provider(provider_id);
    let types = entry.and_then(|entry| entry.metadata.get("types"));
    types.cloned().unwrap_or_else(|| json!([]))
}

/// The identity provider as long lists show it.
pub fn show_briefly(provider: &IdentityProvider) -> Value {
    let mut shown = json!({
        "alias": provider.alias,
        "internalId": provider.id,
        "providerId": provider.provider_id,
        "enabled": provider.enabled,
        "config": {},
    });
    if let Some(name) = &provider.settings.display_name {
        set(&mut shown, "displayName", json!(name));
    }
    shown
}

/// What was sent becomes all that is set; a masked secret stays what it was.
pub fn apply(provider: &mut IdentityProvider, sent: &Object) -> Result<(), Unreadable> {
    let mut members: Map<String, Value> = sent.clone();
    members.retain(|name, value| SETTINGS.contains(&name.as_str()) && !value.is_null());
    // A flow without a name is no flow.
    for flow in ["firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"] {
        if members.get(flow).and_then(Value::as_str) == Some("") {
            members.remove(flow);
        }
    }
    let settings: Settings =
        serde_json::from_value(Value::Object(members)).map_err(|_| Unreadable::Type)?;
    let link = provider.settings.organization_link.take();
    let linked = provider.settings.organization_id.take();
    provider.settings = settings;
    // Who does not name an organization leaves it; it is unlinked by a call of its own.
    if !sent.contains_key("organizationId") {
        provider.settings.organization_id.clone_from(&linked);
    }
    // A link is changed with the organization; it ends where another one is named.
    if provider.settings.organization_id == linked {
        provider.settings.organization_link = link;
    }
    provider.enabled = read::switch(sent, "enabled")?.unwrap_or(true);
    let config = read::texts(sent, "config")?.unwrap_or_default();
    let old = std::mem::take(&mut provider.secrets);
    provider.config = Config::new();
    for (name, value) in config {
        // A setting without a text is one that is not set; a switch without one is off.
        let said = value.filter(|value| !value.is_empty() || name == "hideOnLoginPage");
        let Some(value) = said else { continue };
        if name == "hideOnLoginPage" {
            // Where the switch was before it was one.
            let hidden = provider.settings.hide_on_login.unwrap_or(value == "true");
            provider.settings.hide_on_login = Some(hidden);
        } else if !SECRETS.contains(&name.as_str()) {
            provider.config.insert(name, value);
        } else if value != MASK {
            provider.secrets.insert(name, value);
        } else if let Some(kept) = old.get(&name) {
            provider.secrets.insert(name, kept.clone());
        }
    }
    Ok(())
}

const SETTINGS: [&str; 11] = [
    "displayName",
    "updateProfileFirstLoginMode",
    "trustEmail",
    "storeToken",
    "addReadTokenRoleOnCreate",
    "authenticateByDefault",
    "linkOnly",
    "hideOnLogin",
    "firstBrokerLoginFlowAlias",
    "postBrokerLoginFlowAlias",
    "organizationId",
];

/// The mapper of the identity provider `alias` as it is shown.
pub fn show_mapper(alias: &str, mapper: &Mapper) -> Value {
    json!({
        "id": mapper.id,
        "name": mapper.name,
        "identityProviderAlias": alias,
        "identityProviderMapper": mapper.mapper,
        "config": mapper.config,
    })
}

/// What is sent changes, the rest stays.
pub fn apply_mapper(mapper: &mut Mapper, sent: &Object) -> Result<(), Unreadable> {
    if let Some(name) = read::text(sent, "name")? {
        name.clone_into(&mut mapper.name);
    }
    if let Some(kind) = read::text(sent, "identityProviderMapper")? {
        kind.clone_into(&mut mapper.mapper);
    }
    if let Some(config) = read::settings(sent, "config")? {
        mapper.config = config;
    }
    Ok(())
}

/// All members that an identity provider's representation has.
pub const FIELDS: &[&str] = &[
    "alias",
    "displayName",
    "internalId",
    "providerId",
    "enabled",
    "updateProfileFirstLoginMode",
    "trustEmail",
    "storeToken",
    "addReadTokenRoleOnCreate",
    "authenticateByDefault",
    "linkOnly",
    "hideOnLogin",
    "firstBrokerLoginFlowAlias",
    "postBrokerLoginFlowAlias",
    "organizationId",
    "organizationLinks",
    "updateProfileFirstLogin",
    "config",
    "types",
];

/// All members that a mapper's representation has.
pub const MAPPER_FIELDS: &[&str] = &[
    "id",
    "name",
    "identityProviderAlias",
    "identityProviderMapper",
    "config",
];
