//! A claim with a certain value gives a role, and takes it away when the value is gone.

use cloakroom_model::identity_provider::Config;
use serde_json::Value;

use super::{Effect, Mapper, text};
use crate::claim;
use crate::identity::Identity;

/// `oidc-role-idp-mapper`.
pub(super) struct FromClaim;

impl Mapper for FromClaim {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-role-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let Some(role) = text(config, "role") else {
            return Vec::new();
        };
        let wanted = text(config, "claim").zip(text(config, "claim.value"));
        let has = wanted.is_some_and(|(path, value)| {
            let found = identity.said.find(path);
            found.is_some_and(|found| claim::has(found, value))
        });
        vec![given(has, role)]
    }
}

/// `keycloak-oidc-role-to-role-idp-mapper`: a role of a Keycloak upstream, out of its token.
pub(super) struct KeycloakRole;

impl Mapper for KeycloakRole {
    fn kinds(&self) -> &'static [&'static str] {
        &["keycloak-oidc-role-to-role-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let Some((theirs, ours)) = text(config, "external.role").zip(text(config, "role")) else {
            return Vec::new();
        };
        let said = &identity.said;
        let is_among =
            |path: Option<&Value>, name: &str| path.is_some_and(|roles| claim::has(roles, name));
        let of_realm = is_among(said.find("realm_access.roles"), theirs);
        let of_client = theirs.split_once('.').is_some_and(|(client, name)| {
            let access = said.find("resource_access").and_then(|all| all.get(client));
            is_among(access.and_then(|access| access.get("roles")), name)
        });
        vec![given(of_realm || of_client, ours)]
    }
}

/// The role is there exactly if its reason is.
pub(super) fn given(has: bool, role: &str) -> Effect {
    match has {
        true => Effect::Grant(role.to_owned()),
        false => Effect::Revoke(role.to_owned()),
    }
}
