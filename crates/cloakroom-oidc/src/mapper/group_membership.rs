//! The groups a user is in.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::{group, user};
use serde_json::Value;

use super::{Claims, Facts, Mapper, claim};
use crate::error::Result;

pub(super) struct GroupMembership;

impl Mapper for GroupMembership {
    fn kind(&self) -> &'static str {
        "oidc-group-membership-mapper"
    }

    fn summary(&self) -> &'static str {
        "The groups that the user is in"
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let mine = user::groups(cx, &facts.user.id)?;
        let all = group::list(cx)?;
        let full = config.has("full.path", true);
        let name = |id| match full {
            true => group::path(&all, id),
            false => {
                let found = all.iter().find(|group| group.id == *id);
                found.map(|group| group.name.clone()).unwrap_or_default()
            }
        };
        let names: Vec<Value> = mine.iter().map(|id| Value::String(name(id))).collect();
        claim::set(
            &mut claims.members,
            config,
            &facts.client.client_id,
            Value::Array(names),
        );
        Ok(())
    }
}
