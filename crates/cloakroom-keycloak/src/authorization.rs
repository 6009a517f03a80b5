//! `ResourceServerRepresentation` and its parts: what a client protects, and who may do what with it.

pub mod kind;
pub mod names;
pub mod settings;

use std::collections::BTreeMap;

use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{Policy, Resource, Scope};
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, Result, user};
use serde_json::{Value, json};

use crate::read::set;

/// The names of those who own resources.
pub fn owners(cx: &mut Cx<'_>, all: &Authorization) -> Result<Owners> {
    let mut names = BTreeMap::new();
    names.insert(all.client.as_str().to_owned(), all.client_id.clone());
    for resource in &all.resources {
        if !names.contains_key(&resource.owner) {
            let found = user::find(cx, &UserId::new(resource.owner.clone()))?;
            let name = found.map(|user| user.username).unwrap_or_default();
            names.insert(resource.owner.clone(), name);
        }
    }
    Ok(Owners(names))
}

/// The resource as it is shown; `deep` adds its attributes and scopes.
pub fn show_resource(
    all: &Authorization,
    owners: &Owners,
    resource: &Resource,
    deep: bool,
) -> Value {
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
        let scopes = show_names(all, resource.scopes.iter());
        if !scopes.is_empty() {
            set(&mut shown, "scopes", json!(scopes));
        }
    }
    shown
}

/// The resource by its names alone, as lists of what a permission is about show it.
pub fn show_named(resource: &Resource) -> Value {
    let mut shown = json!({"_id": resource.id, "name": resource.name});
    if let Some(name) = &resource.details.display_name {
        set(&mut shown, "displayName", json!(name));
    }
    shown
}

/// Ids and names of scopes, as lists inside other things show them.
pub fn show_names<'a>(all: &Authorization, ids: impl Iterator<Item = &'a String>) -> Vec<Value> {
    let mut scopes: Vec<&Scope> = ids.filter_map(|id| all.scope(id)).collect();
    scopes.sort_by_key(|scope| &scope.name);
    let show = |scope: &Scope| {
        let mut shown = json!({"id": scope.id, "name": scope.name});
        if let Some(uri) = &scope.icon_uri {
            set(&mut shown, "iconUri", json!(uri));
        }
        shown
    };
    scopes.into_iter().map(show).collect()
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
