//! A resource server as a whole, with names instead of ids: what is exported and imported.

use cloakroom_model::Cx;
use cloakroom_model::authorization::{Policy, Resource};
use serde_json::{Map, Value, json};

use super::{Authorization, Owners, names};
use crate::read::set;

impl Authorization {
    /// Everything, in the form in which it moves to another server.
    pub fn export(&self, cx: &mut Cx<'_>) -> cloakroom_model::Result<Value> {
        let owners = self.owners(cx)?;
        let resources: Vec<Value> = self
            .resources
            .iter()
            .map(|one| self.export_resource(&owners, one))
            .collect();
        let mut policies = Vec::new();
        // Conditions come before the permissions that name them.
        for is_permission in [false, true] {
            for one in &self.policies {
                if one.is_permission() == is_permission {
                    policies.push(self.export_policy(cx, one)?);
                }
            }
        }
        let scopes: Vec<Value> = self
            .scopes
            .iter()
            .map(|scope| {
                let mut shown = super::show_scope(scope);
                without(&mut shown, "id");
                shown
            })
            .collect();
        Ok(json!({
            "allowRemoteResourceManagement": self.server.allow_remote_resource_management,
            "policyEnforcementMode": self.server.policy_enforcement_mode,
            "decisionStrategy": self.server.decision_strategy,
            "resources": resources,
            "policies": policies,
            "scopes": scopes,
        }))
    }

    fn export_resource(&self, owners: &Owners, resource: &Resource) -> Value {
        let mut shown = self.show_resource(owners, resource, true);
        without(&mut shown, "_id");
        without(&mut shown, "owner");
        if resource.owner != self.client.as_str() {
            let name = owners.name(&resource.owner);
            set(&mut shown, "owner", json!({"name": name}));
        }
        let names = |id: &String| self.scope(id).map(|scope| json!({"name": scope.name}));
        let scopes: Vec<Value> = resource.scopes.iter().filter_map(names).collect();
        if !scopes.is_empty() {
            set(&mut shown, "scopes", json!(scopes));
        }
        shown
    }

    fn export_policy(&self, cx: &mut Cx<'_>, policy: &Policy) -> cloakroom_model::Result<Value> {
        let mut config = policy.details.config.clone();
        names::to_names(cx, &policy.kind, &mut config)?;
        let details = &policy.details;
        let resource = |id: &String| self.resource(id).map(|one| one.name.clone());
        let scope = |id: &String| self.scope(id).map(|one| one.name.clone());
        let other = |id: &String| self.policy(id).map(|one| one.name.clone());
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
