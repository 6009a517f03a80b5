//! The origins from which browsers may use the token (`allowed-origins`).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::Value;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct WebOrigins;

impl Mapper for WebOrigins {
    fn kind(&self) -> &'static str {
        "oidc-allowed-origins-mapper"
    }

    fn summary(&self) -> &'static str {
        "The web origins of the client"
    }

    fn is_for_access_by_default(&self) -> bool {
        true
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let origins = crate::origin::of_client(facts.client);
        if !origins.is_empty() {
            let list = origins.into_iter().map(Value::String).collect();
            claims
                .members
                .insert("allowed-origins".to_owned(), Value::Array(list));
        }
        Ok(())
    }
}
