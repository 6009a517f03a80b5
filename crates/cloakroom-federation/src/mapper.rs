//! Mappers: what is taken over from a provider into a user, each kind a file and a line here.

mod advanced;
mod attribute;
mod hardcoded;
mod role;
mod saml;
mod template;

use std::collections::BTreeMap;

use cloakroom_model::identity_provider::Config;

use crate::identity::Identity;
use crate::upstream::{SyncMode, Upstream};

/// What a mapper does to a user. It is done by [`crate::arrival`], which knows the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The user's field or attribute becomes these values; none of them takes it away.
    Attribute(String, Vec<String>),
    /// A name or the address becomes this, which is prepared: a new account has what its owner saw of it.
    Field(String, Vec<String>),
    /// The user gets the role, by Keycloak's name for it: `role` or `client.role`.
    Grant(String),
    /// The user loses the role.
    Revoke(String),
    /// The user gets into the group at this path.
    Join(String),
    /// The user leaves the group.
    Leave(String),
    /// The session gets a note.
    SessionNote(String, String),
    /// The user's name, where the user is made or the mapper may rename.
    Username(String),
}

/// When mappers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The user is made, or linked for the first time.
    First,
    /// The user was here before.
    Again,
}

/// A kind of mapper.
pub trait Mapper: Sync {
    /// Keycloak's names of the kind. They never change.
    fn kinds(&self) -> &'static [&'static str];

    /// What an identity comes to with these settings.
    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect>;

    /// Whether `LEGACY` means each time for this kind; else it means once.
    fn is_legacy_each_time(&self) -> bool {
        false
    }

    /// Whether it speaks of the session, which is another each time, whatever the mode says.
    fn is_about_session(&self) -> bool {
        false
    }

    /// Changes the identity before anybody looks whose it is.
    fn prepare(&self, _config: &Config, _identity: &mut Identity) {}
}

/// What a person has beside attributes, and everybody's name and address is read from.
const FIELDS: [&str; 3] = ["email", "firstName", "lastName"];

/// Every kind there is.
const ALL: &[&dyn Mapper] = &[
    &advanced::Group,
    &advanced::Role,
    &advanced::SessionNote,
    &attribute::Attribute,
    &attribute::JsonField,
    &hardcoded::Attribute,
    &hardcoded::Group,
    &hardcoded::Role,
    &hardcoded::SessionNote,
    &role::FromClaim,
    &role::KeycloakRole,
    &saml::AdvancedGroup,
    &saml::AdvancedRole,
    &saml::Attribute,
    &saml::Role,
    &saml::Username,
    &template::Username,
];

/// The kind with this name; `None` for one that is not offered.
pub fn find(kind: &str) -> Option<&'static dyn Mapper> {
    let mut all = ALL.iter().copied();
    all.find(|mapper| mapper.kinds().contains(&kind))
}

/// A mapper as a provider's settings have it.
pub type Configured = cloakroom_model::identity_provider::Mapper;

/// Changes an identity before anybody looks whose it is.
pub fn prepare(configured: &[Configured], identity: &mut Identity) {
    for one in configured {
        if let Some(mapper) = find(&one.mapper) {
            mapper.prepare(&one.config, identity);
        }
    }
}

/// What all mappers of a provider do on an occasion, in the order of their names.
pub fn effects(
    upstream: &Upstream,
    configured: &[Configured],
    identity: &Identity,
    occasion: Occasion,
) -> Vec<Effect> {
    let each = configured.iter().filter_map(|one| {
        let mapper = find(&one.mapper)?;
        let own = one.config.get("syncMode").map_or("", String::as_str);
        let mode = SyncMode::parse(own).unwrap_or_else(|| upstream.sync_mode());
        let runs = occasion == Occasion::First
            || mapper.is_about_session()
            || match mode {
                SyncMode::Import => false,
                SyncMode::Legacy => mapper.is_legacy_each_time(),
                SyncMode::Force => true,
            };
        runs.then(|| mapper.map(&one.config, identity))
    });
    each.flatten().collect()
}

/// What a value becomes that a mapper takes out of what was said.
fn taken(name: &str, values: Vec<String>) -> Effect {
    match FIELDS.contains(&name) {
        true => Effect::Field(name.to_owned(), values),
        false => Effect::Attribute(name.to_owned(), values),
    }
}

/// Takes over what a mapper names for the person's names and address, so that whoever looks for an account, or for the
/// organization of an address, sees it.
fn prepare_fields(effects: Vec<Effect>, identity: &mut Identity) {
    for effect in effects {
        if let Effect::Field(name, values) = effect {
            identity.set_field(&name, &values);
        }
    }
}

/// A setting with something in it.
fn text<'a>(config: &'a Config, name: &str) -> Option<&'a str> {
    let value = config.get(name)?.as_str();
    (!value.trim().is_empty()).then_some(value)
}

/// A setting that is a map, as Keycloak writes one: JSON with `key` and `value`.
fn pairs(config: &Config, name: &str) -> Vec<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Pair {
        key: String,
        value: String,
    }
    let text = text(config, name).unwrap_or("[]");
    if let Ok(list) = serde_json::from_str::<Vec<Pair>>(text) {
        return list
            .into_iter()
            .map(|pair| (pair.key, pair.value))
            .collect();
    }
    let object: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    object.into_iter().collect()
}

#[cfg(test)]
mod tests;
