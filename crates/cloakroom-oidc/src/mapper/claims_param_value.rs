//! The value of an essential claim, as the parameter `claims` gave it, in the ID token.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;

use super::{Claims, Facts, Mapper, Target, claim};
use crate::authorize::Place;
use crate::error::Result;

pub(super) struct ClaimsParamValue;

impl Mapper for ClaimsParamValue {
    fn kind(&self) -> &'static str {
        "oidc-claims-param-value-idtoken-mapper"
    }

    fn summary(&self) -> &'static str {
        "The value that the claims parameter gave, in the ID token"
    }

    /// What the client says of itself is nothing that the server knows of the user.
    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        None
    }

    fn is_for(&self, target: Target, _config: &Config) -> bool {
        matches!(target, Target::Id | Target::IdAlone)
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let (Some(name), Some(asked)) = (config.text("claim.name"), facts.claims) else {
            return Ok(());
        };
        let wish = asked.wishes(Place::IdToken).get(name);
        let value = wish.filter(|wish| wish.essential && wish.values.len() == 1);
        if let Some(value) = value.and_then(|wish| wish.values.first()) {
            let client_id = &facts.client.client_id;
            claim::set(&mut claims.members, config, client_id, value.clone());
        }
        Ok(())
    }
}
