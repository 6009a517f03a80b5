//! `ResourceServerRepresentation` and its parts: what a client protects, and who may do what with it.

pub mod decision;
pub mod kind;
pub mod names;
pub mod settings;

use std::collections::BTreeMap;

use cloakroom_model::authorization::{self, Policy, Resource, Scope, Server};
use cloakroom_model::client::{Client, Settings};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::{Cx, Result, user};
use serde_json::{Value, json};

use crate::read::set;

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
            server: authorization::find_server(cx, &client.id)?,
            scopes: authorization::list_scopes(cx, &client.id)?,
            resources: authorization::list_resources(cx, &client.id)?,
            policies: authorization::list_policies(cx, &client.id)?,
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

    /// The names of those who own resources.
    pub fn owners(&self, cx: &mut Cx<'_>) -> Result<Owners> {
        let mut names = BTreeMap::new();
        names.insert(self.client.as_str().to_owned(), self.client_id.clone());
        for resource in &self.resources {
            if !names.contains_key(&resource.owner) {
                let found = user::find(cx, &UserId::new(resource.owner.clone()))?;
                let name = found.map(|user| user.username).unwrap_or_default();
                names.insert(resource.owner.clone(), name);
            }
        }
        Ok(Owners(names))
    }

    /// The resource as it is shown; `deep` adds its attributes and scopes.
    pub fn show_resource(&self, owners: &Owners, resource: &Resource, deep: bool) -> Value {
        let details = &resource.details;
        let owner = owners.0.get(&resource.owner);
        let mut shown = json!({
            "_id": resource.id,
            "name": resource.name,
            "owner": {"id": resource.owner, "name": owner},
            "ownerManagedAccess": details.owner_managed_access,
            "uris": details.uris,
        });
        for (name, text) in [
            ("type", &details.kind),
            ("displayName", &details.display_name),
            ("icon_uri", &details.icon_uri),
        ] {
            if let Some(text) = text {
                set(&mut shown, name, json!(text));
            }
        }
        if deep {
            set(&mut shown, "attributes", json!(details.attributes));
            let scopes = self.show_names(resource.scopes.iter());
            if !scopes.is_empty() {
                set(&mut shown, "scopes", json!(scopes));
            }
        }
        shown
    }

    /// Ids and names of scopes, as lists inside other things show them.
    pub fn show_names<'a>(&self, ids: impl Iterator<Item = &'a String>) -> Vec<Value> {
        let mut scopes: Vec<&Scope> = ids.filter_map(|id| self.scope(id)).collect();
        scopes.sort_by_key(|scope| &scope.name);
        let show = |scope: &Scope| json!({"id": scope.id, "name": scope.name});
        scopes.into_iter().map(show).collect()
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

/// The names of those who own resources, by their ids.
#[derive(Clone, Debug)]
pub struct Owners(BTreeMap<String, String>);

impl Owners {
    /// The name of an owner.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// The scope as it is shown.
pub fn show_scope(scope: &Scope) -> Value {
    let mut shown = json!({"id": scope.id, "name": scope.name});
    for (name, text) in [
        ("displayName", &scope.display_name),
        ("iconUri", &scope.icon_uri),
    ] {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    shown
}

fn show_base(policy: &Policy) -> Value {
    let details = &policy.details;
    let mut shown = json!({
        "id": policy.id,
        "name": policy.name,
        "type": policy.kind,
        "logic": details.logic,
        "decisionStrategy": details.decision_strategy,
    });
    if let Some(description) = &details.description {
        set(&mut shown, "description", json!(description));
    }
    shown
}

/// The policy with its settings as texts, as general lists show it.
pub fn show_policy(policy: &Policy) -> Value {
    let mut shown = show_base(policy);
    set(&mut shown, "config", json!(policy.details.config));
    shown
}

/// The policy in another's list: its settings are not shown.
pub fn show_related(policy: &Policy) -> Value {
    let mut shown = show_base(policy);
    set(&mut shown, "config", json!({}));
    shown
}

/// The policy with its settings as members of their own, as its kind's calls show it.
pub fn show_typed(policy: &Policy) -> Value {
    let mut shown = show_base(policy);
    kind::show(&mut shown, policy);
    shown
}

/// All members that a scope's representation has.
pub const SCOPE_FIELDS: &[&str] = &[
    "id",
    "name",
    "iconUri",
    "displayName",
    "policies",
    "resources",
];

/// All members that a resource's representation has.
pub const RESOURCE_FIELDS: &[&str] = &[
    "_id",
    "id",
    "name",
    "uris",
    "uri",
    "type",
    "scopes",
    "resource_scopes",
    "scopesUma",
    "icon_uri",
    "owner",
    "ownerManagedAccess",
    "displayName",
    "attributes",
];

/// All members that settings have.
pub const SERVER_FIELDS: &[&str] = &[
    "id",
    "clientId",
    "name",
    "allowRemoteResourceManagement",
    "policyEnforcementMode",
    "resources",
    "policies",
    "scopes",
    "decisionStrategy",
    "authorizationSchema",
];
