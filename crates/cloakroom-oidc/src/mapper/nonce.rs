//! The request's nonce in the access token, where older adapters look for it.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::json;

use super::{Claims, Facts, Mapper, Target};
use crate::error::Result;

pub(super) struct Nonce;

impl Mapper for Nonce {
    fn kind(&self) -> &'static str {
        "oidc-nonce-backwards-compatible-mapper"
    }

    fn summary(&self) -> &'static str {
        "The nonce in the access token"
    }

    fn is_for(&self, target: Target, _config: &Config) -> bool {
        matches!(target, Target::Access | Target::Lightweight)
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        if let Some(nonce) = facts.nonce {
            claims.members.insert("nonce".to_owned(), json!(nonce));
        }
        Ok(())
    }
}
