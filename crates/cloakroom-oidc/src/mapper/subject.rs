//! Who the token is about (`sub`).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::json;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct Sub;

impl Mapper for Sub {
    fn kind(&self) -> &'static str {
        "oidc-sub-mapper"
    }

    fn summary(&self) -> &'static str {
        "The id of the user as sub"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        claims
            .members
            .insert("sub".to_owned(), json!(facts.user.id));
        Ok(())
    }
}
