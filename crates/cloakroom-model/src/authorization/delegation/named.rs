//! What a realm's permissions name: those who may do something by them, and the things that they are about.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{list_policies, list_resources, remove_policy, remove_resource, update_policy};
use super::{is_on, keeper};
use crate::{Cx, Result};

/// Those whom the policies of a realm's permissions name: whoever becomes one of them may do more.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Users.
    pub people: BTreeSet<String>,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Roles.
    pub roles: BTreeSet<String>,
    /// Clients.
    pub clients: BTreeSet<String>,
}

/// Whom the policies of the realm's permissions name; nobody if they are switched off.
///
/// # Errors
/// If the database fails.
pub fn named(cx: &mut Cx<'_>) -> Result<Named> {
    let mut named = Named::default();
    let keeper = keeper(cx.realm).filter(|_| is_on(cx.realm));
    let Some(keeper) = keeper else {
        return Ok(named);
    };
    for policy in list_policies(cx, &keeper)? {
        let (key, into) = match policy.kind.as_str() {
            "user" => ("users", &mut named.people),
            "group" => ("groups", &mut named.groups),
            "role" => ("roles", &mut named.roles),
            "client" => ("clients", &mut named.clients),
            _ => continue,
        };
        let text = policy.details.config.get(key);
        let list = text.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
        for one in list.unwrap_or_default() {
            let id = one.as_str().or_else(|| one.get("id")?.as_str());
            into.extend(id.map(str::to_owned));
        }
    }
    Ok(named)
}

/// Forgets the permissions about a thing that is gone: its id may come back with other hands.
///
/// # Errors
/// If the database fails.
pub fn forget(cx: &mut Cx<'_>, id: &str) -> Result<()> {
    let Some(keeper) = keeper(cx.realm) else {
        return Ok(());
    };
    let resources = list_resources(cx, &keeper)?;
    let Some(gone) = resources.iter().find(|one| one.name == id) else {
        return Ok(());
    };
    for mut policy in list_policies(cx, &keeper)? {
        if !policy.details.resources.contains(&gone.id) {
            continue;
        }
        policy.details.resources.retain(|one| one != &gone.id);
        // A permission for nothing permits nothing.
        if policy.details.resources.is_empty() {
            remove_policy(cx, &keeper, &policy.id)?;
        } else {
            update_policy(cx, &keeper, &policy)?;
        }
    }
    remove_resource(cx, &keeper, &gone.id)?;
    Ok(())
}
