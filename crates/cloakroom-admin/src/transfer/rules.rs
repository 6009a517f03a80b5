//! What the other crates know about values that an import only stores.

use cloakroom_keycloak::import::Rules;
use cloakroom_login::password::{self, Stored};
use cloakroom_login::policy::Policy;
use cloakroom_model::component::Component;
use cloakroom_oidc::keyring;

/// Sign-ins verify hashes and obey policies; the protocol reads keys.
pub(super) struct KnownRules;

impl Rules for KnownRules {
    fn check_hash(&self, credential_data: &str, secret_data: &str) -> Result<(), String> {
        let stored = Stored {
            credential_data: credential_data.to_owned(),
            secret_data: secret_data.to_owned(),
        };
        password::check_stored(&stored).map_err(|error| error.to_string())
    }

    fn check_key(&self, key: &Component) -> Result<(), String> {
        // They encrypt within Keycloak itself, and no token of theirs is out in the world.
        let is_kept = ["aes-generated", "ecdh-generated"].contains(&key.provider_id.as_str());
        if is_kept || keyring::can_read(key) {
            return Ok(());
        }
        Err(format!("no {} of this form can be read", key.provider_id))
    }

    fn check_policy(&self, rule: &str) -> Result<(), String> {
        Policy::parse(rule)
            .map(drop)
            .map_err(|error| error.to_string())
    }
}
