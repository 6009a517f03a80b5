//! The roles that a client says in the second version: its own, and those of its service account.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::client::Client;
use cloakroom_model::id::RoleId;
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, user};

use crate::access::Grants;
use crate::api::ALL;
use crate::error::{AdminError, Result};

/// The roles of the realm and of the client itself that its service account has.
pub(super) fn of_account(cx: &mut Cx<'_>, client: &Client) -> Result<Vec<Role>> {
    if !client.settings.service_accounts_enabled {
        return Ok(Vec::new());
    }
    let Some(account) = user::find_service_account(cx, &client.id)? else {
        return Ok(Vec::new());
    };
    let ids = user::direct_roles(cx, &account.id)?;
    let mut roles = role::list_of(cx, &ids)?;
    roles.retain(|role| !role.client_role || role.container_id == client.id.as_str());
    Ok(roles)
}

/// The client has these roles, and no other.
pub(super) fn set(cx: &mut Cx<'_>, client: &Client, wanted: &BTreeSet<String>) -> Result<()> {
    let owner = client.id.as_str();
    let before = role::list(cx, owner, None, 0, ALL)?;
    for name in wanted {
        if before.iter().any(|role| &role.name == name) {
            continue;
        }
        let role = Role {
            id: RoleId::new(cx.new_id()),
            container_id: owner.to_owned(),
            client_role: true,
            name: name.clone(),
            description: None,
            attributes: BTreeMap::new(),
        };
        role::insert(cx, &role)?;
    }
    for gone in before.iter().filter(|role| !wanted.contains(&role.name)) {
        role::remove(cx, &gone.id)?;
    }
    Ok(())
}

/// The service account has these roles of the realm and of the client, and no other of theirs.
pub(super) fn set_of_account(
    cx: &mut Cx<'_>,
    client: &Client,
    wanted: &BTreeSet<String>,
    grants: &Grants,
) -> Result<()> {
    if !client.settings.service_accounts_enabled {
        return Ok(());
    }
    let Some(account) = user::find_service_account(cx, &client.id)? else {
        return Ok(());
    };
    let mut before = of_account(cx, client)?;
    let realm = cx.realm.id.as_str().to_owned();
    for name in wanted {
        if let Some(at) = before.iter().position(|role| &role.name == name) {
            before.remove(at);
            continue;
        }
        let found = match role::find_named(cx, &realm, name)? {
            Some(role) => Some(role),
            None => role::find_named(cx, client.id.as_str(), name)?,
        };
        let role = found.ok_or_else(|| {
            let why = "Cannot assign role to the service account (field \
                           'serviceAccount.roles') as it does not exist";
            AdminError::error(400, why)
        })?;
        grants.check(cx, &role.id)?;
        user::grant_role(cx, &account.id, &role.id)?;
    }
    for gone in before {
        user::revoke_role(cx, &account.id, &gone.id)?;
    }
    Ok(())
}
