//! Several claims together, each equal to a value or fitting a pattern.

use cloakroom_model::identity_provider::Config;

use super::role::given;
use super::{Effect, Mapper, pairs, text};
use crate::claim;
use crate::identity::Identity;

/// `oidc-advanced-role-idp-mapper`.
pub(super) struct Role;

impl Mapper for Role {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-advanced-role-idp-mapper"]
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let role = text(config, "role").map(|role| given(claims_fit(config, identity), role));
        role.into_iter().collect()
    }
}

/// `oidc-advanced-group-idp-mapper`.
pub(super) struct Group;

impl Mapper for Group {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-advanced-group-idp-mapper"]
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let Some(group) = text(config, "group") else {
            return Vec::new();
        };
        vec![in_group(claims_fit(config, identity), group)]
    }
}

/// `oidc-user-session-note-idp-mapper`: the claims that fit become notes of the session.
pub(super) struct SessionNote;

impl Mapper for SessionNote {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-user-session-note-idp-mapper"]
    }

    fn is_about_session(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let is_pattern = text(config, "are.claim.values.regex") == Some("true");
        let fitting = pairs(config, "claims")
            .into_iter()
            .filter_map(|(path, wanted)| {
                let values = identity.said.find(&path).map(claim::texts)?;
                let value = values
                    .into_iter()
                    .find(|value| fits(value, &wanted, is_pattern))?;
                Some(Effect::SessionNote(path, value))
            });
        fitting.collect()
    }
}

/// Who fits is in the group, and nobody else.
pub(super) fn in_group(fits: bool, group: &str) -> Effect {
    match fits {
        true => Effect::Join(group.to_owned()),
        false => Effect::Leave(group.to_owned()),
    }
}

fn claims_fit(config: &Config, identity: &Identity) -> bool {
    let wanted = Wanted {
        list: "claims",
        is_pattern: "are.claim.values.regex",
    };
    fits_all(config, &wanted, |path| {
        let found = identity.said.find(path);
        found.map(claim::texts).unwrap_or_default()
    })
}

/// The settings that say what is wanted.
pub(super) struct Wanted {
    /// The names, and the value of each.
    pub(super) list: &'static str,
    /// Whether values are patterns.
    pub(super) is_pattern: &'static str,
}

/// Each name of the settings has a value that fits; without any name, nobody fits.
pub(super) fn fits_all(
    config: &Config,
    wanted: &Wanted,
    values: impl Fn(&str) -> Vec<String>,
) -> bool {
    let is_pattern = text(config, wanted.is_pattern) == Some("true");
    let wanted = pairs(config, wanted.list);
    !wanted.is_empty()
        && wanted.iter().all(|(name, wanted)| {
            let mut values = values(name).into_iter();
            values.any(|value| fits(&value, wanted, is_pattern))
        })
}

fn fits(value: &str, wanted: &str, is_pattern: bool) -> bool {
    if !is_pattern {
        return value == wanted;
    }
    claim::fits(value, wanted)
}
