//! A role under another name.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::role;

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct RoleName;

impl Mapper for RoleName {
    fn kind(&self) -> &'static str {
        "oidc-role-name-mapper"
    }

    fn summary(&self) -> &'static str {
        "A role under another name"
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
        let (Some(from), Some(to)) = (config.text("role"), config.text("new.role.name")) else {
            return Ok(());
        };
        let (container, name) = super::hardcoded_role::split(cx, from)?;
        let Some(found) = role::find_named(cx, &container, name)? else {
            return Ok(());
        };
        if claims.roles.contains(&found.id) {
            // As in Keycloak: `client.role` moves it to that client, a bare name to the realm.
            let renamed = match to.split_once('.') {
                Some((client, name)) => (Some(client.to_owned()), name.to_owned()),
                None => (None, to.to_owned()),
            };
            claims.rename_role(found.id, renamed);
        }
        Ok(())
    }
}
