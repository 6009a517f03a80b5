//! An attribute or a property of the user as a claim.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::user::User;

use super::{Claims, Facts, Mapper, claim};
use crate::error::Result;

pub(super) struct UserAttribute;

impl Mapper for UserAttribute {
    fn kind(&self) -> &'static str {
        "oidc-usermodel-attribute-mapper"
    }

    fn summary(&self) -> &'static str {
        "An attribute of the user"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let name = config.text("user.attribute").unwrap_or_default();
        let values = match property(facts.user, name) {
            Some(value) => vec![value],
            None => facts.user.attributes.get(name).cloned().unwrap_or_default(),
        };
        if let Some(value) = claim::typed_all(config, &values) {
            claim::set(&mut claims.members, config, &facts.client.client_id, value);
        }
        Ok(())
    }
}

pub(super) struct UserProperty;

impl Mapper for UserProperty {
    fn kind(&self) -> &'static str {
        "oidc-usermodel-property-mapper"
    }

    fn summary(&self) -> &'static str {
        "A property of the user"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let name = config.text("user.attribute").unwrap_or_default();
        let value = property(facts.user, name).and_then(|text| claim::typed(config, &text));
        if let Some(value) = value {
            claim::set(&mut claims.members, config, &facts.client.client_id, value);
        }
        Ok(())
    }
}

/// What every user has in a column of its own, under the names that Keycloak gives it.
fn property(user: &User, name: &str) -> Option<String> {
    match name {
        "id" => Some(user.id.to_string()),
        "username" => Some(user.username.clone()),
        "email" => user.email.clone(),
        "emailVerified" => Some(user.email_verified.to_string()),
        "firstName" => user.first_name.clone(),
        "lastName" => user.last_name.clone(),
        "enabled" => Some(user.enabled.to_string()),
        "createdTimestamp" => Some(user.created_at.millis().to_string()),
        _ => None,
    }
}
