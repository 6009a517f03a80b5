//! A whole realm, read table by table: for exports, which would ask too often by key.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, GroupId, RoleId};
use crate::role::Role;
use crate::schema::{clients, group_roles, role_composites, roles};

/// The id and the `client_id` of each client.
pub fn client_names(cx: &mut Cx<'_>) -> Result<Vec<(ClientUuid, String)>> {
    let mine = clients::table.filter(clients::realm_id.eq(&cx.realm.id));
    let mine = mine.select((clients::id, clients::client_id));
    Ok(mine.load(cx.db.conn()?)?)
}

type RoleRow = (RoleId, String, bool, String, Option<String>, String);

/// All roles of the realm and of its clients.
pub fn roles(cx: &mut Cx<'_>) -> Result<Vec<Role>> {
    let mine = roles::table.filter(roles::realm_id.eq(&cx.realm.id));
    let mine = mine.select((
        roles::id,
        roles::container_id,
        roles::client_role,
        roles::name,
        roles::description,
        roles::attributes,
    ));
    let rows: Vec<RoleRow> = mine.load(cx.db.conn()?)?;
    let role = |(id, container_id, client_role, name, description, attributes): RoleRow| {
        Ok(Role {
            id,
            container_id,
            client_role,
            name,
            description,
            attributes: serde_json::from_str(&attributes)?,
        })
    };
    rows.into_iter().map(role).collect()
}

/// Which role is directly inside which other.
pub fn composites(cx: &mut Cx<'_>) -> Result<Vec<(RoleId, RoleId)>> {
    let mine = role_composites::table.filter(role_composites::realm_id.eq(&cx.realm.id));
    let mine = mine.select((role_composites::parent_id, role_composites::child_id));
    Ok(mine.load(cx.db.conn()?)?)
}

/// The roles that each group has itself.
pub fn group_roles(cx: &mut Cx<'_>) -> Result<HashMap<GroupId, Vec<RoleId>>> {
    let mine = group_roles::table.filter(group_roles::realm_id.eq(&cx.realm.id));
    let mine = mine.select((group_roles::group_id, group_roles::role_id));
    let mut all: HashMap<GroupId, Vec<RoleId>> = HashMap::new();
    for (group, role) in mine.load::<(GroupId, RoleId)>(cx.db.conn()?)? {
        all.entry(group).or_default().push(role);
    }
    Ok(all)
}
