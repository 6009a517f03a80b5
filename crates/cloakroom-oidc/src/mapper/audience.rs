//! A fixed audience.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct Audience;

impl Mapper for Audience {
    fn kind(&self) -> &'static str {
        "oidc-audience-mapper"
    }

    fn summary(&self) -> &'static str {
        "A client or a text as an audience"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        _facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let audience = config
            .text("included.client.audience")
            .or_else(|| config.text("included.custom.audience"));
        if let Some(audience) = audience {
            claims.audience.insert(audience.to_owned());
        }
        Ok(())
    }
}
