//! How well and how the user was proved (`acr`, `amr`).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::{Value, json};

use super::{Claims, Facts, Mapper, Target};
use crate::error::Result;

pub(super) struct Acr;

impl Mapper for Acr {
    fn kind(&self) -> &'static str {
        "oidc-acr-mapper"
    }

    fn summary(&self) -> &'static str {
        "The level of authentication as acr"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        Some("acr")
    }

    /// Userinfo says how somebody was proved only where it is asked for that by name.
    fn is_for(&self, target: Target, config: &Config) -> bool {
        target != Target::Userinfo && target.is_switched_on(config, false)
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        claims.members.insert("acr".to_owned(), json!(facts.acr));
        Ok(())
    }
}

pub(super) struct Amr;

impl Mapper for Amr {
    fn kind(&self) -> &'static str {
        "oidc-amr-mapper"
    }

    fn summary(&self) -> &'static str {
        "The methods of authentication as amr"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        Some("amr")
    }

    fn is_for(&self, target: Target, config: &Config) -> bool {
        target != Target::Userinfo && target.is_switched_on(config, false)
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let methods: Vec<Value> = facts.amr.split_whitespace().map(Value::from).collect();
        claims
            .members
            .insert("amr".to_owned(), Value::Array(methods));
        Ok(())
    }
}
