//! Given name and family name as one (`name`).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::Value;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct FullName;

impl Mapper for FullName {
    fn kind(&self) -> &'static str {
        "oidc-full-name-mapper"
    }

    fn summary(&self) -> &'static str {
        "Given name and family name as name"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        Some("name")
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let parts = [&facts.user.first_name, &facts.user.last_name];
        let words: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        if !words.is_empty() {
            claims
                .members
                .insert("name".to_owned(), Value::from(words.join(" ")));
        }
        Ok(())
    }
}
