//! Every client of which the user has a role is an audience.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct AudienceResolve;

impl Mapper for AudienceResolve {
    fn kind(&self) -> &'static str {
        "oidc-audience-resolve-mapper"
    }

    fn summary(&self) -> &'static str {
        "Clients whose roles the token holds, as audiences"
    }

    fn is_for_access_by_default(&self) -> bool {
        true
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let names = claims.role_names(cx)?;
        // A client is no audience of its own tokens.
        let others = names
            .keys()
            .flatten()
            .filter(|id| **id != facts.client.client_id)
            .cloned();
        claims.audience.extend(others);
        Ok(())
    }
}
