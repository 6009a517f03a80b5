//! A claim becomes an attribute of the user.

use cloakroom_model::identity_provider::Config;

use super::{Effect, Mapper, prepare_fields, taken, text};
use crate::claim;
use crate::identity::Identity;

/// `oidc-user-attribute-idp-mapper`: a claim of the ID token or of userinfo.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kinds(&self) -> &'static [&'static str] {
        &["oidc-user-attribute-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let (Some(name), Some(path)) = (text(config, "user.attribute"), text(config, "claim"))
        else {
            return Vec::new();
        };
        let values = identity.said.find(path).map(claim::texts);
        let values: Vec<String> = values.unwrap_or_default();
        vec![taken(name, values)]
    }

    fn prepare(&self, config: &Config, identity: &mut Identity) {
        prepare_fields(self.map(config, identity), identity);
    }
}

/// The mappers of providers that speak no OpenID Connect: a field of their JSON.
pub(super) struct JsonField;

impl Mapper for JsonField {
    fn kinds(&self) -> &'static [&'static str] {
        &[
            "bitbucket-user-attribute-mapper",
            "facebook-user-attribute-mapper",
            "github-user-attribute-mapper",
            "gitlab-user-attribute-mapper",
            "google-user-attribute-mapper",
            "linkedin-user-attribute-mapper",
            "microsoft-user-attribute-mapper",
            "oauth2-user-attribute-mapper",
            "openshift-v4-user-attribute-mapper",
            "paypal-user-attribute-mapper",
            "stackoverflow-user-attribute-mapper",
        ]
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let Some(path) = text(config, "jsonField") else {
            return Vec::new();
        };
        // The field's own name, where no other is set.
        let name = text(config, "userAttribute").unwrap_or(path);
        let found = claim::find(&identity.said.userinfo, path);
        let values = found.or_else(|| identity.said.find(path)).map(claim::texts);
        vec![taken(name, values.unwrap_or_default())]
    }

    fn prepare(&self, config: &Config, identity: &mut Identity) {
        prepare_fields(self.map(config, identity), identity);
    }
}
