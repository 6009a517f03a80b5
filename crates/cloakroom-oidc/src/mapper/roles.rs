//! The roles of the user, of the realm and of clients.

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::Value;

use super::{Claims, Facts, Mapper, claim};
use crate::error::Result;

pub(super) struct RealmRoles;

impl Mapper for RealmRoles {
    fn kind(&self) -> &'static str {
        "oidc-usermodel-realm-role-mapper"
    }

    fn summary(&self) -> &'static str {
        "The roles of the realm"
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let names = claims.role_names(cx)?;
        let prefix = config
            .text("usermodel.realmRoleMapping.rolePrefix")
            .unwrap_or_default();
        if let Some(own) = names.get(&None) {
            let list = own
                .iter()
                .map(|name| Value::String(format!("{prefix}{name}")))
                .collect();
            claim::set(
                &mut claims.members,
                config,
                &facts.client.client_id,
                Value::Array(list),
            );
        }
        Ok(())
    }
}

pub(super) struct ClientRoles;

impl Mapper for ClientRoles {
    fn kind(&self) -> &'static str {
        "oidc-usermodel-client-role-mapper"
    }

    fn summary(&self) -> &'static str {
        "The roles of clients"
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        _facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let names = claims.role_names(cx)?;
        let prefix = config
            .text("usermodel.clientRoleMapping.rolePrefix")
            .unwrap_or_default();
        let only = config.text("usermodel.clientRoleMapping.clientId");
        for (client, own) in &*names {
            let client = client.as_deref();
            let Some(client) = client.filter(|client| only.is_none_or(|only| only == *client))
            else {
                continue;
            };
            let list = own
                .iter()
                .map(|name| Value::String(format!("{prefix}{name}")))
                .collect();
            claim::set(&mut claims.members, config, client, Value::Array(list));
        }
        Ok(())
    }
}
