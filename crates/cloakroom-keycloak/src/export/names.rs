//! The names by which a file refers to what has ids in the database.

use std::collections::{BTreeMap, HashMap};

use cloakroom_model::id::{ClientUuid, GroupId, RoleId, ScopeId};
use cloakroom_model::role::Role;
use cloakroom_model::{Cx, Result, group, whole};
use serde_json::{Map, Value, json};

/// The names of all that users and clients refer to.
#[derive(Debug)]
pub struct Names {
    scopes: HashMap<ScopeId, String>,
    clients: HashMap<String, String>,
    groups: HashMap<GroupId, String>,
    pub(super) roles: HashMap<RoleId, Role>,
}

impl Names {
    /// Reads the names of this request's realm.
    pub fn load(cx: &mut Cx<'_>) -> Result<Self> {
        let scopes = cx.realm.scopes.iter();
        let scopes = scopes.map(|scope| (scope.id.clone(), scope.name.clone()));
        let scopes = scopes.collect();
        let clients = whole::client_names(cx)?.into_iter();
        let roles = whole::roles(cx)?.into_iter();
        Ok(Self {
            scopes,
            clients: clients
                .map(|(id, name)| (id.as_str().to_owned(), name))
                .collect(),
            groups: paths(group::list(cx)?),
            roles: roles.map(|role| (role.id.clone(), role)).collect(),
        })
    }

    /// The `client_id` of a client.
    pub(super) fn client(&self, id: &ClientUuid) -> Option<&str> {
        self.clients.get(id.as_str()).map(String::as_str)
    }

    /// The `client_id` of the client that a role belongs to; `None` for the realm's roles.
    pub(super) fn client_of(&self, role: &Role) -> Option<&str> {
        self.clients.get(&role.container_id).map(String::as_str)
    }

    /// The `client_id` of each client.
    pub(super) fn clients(&self) -> impl Iterator<Item = &str> {
        self.clients.values().map(String::as_str)
    }

    /// All groups with their paths.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&GroupId, &str)> {
        self.groups.iter().map(|(id, path)| (id, path.as_str()))
    }

    /// A group's path.
    pub(super) fn group(&self, id: &GroupId) -> Option<&str> {
        self.groups.get(id).map(String::as_str)
    }

    /// The names of client scopes, in order.
    pub(super) fn scopes_of(&self, ids: &[ScopeId]) -> Vec<&str> {
        let names = ids.iter().filter_map(|id| self.scopes.get(id));
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The names of the realm's roles among these, and those of clients by `client_id`.
    pub(super) fn roles_of(&self, ids: &[RoleId]) -> (Vec<&str>, BTreeMap<&str, Vec<&str>>) {
        let mut realm = Vec::new();
        let mut clients: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for role in ids.iter().filter_map(|id| self.roles.get(id)) {
            match self.client_of(role) {
                Some(client) => clients.entry(client).or_default().push(&role.name),
                None => realm.push(role.name.as_str()),
            }
        }
        realm.sort_unstable();
        clients.values_mut().for_each(|names| names.sort_unstable());
        (realm, clients)
    }

    /// Puts the names of roles into a representation, each kind if there is any or `always`.
    pub(super) fn put_roles(
        &self,
        ids: &[RoleId],
        members: (&str, &str),
        always: bool,
        shown: &mut Map<String, Value>,
    ) {
        let (realm, clients) = self.roles_of(ids);
        if always || !realm.is_empty() {
            shown.insert(members.0.to_owned(), json!(realm));
        }
        if always || !clients.is_empty() {
            shown.insert(members.1.to_owned(), json!(clients));
        }
    }
}

/// A group's path has its name as it is: Keycloak escapes no slash in a file.
fn paths(all: Vec<group::Group>) -> HashMap<GroupId, String> {
    let by_id: HashMap<&GroupId, &group::Group> = all.iter().map(|one| (&one.id, one)).collect();
    let path = |group: &group::Group| {
        let mut names = vec![group.name.as_str()];
        let mut parent = group.parent.as_ref();
        // No tree is deeper than it has groups, so a damaged parent cannot loop.
        while let Some(above) = parent.and_then(|id| by_id.get(id))
            && names.len() <= all.len()
        {
            names.push(&above.name);
            parent = above.parent.as_ref();
        }
        names.reverse();
        format!("/{}", names.join("/"))
    };
    all.iter()
        .map(|group| (group.id.clone(), path(group)))
        .collect()
}
