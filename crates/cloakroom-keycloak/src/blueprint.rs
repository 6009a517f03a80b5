//! What a new realm holds: clients, roles, scopes, flows, required actions and components.

mod actions;
mod clients;
mod complete;
mod components;
mod flows;
pub mod permissions;
mod roles;
mod scopes;
pub mod settings;
mod sign_in;

use std::collections::BTreeSet;
use std::sync::Arc;

use cloakroom_model::component::Component;
use cloakroom_model::id::{RealmId, RoleId};
use cloakroom_model::realm::{self, RealmRow, Settings};
use cloakroom_model::{Cx, Realm, Result, role};
use serde_json::json;

pub(crate) use actions::{
    insert_all as insert_actions, insert_named as insert_action, is_known as is_action,
    named as action_named,
};
pub(crate) use clients::manage_from_master;
pub use cloakroom_model::realm::MASTER;
pub(crate) use complete::{CLIENTS, complete};
pub(crate) use components::{REGISTRATION, insert_policies as insert_registration_policies};
pub(crate) use flows::{insert_all as insert_flows, insert_missing as insert_flow};
pub(crate) use roles::ensure_account;
pub(crate) use scopes::{Made, Use, insert_all as insert_scopes, insert_named as insert_scope};
pub use sign_in::{
    Lacking, PutIn, Restored, list_gone, list_lacking, put_in_lacking, restore_sign_in,
};

/// A realm that is to be made.
#[derive(Clone, Debug)]
pub struct NewRealm {
    /// Its id; a new one is made if there is none.
    pub id: Option<RealmId>,
    /// Its name, which is part of every URL.
    pub name: String,
    /// People can sign in.
    pub enabled: bool,
    /// Its settings; [`settings::defaults`] is what Keycloak starts with.
    pub settings: Settings,
    /// Its keys. They are made outside of the transaction, because that takes long.
    pub keys: Vec<Component>,
}

/// Makes a realm with all that a new one holds; `None` if its name or id is taken.
///
/// The request's own realm has to be `master`, which gets a client for the new realm's managers.
pub fn insert_realm(cx: &mut Cx<'_>, draft: NewRealm) -> Result<Option<Arc<Realm>>> {
    let Some((realm, default_role)) = insert_row(cx, draft.clone(), &DefaultRole::default())?
    else {
        return Ok(None);
    };
    let mut inside = cx.in_realm(&realm);
    let scopes = fill(&mut inside, &draft.keys, &default_role)?;
    clients::insert_management(&mut inside, &scopes)?;
    clients::manage_from_master(cx, &realm.name)?;
    Ok(Some(realm))
}

/// Makes the realm `master`, whose role `admin` manages all realms; `None` if there is one.
pub fn create_master(cx: &mut Cx<'_>, draft: NewRealm) -> Result<Option<Arc<Realm>>> {
    let Some((realm, default_role)) = insert_row(cx, draft.clone(), &DefaultRole::default())?
    else {
        return Ok(None);
    };
    let mut inside = cx.in_realm(&realm);
    fill(&mut inside, &draft.keys, &default_role)?;
    roles::insert_of_master(&mut inside)?;
    clients::manage_from_master(&mut inside, &realm.name)?;
    Ok(Some(realm))
}

/// The id of the role that every new user of a realm gets.
pub fn default_role(settings: &Settings) -> Option<RoleId> {
    let id = settings.rest.get("defaultRole")?.get("id")?.as_str()?;
    Some(RoleId::new(id))
}

/// The id of the role `admin` of this request's realm, which has to be `master`.
pub fn admin_role(cx: &mut Cx<'_>) -> Result<Option<RoleId>> {
    let container = cx.realm.id.as_str().to_owned();
    Ok(role::find_named(cx, &container, "admin")?.map(|role| role.id))
}

/// The role that every new user gets, as far as it is chosen before the realm is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct DefaultRole {
    pub(crate) id: Option<RoleId>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
}

/// Stores the realm's row; `None` if its name or id is taken. The default role has yet to be made.
pub(crate) fn insert_row(
    cx: &mut Cx<'_>,
    draft: NewRealm,
    default: &DefaultRole,
) -> Result<Option<(Arc<Realm>, RoleId)>> {
    let id = draft.id.unwrap_or_else(|| RealmId::new(cx.new_id()));
    let default_role = default.id.clone();
    let default_role = default_role.unwrap_or_else(|| RoleId::new(cx.new_id()));
    let mut settings = draft.settings;
    let name = default.name.clone();
    let name = name.unwrap_or_else(|| default_role_name(&draft.name));
    let description = default.description.as_deref();
    let role = json!({
        "id": default_role,
        "name": name,
        "description": description.unwrap_or(DEFAULT_ROLE_DESCRIPTION),
        "composite": true,
        "clientRole": false,
        "containerId": id,
    });
    settings.rest.insert("defaultRole".to_owned(), role);
    let row = RealmRow {
        id,
        name: draft.name,
        enabled: draft.enabled,
        version: 1,
        settings,
    };
    if !realm::insert(cx, &row)? {
        return Ok(None);
    }
    Ok(Some((Arc::new(Realm::empty(row)), default_role)))
}

/// The name of a new realm's default role.
pub(crate) fn default_role_name(realm: &str) -> String {
    format!("default-roles-{}", realm.to_lowercase())
}

/// A message's key.
pub(crate) const DEFAULT_ROLE_DESCRIPTION: &str = "${role_default-roles}";

fn fill(cx: &mut Cx<'_>, keys: &[Component], default_role: &RoleId) -> Result<Vec<scopes::Made>> {
    let realm_roles = roles::insert_of_realm(cx, default_role)?;
    let scopes = scopes::insert_all(cx)?;
    if let Some(offline) = scopes.iter().find(|made| made.name == "offline_access") {
        let role = roles::known(&realm_roles, "offline_access")?;
        role::add_scope_mapping(cx, offline.id.as_str(), role)?;
    }
    clients::insert_missing(cx, &scopes, default_role, &BTreeSet::new())?;
    flows::insert_all(cx)?;
    actions::insert_all(cx)?;
    components::insert_all(cx, keys)?;
    Ok(scopes)
}

#[cfg(test)]
mod tests;
