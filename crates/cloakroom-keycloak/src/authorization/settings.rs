//! A resource server as a whole, with names instead of ids: what is exported and imported.

use cloakroom_model::Cx;
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{Policy, Resource, UMA};
use serde_json::{Map, Value, json};

use super::{Owners, names};
use crate::read::set;

/// Everything, in the form in which it moves to another server.
pub fn export(cx: &mut Cx<'_>, all: &Authorization) -> cloakroom_model::Result<Value> {
    let owners = super::owners(cx, all)?;
    let resources: Vec<Value> = all
        .resources
        .iter()
        .map(|one| export_resource(all, &owners, one))
        .collect();
    let mut policies = Vec::new();
    // Conditions come before the permissions that name them.
    for is_permission in [false, true] {
        for one in &all.policies {
            if one.kind != UMA && one.is_permission() == is_permission {
                policies.push(export_policy(cx, all, one)?);
            }
        }
    }
    let scopes: Vec<Value> = all
        .scopes
        .iter()
        .map(|scope| {
            let mut shown = super::show_scope(scope);
            without(&mut shown, "id");
            shown
        })
        .collect();
    Ok(json!({
        "allowRemoteResourceManagement": all.server.allow_remote_resource_management,
        "policyEnforcementMode": all.server.policy_enforcement_mode,
        "decisionStrategy": all.server.decision_strategy,
        "resources": resources,
        "policies": policies,
        "scopes": scopes,
    }))
}

fn export_resource(all: &Authorization, owners: &Owners, resource: &Resource) -> Value {
    let mut shown = super::show_resource(all, owners, resource, true);
    without(&mut shown, "_id");
    without(&mut shown, "owner");
    if resource.owner != all.client.as_str() {
        let name = owners.name(&resource.owner);
        set(&mut shown, "owner", json!({"name": name}));
    }
    let names = |id: &String| all.scope(id).map(|scope| json!({"name": scope.name}));
    let scopes: Vec<Value> = resource.scopes.iter().filter_map(names).collect();
    if !scopes.is_empty() {
        set(&mut shown, "scopes", json!(scopes));
    }
    shown
}

fn export_policy(
    cx: &mut Cx<'_>,
    all: &Authorization,
    policy: &Policy,
) -> cloakroom_model::Result<Value> {
    let mut config = policy.details.config.clone();
    names::to_names(cx, &policy.kind, &mut config)?;
    let details = &policy.details;
    let resource = |id: &String| all.resource(id).map(|one| one.name.clone());
    let scope = |id: &String| all.scope(id).map(|one| one.name.clone());
    let other = |id: &String| all.policy(id).map(|one| one.name.clone());
    let mut put = |key: &str, names: Vec<String>| {
        if !names.is_empty() {
            config.insert(key.to_owned(), json!(names).to_string());
        }
    };
    put(
        "resources",
        details.resources.iter().filter_map(resource).collect(),
    );
    put("scopes", details.scopes.iter().filter_map(scope).collect());
    put(
        "applyPolicies",
        details.policies.iter().filter_map(other).collect(),
    );
    let mut shown = super::show_policy(policy);
    without(&mut shown, "id");
    set(&mut shown, "config", json!(config));
    Ok(shown)
}

fn without(shown: &mut Value, name: &str) {
    if let Some(members) = shown.as_object_mut() {
        members.remove(name);
    }
}

/// The names or ids that a policy links to: its own member, or the key of its settings.
pub fn links(sent: &Map<String, Value>, member: &str, key: &str) -> Option<Vec<String>> {
    let text = |one: &Value| -> Option<String> {
        let named = one
            .get("id")
            .or_else(|| one.get("_id"))
            .or_else(|| one.get("name"));
        one.as_str().or_else(|| named?.as_str()).map(str::to_owned)
    };
    let texts = |all: &[Value]| all.iter().filter_map(text).collect::<Vec<String>>();
    if let Some(all) = sent.get(member).and_then(Value::as_array) {
        return Some(texts(all));
    }
    let text = sent.get("config")?.get(key)?.as_str()?;
    let all: Vec<Value> = serde_json::from_str(text).ok()?;
    Some(texts(&all))
}
