//! What stands already, by the names under which a file refers to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use cloakroom_model::id::{ClientUuid, GroupId, RoleId, ScopeId};
use cloakroom_model::{Cx, flow};

use super::error::{ImportError, Result};
use crate::blueprint::{Made, Use};

/// What stands already.
#[derive(Debug)]
pub(crate) struct Known {
    /// The role that every new user gets.
    pub(crate) default_role: RoleId,
    /// Client scopes by name.
    pub(crate) scopes: BTreeMap<String, KnownScope>,
    /// Clients by `client_id`.
    pub(crate) clients: BTreeMap<String, KnownClient>,
    /// The realm's roles by name.
    pub(crate) realm_roles: HashMap<String, RoleId>,
    /// The roles of each client, by its `client_id` and their names.
    pub(crate) client_roles: HashMap<String, HashMap<String, RoleId>>,
    /// The aliases of identity providers.
    pub(crate) providers: HashSet<String>,
    /// The aliases of flows, once they were asked for.
    flows: Option<HashSet<String>>,
    /// The file has a key that tokens can be signed with, and that apps can read.
    pub(crate) can_sign: bool,
    /// Groups by path.
    pub(crate) groups: HashMap<String, GroupId>,
    /// Groups whose roles whoever brings the file in may hand on.
    pub(crate) looked_at: HashSet<GroupId>,
}

/// A client scope.
#[derive(Clone, Debug)]
pub(crate) struct KnownScope {
    pub(crate) id: ScopeId,
    pub(crate) protocol: String,
    /// New clients get it: by default or on request.
    pub(crate) given: Option<bool>,
}

/// A client.
#[derive(Clone, Debug)]
pub(crate) struct KnownClient {
    pub(crate) id: ClientUuid,
    pub(crate) protocol: String,
    pub(crate) service_account: bool,
}

impl Known {
    /// There is a flow with this alias. They are read once: nothing adds one while this is asked.
    pub(crate) fn has_flow(&mut self, cx: &mut Cx<'_>, alias: &str) -> Result<bool> {
        let flows = match &mut self.flows {
            Some(flows) => flows,
            none => none.insert(flow::list(cx)?.into_iter().map(|flow| flow.alias).collect()),
        };
        Ok(flows.contains(alias))
    }

    pub(crate) fn new(default_role: RoleId) -> Self {
        Self {
            default_role,
            scopes: BTreeMap::new(),
            clients: BTreeMap::new(),
            realm_roles: HashMap::new(),
            client_roles: HashMap::new(),
            providers: HashSet::new(),
            flows: None,
            can_sign: false,
            groups: HashMap::new(),
            looked_at: HashSet::new(),
        }
    }

    /// The role of a client, or of the realm.
    pub(crate) fn role(&self, client: Option<&str>, name: &str) -> Option<&RoleId> {
        match client {
            None => self.realm_roles.get(name),
            Some(client) => self.client_roles.get(client)?.get(name),
        }
    }

    /// Remembers a role.
    pub(crate) fn add_role(&mut self, client: Option<&str>, name: &str, id: RoleId) {
        let roles = match client {
            None => &mut self.realm_roles,
            Some(client) => self.client_roles.entry(client.to_owned()).or_default(),
        };
        roles.insert(name.to_owned(), id);
    }

    /// The client that something refers to.
    pub(crate) fn client(&self, client_id: &str, place: &str) -> Result<&KnownClient> {
        self.clients.get(client_id).ok_or_else(|| {
            ImportError::invalid(format!(
                "{place} refers to client {client_id}, which is not there"
            ))
        })
    }

    /// The group that something refers to by its path, with or without the slash in front and one behind it.
    pub(crate) fn group(&self, path: &str) -> Option<&GroupId> {
        let inner = path.strip_prefix('/').unwrap_or(path);
        let found = self.groups.get(&format!("/{inner}"));
        found.or_else(|| self.groups.get(&format!("/{}", inner.strip_suffix('/')?)))
    }
}

impl Known {
    /// Remembers a client scope of a new realm.
    pub(crate) fn add_made_scope(&mut self, made: &Made) {
        let protocol = if made.is_openid {
            "openid-connect"
        } else {
            "saml"
        };
        let known = KnownScope {
            id: made.id.clone(),
            protocol: protocol.to_owned(),
            given: match made.given {
                Use::Default => Some(true),
                Use::Optional => Some(false),
                Use::Unassigned => None,
            },
        };
        self.scopes.insert(made.name.clone(), known);
    }

    /// The client scopes that stand, as those of a new realm.
    pub(crate) fn made_scopes(&self) -> Vec<Made> {
        let made = self.scopes.iter().map(|(name, known)| Made {
            id: known.id.clone(),
            name: name.clone(),
            is_openid: known.protocol == "openid-connect",
            given: match known.given {
                Some(true) => Use::Default,
                Some(false) => Use::Optional,
                None => Use::Unassigned,
            },
        });
        made.collect()
    }
}
