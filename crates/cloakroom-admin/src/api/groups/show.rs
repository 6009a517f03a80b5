//! How groups are shown: alone, in lists, and as the tree around what a search found.

use std::collections::{BTreeMap, HashMap};

use cloakroom_keycloak::group as shape;
use cloakroom_keycloak::read::set;
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::client;
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{ClientUuid, GroupId, RoleId};
use cloakroom_model::{Cx, role};
use serde_json::{Value, json};

use crate::access::{Admin, Opened, Sway};
use crate::error::Result;

/// What of a group is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Without attributes and roles.
    pub(crate) brief: bool,
    /// With the number of groups inside it.
    pub(crate) count: bool,
    /// What the caller may do, where that is told.
    pub(crate) access: Option<Access>,
}

/// What the caller may do with groups.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    manages: Sway,
    views: Sway,
}

impl Access {
    pub(super) fn of(admin: &Admin) -> Self {
        Self {
            manages: admin.sway(super::MANAGE),
            views: admin.sway(super::VIEW),
        }
    }

    fn open(&self, cx: &mut Cx<'_>) -> Result<OpenAccess> {
        Ok(OpenAccess {
            manages: self.manages.open(cx)?,
            views: self.views.open(cx)?,
        })
    }
}

/// The same, read for a list of groups.
struct OpenAccess {
    manages: Opened,
    views: Opened,
}

impl OpenAccess {
    fn show(&self, cx: &mut Cx<'_>, group: &Group) -> Result<Value> {
        let mut may = |sway: &Opened, scope| sway.may(cx, Of::Groups, group.id.as_str(), scope);
        Ok(json!({
            "view": may(&self.views, "view")?,
            "viewMembers": may(&self.views, "view-members")?,
            "manage": may(&self.manages, "manage")?,
            "manageMembers": may(&self.manages, "manage-members")?,
            "manageMembership": may(&self.manages, "manage-membership")?,
        }))
    }
}

/// One group, with its path from the top.
pub(crate) fn one(cx: &mut Cx<'_>, group: &Group, how: &Shown) -> Result<Value> {
    let chain = group::ancestors(cx, group)?;
    let path = group::path(&chain, &group.id);
    let mut shown = all_of(cx, &[(group.clone(), path)], how)?;
    Ok(shown.pop().unwrap_or_default())
}

/// A list of groups, each with its path.
pub(crate) fn list(cx: &mut Cx<'_>, groups: &[Group], how: &Shown) -> Result<Vec<Value>> {
    let mut known = Known::default();
    let mut with_paths = Vec::new();
    for group in groups {
        let chain = known.ancestors(cx, group)?;
        let path = group::path(&chain, &group.id);
        with_paths.push((group.clone(), path));
    }
    all_of(cx, &with_paths, how)
}

fn all_of(cx: &mut Cx<'_>, groups: &[(Group, String)], how: &Shown) -> Result<Vec<Value>> {
    let counts = if how.count {
        let ids: Vec<GroupId> = groups.iter().map(|(group, _)| group.id.clone()).collect();
        group::count_inside(cx, &ids)?
    } else {
        HashMap::new()
    };
    let access = how.access.as_ref().map(|access| access.open(cx));
    let access = access.transpose()?;
    let mut all = Vec::new();
    for (group, path) in groups {
        let mut shown = shape::show_briefly(group, path);
        if how.count {
            let count = counts.get(&group.id).copied().unwrap_or_default();
            set(&mut shown, "subGroupCount", json!(count));
        }
        if !how.brief {
            set(&mut shown, "attributes", json!(group.attributes));
            let roles = group::direct_roles(cx, &group.id)?;
            add_roles(cx, &roles, &mut shown)?;
        }
        if let Some(access) = &access {
            set(&mut shown, "access", access.show(cx, group)?);
        }
        all.push(shown);
    }
    Ok(all)
}

/// The names of a group's own roles, of the realm and by client.
pub(crate) fn add_roles(cx: &mut Cx<'_>, ids: &[RoleId], shown: &mut Value) -> Result<()> {
    let mut of_realm = Vec::new();
    let mut of_clients: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for role in role::list_of(cx, ids)? {
        if !role.client_role {
            of_realm.push(role.name);
            continue;
        }
        let owner = ClientUuid::new(role.container_id);
        if let Some(client) = client::find_by_id(cx, &owner)? {
            let names = of_clients.entry(client.client_id.clone()).or_default();
            names.push(role.name);
        }
    }
    set(shown, "realmRoles", json!(of_realm));
    set(shown, "clientRoles", json!(of_clients));
    Ok(())
}

/// The groups that were found, each below those it is inside, down from the top.
pub(super) fn tree(cx: &mut Cx<'_>, found: &[Group], how: &Shown) -> Result<Vec<Value>> {
    let mut known = Known::default();
    let mut paths: Vec<Vec<Group>> = Vec::new();
    for group in found {
        paths.push(known.ancestors(cx, group)?);
    }
    level(cx, &paths.iter().collect::<Vec<_>>(), 0, how)
}

/// The groups at one depth of the paths, in their order, with what is below them inside.
fn level(cx: &mut Cx<'_>, paths: &[&Vec<Group>], depth: usize, how: &Shown) -> Result<Vec<Value>> {
    let mut here: Vec<(Group, String)> = Vec::new();
    for path in paths {
        if let Some(group) = path.get(depth)
            && !here.iter().any(|(known, _)| known.id == group.id)
        {
            here.push((group.clone(), group::path(path, &group.id)));
        }
    }
    let mut shown = all_of(cx, &here, how)?;
    for ((group, _), shown) in here.iter().zip(&mut shown) {
        let is_through = |path: &&Vec<Group>| path.get(depth).is_some_and(|at| at.id == group.id);
        let below: Vec<&Vec<Group>> = paths.iter().copied().filter(is_through).collect();
        let inside = level(cx, &below, depth + 1, how)?;
        set(shown, "subGroups", json!(inside));
    }
    Ok(shown)
}

/// Groups that have been read, so that siblings do not read their parents again.
#[derive(Default)]
struct Known(HashMap<GroupId, Vec<Group>>);

impl Known {
    fn ancestors(&mut self, cx: &mut Cx<'_>, group: &Group) -> Result<Vec<Group>> {
        let Some(parent) = &group.parent else {
            return Ok(vec![group.clone()]);
        };
        let mut chain = match self.0.get(parent) {
            Some(above) => above.clone(),
            None => {
                let mut chain = group::ancestors(cx, group)?;
                chain.pop();
                self.0.insert(parent.clone(), chain.clone());
                chain
            }
        };
        chain.push(group.clone());
        Ok(chain)
    }
}
