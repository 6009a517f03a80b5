//! Groups as a tree, with their roles.

use std::collections::HashMap;

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, RoleId};
use cloakroom_model::{Cx, Result, whole};
use serde_json::{Map, Value, json};

use super::Names;

pub(super) fn show(cx: &mut Cx<'_>, names: &Names) -> Result<Value> {
    let mut inside: Tree = HashMap::new();
    for group in group::list(cx)? {
        inside.entry(group.parent.clone()).or_default().push(group);
    }
    let roles = whole::group_roles(cx)?;
    Ok(level(names, &roles, &mut inside, None))
}

type Tree = HashMap<Option<GroupId>, Vec<Group>>;

/// The groups inside one. Each is taken out as it is shown, so a damaged parent cannot loop.
fn level(
    names: &Names,
    roles: &HashMap<GroupId, Vec<RoleId>>,
    inside: &mut Tree,
    parent: Option<&GroupId>,
) -> Value {
    let mut groups = inside.remove(&parent.cloned()).unwrap_or_default();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let mut all = Vec::new();
    for group in groups {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(group.id));
        shown.insert("name".to_owned(), json!(group.name));
        shown.insert("path".to_owned(), json!(names.group(&group.id)));
        if let Some(parent) = &group.parent {
            shown.insert("parentId".to_owned(), json!(parent));
        }
        if let Some(description) = &group.description {
            shown.insert("description".to_owned(), json!(description));
        }
        shown.insert("attributes".to_owned(), json!(group.attributes));
        let mine = roles.get(&group.id).map(Vec::as_slice).unwrap_or_default();
        names.put_roles(mine, ("realmRoles", "clientRoles"), true, &mut shown);
        let below = level(names, roles, inside, Some(&group.id));
        shown.insert("subGroups".to_owned(), below);
        all.push(Value::Object(shown));
    }
    Value::Array(all)
}
