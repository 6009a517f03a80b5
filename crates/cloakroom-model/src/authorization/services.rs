//! Authorization services: what a client protects, and what its policies say of somebody.
//!
//! The token endpoint, the protection API and the admin API ask the same questions.

use super::{Policy, Resource, Scope, Server};
use crate::client::{Client, Settings};
use crate::id::ClientUuid;
use crate::{Cx, Result};
use serde_json::json;

/// A client's authorization services, all of them.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// The client.
    pub client: ClientUuid,
    /// Its `client_id`.
    pub client_id: String,
    /// The settings.
    pub server: Server,
    /// What may be done.
    pub scopes: Vec<Scope>,
    /// What is protected.
    pub resources: Vec<Resource>,
    /// Who may do what.
    pub policies: Vec<Policy>,
}

/// A client of which nothing is protected has no authorization services.
pub fn is_on(client: &Client) -> bool {
    is_on_in(&client.settings)
}

/// The same question of settings that are on their way to a client.
pub fn is_on_in(settings: &Settings) -> bool {
    settings.rest.get("authorizationServicesEnabled") == Some(&json!(true))
}

impl Authorization {
    /// Reads a client's authorization services.
    pub fn load(cx: &mut Cx<'_>, client: &Client) -> Result<Self> {
        Ok(Self {
            client: client.id.clone(),
            client_id: client.client_id.clone(),
            server: super::find_server(cx, &client.id)?,
            scopes: super::list_scopes(cx, &client.id)?,
            resources: super::list_resources(cx, &client.id)?,
            policies: super::list_policies(cx, &client.id)?,
        })
    }

    /// The scope with this id or name.
    pub fn scope(&self, id_or_name: &str) -> Option<&Scope> {
        let by_id = self.scopes.iter().find(|one| one.id == id_or_name);
        by_id.or_else(|| self.scopes.iter().find(|one| one.name == id_or_name))
    }

    /// The resource with this id, or the client's own with this name.
    pub fn resource(&self, id_or_name: &str) -> Option<&Resource> {
        let by_id = self.resources.iter().find(|one| one.id == id_or_name);
        by_id.or_else(|| self.resource_named(self.client.as_str(), id_or_name))
    }

    /// The resource of this owner with this name.
    pub fn resource_named(&self, owner: &str, name: &str) -> Option<&Resource> {
        let mut all = self.resources.iter();
        all.find(|one| one.owner == owner && one.name == name)
    }

    /// The policy or permission with this id or name.
    pub fn policy(&self, id_or_name: &str) -> Option<&Policy> {
        let by_id = self.policies.iter().find(|one| one.id == id_or_name);
        by_id.or_else(|| self.policies.iter().find(|one| one.name == id_or_name))
    }

    /// The permissions that decide about a resource.
    pub fn permissions_of(&self, resource: &Resource) -> Vec<&Policy> {
        let applies = |policy: &&Policy| {
            let details = &policy.details;
            let kind = details.config.get("defaultResourceType");
            let of_kind = kind.is_some() && kind == resource.details.kind.as_ref();
            let by_scope = policy.kind == "scope"
                && details.resources.is_empty()
                && kind.is_none()
                && details.scopes.iter().any(|id| resource.scopes.contains(id));
            policy.is_permission()
                && (details.resources.contains(&resource.id) || of_kind || by_scope)
        };
        self.policies.iter().filter(applies).collect()
    }
}
