//! Resources of a resource server: what it protects.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId};
use crate::schema::authz_resources as resources;
use crate::sql::Unless;

/// Something that is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: String,
    /// Whose it is: the resource server's client, or a user.
    pub owner: String,
    /// Its name, unique among those of its owner.
    pub name: String,
    /// The ids of the scopes it has.
    pub scopes: Vec<String>,
    /// What else is said of it.
    pub details: Details,
}

/// What is said of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// What people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Groups resources that are of one kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A picture of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_uri: Option<String>,
    /// Where it is; `*` stands for anything.
    pub uris: Vec<String>,
    /// Its owner decides who else may use it.
    pub owner_managed_access: bool,
    /// Free attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// The resources of a resource server by name.
pub fn list_resources(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Vec<Resource>> {
    let mine = resources::table
        .filter(resources::realm_id.eq(&cx.realm.id))
        .filter(resources::client_uuid.eq(client))
        .order((resources::name.asc(), resources::id.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_resource).collect()
}

/// The resource server that a resource is registered at.
pub fn server_of(cx: &mut Cx<'_>, resource: &str) -> Result<Option<ClientUuid>> {
    let found = resources::table
        .filter(resources::realm_id.eq(&cx.realm.id))
        .filter(resources::id.eq(resource))
        .select(resources::client_uuid);
    Ok(found.get_result(cx.db.conn()?).optional()?)
}

/// Stores a new resource; false if its id or its name is taken.
pub fn insert_resource(cx: &mut Cx<'_>, client: &ClientUuid, resource: &Resource) -> Result<bool> {
    let insert = diesel::insert_into(resources::table).values((
        resources::id.eq(&resource.id),
        resources::realm_id.eq(&cx.realm.id),
        resources::client_uuid.eq(client),
        resources::owner.eq(&resource.owner),
        resources::name.eq(&resource.name),
        resources::scopes.eq(serde_json::to_string(&resource.scopes)?),
        resources::details.eq(serde_json::to_string(&resource.details)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces what is said of a resource; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update_resource(cx: &mut Cx<'_>, client: &ClientUuid, resource: &Resource) -> Result<bool> {
    let mine = resources::table
        .filter(resources::realm_id.eq(&cx.realm.id))
        .filter(resources::client_uuid.eq(client))
        .filter(resources::id.eq(&resource.id));
    let changed = diesel::update(mine)
        .set((
            resources::owner.eq(&resource.owner),
            resources::name.eq(&resource.name),
            resources::scopes.eq(serde_json::to_string(&resource.scopes)?),
            resources::details.eq(serde_json::to_string(&resource.details)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a resource; false if it is gone.
pub fn remove_resource(cx: &mut Cx<'_>, client: &ClientUuid, id: &str) -> Result<bool> {
    let mine = resources::table
        .filter(resources::realm_id.eq(&cx.realm.id))
        .filter(resources::client_uuid.eq(client))
        .filter(resources::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    _client: ClientUuid,
    owner: String,
    name: String,
    scopes: String,
    details: String,
}

impl Row {
    fn into_resource(self) -> Result<Resource> {
        Ok(Resource {
            scopes: serde_json::from_str(&self.scopes)?,
            details: serde_json::from_str(&self.details)?,
            id: self.id,
            owner: self.owner,
            name: self.name,
        })
    }
}
