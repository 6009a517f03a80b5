//! `oidc-username-idp-mapper`: a name made of claims, such as `${CLAIM.preferred_username}`.

use cloakroom_model::identity_provider::Config;

use super::{Effect, Mapper, text};
use crate::claim;
use crate::identity::Identity;

/// The name of a user, of the account at the provider, or its id there.
pub(super) struct Username;

impl Mapper for Username {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-username-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        false
    }

    fn prepare(&self, config: &Config, identity: &mut Identity) {
        let written = text(config, "template").unwrap_or("${CLAIM.preferred_username}");
        let name = fill(written, |name| match name.strip_prefix("CLAIM.") {
            Some(path) => identity.said.find(path).and_then(claim::text),
            None => common(identity, name),
        });
        take(config, identity, &name);
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        effects(config, identity)
    }
}

/// The parts that templates of every protocol know.
pub(super) fn common(identity: &Identity, name: &str) -> Option<String> {
    match name {
        "ALIAS" => Some(identity.alias.clone()),
        "UUID" => Some(identity.id.clone()),
        _ => None,
    }
}

/// Takes a name over for what the settings say, if it can be a name.
pub(super) fn take(config: &Config, identity: &mut Identity, name: &str) {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 255 || name.chars().any(char::is_control) {
        return;
    }
    match text(config, "target").unwrap_or("LOCAL") {
        "BROKER_ID" => identity.id = name.to_owned(),
        "BROKER_USERNAME" => identity.name_there = name.to_owned(),
        _ => identity.username = name.to_owned(),
    }
}

/// The name was prepared; here it is taken over where the user has another.
pub(super) fn effects(config: &Config, identity: &Identity) -> Vec<Effect> {
    match text(config, "target").unwrap_or("LOCAL") {
        "LOCAL" => vec![Effect::Username(identity.username.clone())],
        _ => Vec::new(),
    }
}

/// Fills in what stands in `${}`, each with `| lowercase`, `| uppercase` or `| localpart`.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        let Some((inside, behind)) = after.split_once('}') else {
            filled.push_str("${");
            rest = after;
            continue;
        };
        let mut parts = inside.split('|').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let value = parts.fold(value(name).unwrap_or_default(), |value, how| match how {
            "lowercase" => value.to_lowercase(),
            "uppercase" => value.to_uppercase(),
            "localpart" => value.split('@').next().unwrap_or_default().to_owned(),
            _ => value,
        });
        filled.push_str(&value);
        rest = behind;
    }
    filled + rest
}
