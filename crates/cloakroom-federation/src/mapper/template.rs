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
        let template = text(config, "template").unwrap_or("${CLAIM.preferred_username}");
        let name = fill(template, identity);
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

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        // The name was prepared; here it is taken over where the user has another.
        match text(config, "target").unwrap_or("LOCAL") {
            "LOCAL" => vec![Effect::Username(identity.username.clone())],
            _ => Vec::new(),
        }
    }
}

/// Fills `${ALIAS}` and `${CLAIM.path}` in, each with `| lowercase`, `| uppercase` or `| localpart`.
fn fill(template: &str, identity: &Identity) -> String {
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
        let value = match name.strip_prefix("CLAIM.") {
            Some(path) => identity.said.find(path).and_then(claim::text),
            None if name == "ALIAS" => Some(identity.alias.clone()),
            None if name == "UUID" => Some(identity.id.clone()),
            None => None,
        };
        let value = parts.fold(value.unwrap_or_default(), |value, how| match how {
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
