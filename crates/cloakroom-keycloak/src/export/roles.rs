//! Roles of the realm and of clients, with what is inside them.

use std::collections::BTreeMap;

use cloakroom_model::id::RoleId;
use cloakroom_model::role::Role;
use cloakroom_model::{Cx, Result, whole};
use serde_json::{Map, Value, json};

use super::{Choice, Names};
use crate::role as shape;

pub(super) fn show(cx: &mut Cx<'_>, names: &Names, choice: Choice) -> Result<Value> {
    let mut inside: BTreeMap<RoleId, Vec<RoleId>> = BTreeMap::new();
    for (parent, child) in whole::composites(cx)? {
        inside.entry(parent).or_default().push(child);
    }
    let mut roles: Vec<&Role> = names.roles.values().collect();
    roles.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    let mut realm = Vec::new();
    // Keycloak names the clients without roles, too.
    let mut clients: BTreeMap<&str, Vec<Value>> =
        names.clients().map(|id| (id, Vec::new())).collect();
    for role in roles {
        let children = inside.get(&role.id).map(Vec::as_slice).unwrap_or_default();
        let shown = one(role, children, names);
        match names.client_of(role) {
            Some(client) => clients.entry(client).or_default().push(shown),
            None => realm.push(shown),
        }
    }
    if !choice.clients {
        return Ok(json!({"realm": realm}));
    }
    Ok(json!({"realm": realm, "client": clients}))
}

fn one(role: &Role, children: &[RoleId], names: &Names) -> Value {
    let mut shown = shape::show(role, !children.is_empty());
    if let (Value::Object(members), false) = (&mut shown, children.is_empty()) {
        let mut composites = Map::new();
        names.put_roles(children, ("realm", "client"), false, &mut composites);
        members.insert("composites".to_owned(), Value::Object(composites));
    }
    shown
}
