//! A role that every token of a client holds.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::{client, role};

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct HardcodedRole;

impl Mapper for HardcodedRole {
    fn kind(&self) -> &'static str {
        "oidc-hardcoded-role-mapper"
    }

    fn summary(&self) -> &'static str {
        "A role that every token holds"
    }

    fn is_for_access_by_default(&self) -> bool {
        true
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        _facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let Some(text) = config.text("role") else {
            return Ok(());
        };
        let (container, name) = split(cx, text)?;
        if let Some(found) = role::find_named(cx, &container, name)? {
            claims.add_role(found.id);
        }
        Ok(())
    }
}

/// The container and the name that `client.role` or a bare name of a realm's role mean.
pub(super) fn split<'t>(cx: &mut Cx<'_>, text: &'t str) -> Result<(String, &'t str)> {
    if let Some((client_id, name)) = text.split_once('.')
        && let Some(client) = client::find(cx, client_id)?
    {
        return Ok((client.id.to_string(), name));
    }
    Ok((cx.realm.id.to_string(), text))
}
