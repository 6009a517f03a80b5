//! A claim with a fixed value.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;

use super::{Claims, Facts, Mapper, claim};
use crate::error::Result;

pub(super) struct HardcodedClaim;

impl Mapper for HardcodedClaim {
    fn kind(&self) -> &'static str {
        "oidc-hardcoded-claim-mapper"
    }

    fn summary(&self) -> &'static str {
        "A claim with a fixed value"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let text = config.text("claim.value").unwrap_or_default();
        if let Some(value) = claim::typed(config, text) {
            claim::set(&mut claims.members, config, &facts.client.client_id, value);
        }
        Ok(())
    }
}
