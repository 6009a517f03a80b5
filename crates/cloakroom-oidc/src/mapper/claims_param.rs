//! Claims that the parameter `claims` asks for as essential, whatever scopes the client has.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;

use super::{Claims, Facts, Mapper, apply_asked, is_shown};
use crate::error::Result;

pub(super) struct ClaimsParam;

impl Mapper for ClaimsParam {
    fn kind(&self) -> &'static str {
        "oidc-claims-param-token-mapper"
    }

    fn summary(&self) -> &'static str {
        "Essential claims of the claims parameter"
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let realm = std::sync::Arc::clone(cx.realm);
        let scopes = realm.scopes.iter();
        let all: Vec<&Config> = scopes
            .flat_map(|scope| scope.mappers.iter())
            // One of its own kind has nothing to add, and would run for ever.
            .filter(|config| config.mapper != self.kind() && is_shown(config))
            .collect();
        apply_asked(cx, |wish| wish.essential, &all, facts, claims)
    }
}
