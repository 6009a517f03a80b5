//! A note of the session as a claim.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::Value;

use super::{Claims, Facts, Mapper, claim};
use crate::error::Result;

pub(super) struct SessionNote;

impl Mapper for SessionNote {
    fn kind(&self) -> &'static str {
        "oidc-usersessionmodel-note-mapper"
    }

    fn summary(&self) -> &'static str {
        "A note of the session"
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let name = config.text("user.session.note").unwrap_or_default();
        let value = match facts.notes.get(name) {
            Some(Value::String(text)) => claim::typed(config, text),
            Some(other) => Some(other.clone()),
            None => None,
        };
        if let Some(value) = value {
            claim::set(&mut claims.members, config, &facts.client.client_id, value);
        }
        Ok(())
    }
}
