//! Groups as a tree, with their roles.

use std::collections::HashMap;

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, OrganizationId, RoleId};
use cloakroom_model::{Cx, Result, organization, whole};
use serde_json::{Map, Value, json};

use super::Names;

pub(super) fn show(cx: &mut Cx<'_>, names: &Names) -> Result<Value> {
    let mut inside: Tree = HashMap::new();
    for group in group::list(cx)? {
        inside.entry(group.parent.clone()).or_default().push(group);
    }
    let roles = whole::group_roles(cx)?;
    let path = |group: &Group| names.group(&group.id).map(str::to_owned);
    Ok(level(
        &Shown {
            names,
            roles: &roles,
            path: &path,
        },
        &mut inside,
        None,
    ))
}

/// The same for the groups of an organization.
pub(super) fn of_organization(
    cx: &mut Cx<'_>,
    of: &OrganizationId,
    names: &Names,
) -> Result<Value> {
    let all = organization::group::list(cx, of)?;
    let mut inside: Tree = HashMap::new();
    let mut roles = HashMap::new();
    for group in &all {
        let mine = organization::group::direct_roles(cx, &group.id)?;
        roles.insert(group.id.clone(), mine);
        inside
            .entry(group.parent.clone())
            .or_default()
            .push(group.clone());
    }
    let path = |group: &Group| Some(group::path(&all, &group.id));
    Ok(level(
        &Shown {
            names,
            roles: &roles,
            path: &path,
        },
        &mut inside,
        None,
    ))
}

/// What is shown of groups besides themselves.
struct Shown<'a> {
    names: &'a Names,
    roles: &'a HashMap<GroupId, Vec<RoleId>>,
    path: &'a dyn Fn(&Group) -> Option<String>,
}

type Tree = HashMap<Option<GroupId>, Vec<Group>>;

/// The groups inside one. Each is taken out as it is shown, so a damaged parent cannot loop.
fn level(how: &Shown<'_>, inside: &mut Tree, parent: Option<&GroupId>) -> Value {
    let mut groups = inside.remove(&parent.cloned()).unwrap_or_default();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let mut all = Vec::new();
    for group in groups {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(group.id));
        shown.insert("name".to_owned(), json!(group.name));
        shown.insert("path".to_owned(), json!((how.path)(&group)));
        if let Some(parent) = &group.parent {
            shown.insert("parentId".to_owned(), json!(parent));
        }
        if let Some(description) = &group.description {
            shown.insert("description".to_owned(), json!(description));
        }
        shown.insert("attributes".to_owned(), json!(group.attributes));
        let mine = how
            .roles
            .get(&group.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        how.names
            .put_roles(mine, ("realmRoles", "clientRoles"), true, &mut shown);
        let below = level(how, inside, Some(&group.id));
        shown.insert("subGroups".to_owned(), below);
        all.push(Value::Object(shown));
    }
    Value::Array(all)
}
