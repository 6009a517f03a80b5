//! The session's id under its older name (`session_state`).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::json;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct SessionState;

impl Mapper for SessionState {
    fn kind(&self) -> &'static str {
        "oidc-session-state-mapper"
    }

    fn summary(&self) -> &'static str {
        "The id of the session as session_state"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        None
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        _config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        if let Some(session) = facts.session {
            let name = "session_state".to_owned();
            claims.members.insert(name, json!(session));
        }
        Ok(())
    }
}
