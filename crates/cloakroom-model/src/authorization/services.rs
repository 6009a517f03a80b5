//! Authorization services: what a client protects, and what its policies say of somebody.
//!
//! The token endpoint, the protection API and the admin API ask the same questions.

use super::{Policy, Resource, Scope, Server, UMA};
use crate::client::{Client, Settings};
use crate::id::ClientUuid;
use crate::{Cx, Result};
use serde_json::json;

use super::request::Ask;

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

    /// The resource with this id or name; by its name one of a person too, if nobody else has one.
    pub fn resource_of_anybody(&self, id_or_name: &str) -> Option<&Resource> {
        self.resource(id_or_name).or_else(|| {
            let mut named = self.resources.iter().filter(|one| one.name == id_or_name);
            named.next().filter(|_| named.next().is_none())
        })
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
        let about = |one: &&Policy| {
            one.kind != UMA && (self.is_bound(one, resource) || one.is_open(&resource.scopes))
        };
        self.policies.iter().filter(about).collect()
    }

    /// The permissions, the owner's among them, that have a say in a request.
    pub(super) fn about<'a>(&'a self, ask: &Ask<'a>) -> impl Iterator<Item = &'a Policy> {
        let scopes: Vec<String> = ask.scopes.iter().map(|scope| scope.id.clone()).collect();
        let resource = ask.resource;
        let kin: Vec<&Resource> = resource.map_or_else(Vec::new, |one| self.kin(one).collect());
        self.policies.iter().filter(move |one| {
            let is_bound = |resource: &Resource| self.is_bound(one, resource);
            let is_permission = one.is_permission() || one.kind == UMA;
            is_permission
                && (resource.is_some_and(is_bound)
                    || kin
                        .iter()
                        .any(|near| one.details.resources.contains(&near.id))
                    || one.is_open(&scopes))
        })
    }

    /// The permission names the resource, or its type.
    fn is_bound(&self, permission: &Policy, resource: &Resource) -> bool {
        let details = &permission.details;
        let kind = details.config.get("defaultResourceType");
        let is_of_kind = kind.is_some() && kind == resource.details.kind.as_ref();
        let is_permission = permission.is_permission() || permission.kind == UMA;
        is_permission && (details.resources.contains(&resource.id) || is_of_kind)
    }
}
