//! What everybody gets who comes from a provider.

use cloakroom_model::identity_provider::Config;

use super::{Effect, Mapper, text};
use crate::identity::Identity;

/// `hardcoded-attribute-idp-mapper`.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kinds(&self) -> &'static [&'static str] {
        &["hardcoded-attribute-idp-mapper"]
    }

    fn map(&self, config: &Config, _: &Identity) -> Vec<Effect> {
        let Some((name, value)) = text(config, "attribute").zip(text(config, "attribute.value"))
        else {
            return Vec::new();
        };
        vec![Effect::Attribute(name.to_owned(), vec![value.to_owned()])]
    }
}

/// `oidc-hardcoded-role-idp-mapper`.
pub(super) struct Role;

impl Mapper for Role {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-hardcoded-role-idp-mapper"]
    }

    fn map(&self, config: &Config, _: &Identity) -> Vec<Effect> {
        let role = text(config, "role").map(|role| Effect::Grant(role.to_owned()));
        role.into_iter().collect()
    }
}

/// `oidc-hardcoded-group-idp-mapper`.
pub(super) struct Group;

impl Mapper for Group {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-hardcoded-group-idp-mapper"]
    }

    fn map(&self, config: &Config, _: &Identity) -> Vec<Effect> {
        let group = text(config, "group").map(|group| Effect::Join(group.to_owned()));
        group.into_iter().collect()
    }
}

/// `hardcoded-user-session-attribute-idp-mapper`: a note of the session.
pub(super) struct SessionNote;

impl Mapper for SessionNote {
    fn kinds(&self) -> &'static [&'static str] {
        &["hardcoded-user-session-attribute-idp-mapper"]
    }

    fn is_about_session(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, _: &Identity) -> Vec<Effect> {
        let pair = text(config, "attribute").zip(text(config, "attribute.value"));
        let note = pair.map(|(name, value)| Effect::SessionNote(name.to_owned(), value.to_owned()));
        note.into_iter().collect()
    }
}
