//! What the other crates know about values that an import only stores.

use cloakroom_federation::directory::{self, Directory};
use cloakroom_federation::{first_login, mapper as provider_mapper, preset};
use cloakroom_keycloak::import::{ImportError, Rules};
use cloakroom_keycloak::read::Object;
use cloakroom_login::further::webauthn;
use cloakroom_login::password::{self, Stored};
use cloakroom_login::policy::Policy;
use cloakroom_login::profile::config;
use cloakroom_login::required::Action;
use cloakroom_model::client::Client;
use cloakroom_model::component::Component;
use cloakroom_model::flow::Tree;
use cloakroom_model::user_profile::UserProfile;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::{client_auth, client_policy, keyring, mapper};
use cloakroom_web::i18n::Locales;

use crate::api::{authorization, components};
use crate::error::AdminError;

/// Sign-ins verify hashes and obey policies; the protocol reads keys.
pub(super) struct KnownRules;

impl Rules for KnownRules {
    fn check_public_key(&self, credential_data: &str) -> Result<(), String> {
        match webauthn::is_readable(credential_data) {
            true => Ok(()),
            false => Err("its public key is of no kind that is known".to_owned()),
        }
    }

    fn check_hash(&self, credential_data: &str, secret_data: &str) -> Result<(), String> {
        let stored = Stored {
            credential_data: credential_data.to_owned(),
            secret_data: secret_data.to_owned(),
        };
        password::check_stored(&stored).map_err(|error| error.to_string())
    }

    fn import_authorization(
        &self,
        cx: &mut Cx<'_>,
        client: &Client,
        settings: &Object,
    ) -> Result<(), ImportError> {
        authorization::import(cx, client, settings).map_err(|error| match error {
            AdminError::Fault(fault) => ImportError::Fault(fault),
            AdminError::Busy(_) => ImportError::Fault(Fault::busy()),
            AdminError::Refused { body, .. } | AdminError::Undone { body, .. } => {
                let why = body.get("error_description").or_else(|| body.get("error"));
                let why = why.and_then(|why| why.as_str()).unwrap_or_default();
                let at = format!("clients[{}].authorizationSettings", client.client_id);
                ImportError::invalid(format!("{at}: {why}"))
            }
        })
    }

    fn check_key(&self, key: &Component) -> Result<(), String> {
        // It encrypts within Keycloak itself, and no token of its is out in the world.
        if key.provider_id == "aes-generated" || keyring::can_read(key) {
            return Ok(());
        }
        Err(format!("no {} of this form can be read", key.provider_id))
    }

    fn can_sign(&self, key: &Component) -> bool {
        keyring::can_sign(key)
    }

    fn has_language(&self, tag: &str) -> bool {
        Locales::embedded().supported(&[tag]).next().is_some()
    }

    fn is_mapper(&self, kind: &str) -> bool {
        mapper::ALL.iter().any(|one| one.kind() == kind)
    }

    fn is_provider(&self, kind: &str) -> bool {
        preset::find(kind).is_some()
    }

    fn is_provider_mapper(&self, kind: &str) -> bool {
        provider_mapper::find(kind).is_some()
    }

    fn check_directory(&self, directory: &Component) -> Result<(), String> {
        let places = Directory::of(directory.clone(), &[]).places();
        places.map(|_| ()).map_err(|problem| problem.to_string())
    }

    fn first_mappers(&self, cx: &mut Cx<'_>, directory: &Component) -> Vec<Component> {
        components::first_mappers(cx, directory)
    }

    fn is_directory_mapper(&self, kind: &str) -> bool {
        directory::is_mapper(kind)
    }

    fn first_obstacle(&self, flow: &Tree) -> Option<String> {
        first_login::obstacle(flow)
    }

    fn is_action(&self, alias: &str) -> bool {
        Action::parse(alias).is_some()
    }

    fn check_profile(
        &self,
        profile: &UserProfile,
        has_scope: &dyn Fn(&str) -> bool,
    ) -> Vec<String> {
        config::check(profile, has_scope)
    }

    fn is_executor(&self, kind: &str) -> bool {
        client_policy::is_executor(kind)
    }

    fn is_condition(&self, kind: &str) -> bool {
        client_policy::is_condition(kind)
    }

    fn is_client_authenticator(&self, id: &str) -> bool {
        client_auth::is_known(id)
    }

    fn check_policy(&self, rule: &str) -> Result<(), String> {
        Policy::parse(rule)
            .map(drop)
            .map_err(|error| error.to_string())
    }
}
