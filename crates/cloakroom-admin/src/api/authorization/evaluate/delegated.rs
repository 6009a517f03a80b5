//! What a realm's fine-grained permissions would say of an administrator.

use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::Cx;
use cloakroom_model::authorization::delegation::{Delegation, Kind};
use serde_json::{Map, Value, json};

use super::super::delegated;
use super::{effect, show_part};
use crate::error::{AdminError, Result};

/// Decides about each thing that was sent, or about everything of the kind if none was.
pub(super) fn evaluate(
    cx: &mut Cx<'_>,
    delegation: Delegation,
    sent: &Object,
    claims: Map<String, Value>,
) -> Result<Value> {
    let kind = read::text(sent, "resourceType")?.and_then(Kind::find);
    let kind = kind.ok_or_else(|| AdminError::error(400, "unknown_error"))?;
    let asked: Vec<Object> = read::member(sent, "resources")?.unwrap_or_default();
    let mut results = Vec::new();
    for one in &asked {
        results.push(result(cx, &delegation, kind, one)?);
    }
    if asked.is_empty() {
        results.push(result(cx, &delegation, kind, &Map::new())?);
    }
    let permits = |one: &Value| one.get("status") == Some(&json!(effect(true)));
    let permits = results.iter().all(permits);
    Ok(json!({
        "results": results,
        "entitlements": false,
        "status": effect(permits),
        "rpt": claims,
    }))
}

fn result(cx: &mut Cx<'_>, delegation: &Delegation, kind: Kind, sent: &Object) -> Result<Value> {
    let all = delegation.all();
    let thing = delegated::asked(cx, all, kind, sent)?;
    let id = thing.as_ref().map(|(id, _)| id.as_str());
    let name = thing.as_ref().map_or(kind.name(), |(_, name)| name);
    let mut scopes = Vec::new();
    let named: Vec<Object> = read::member(sent, "scopes")?.unwrap_or_default();
    for one in &named {
        let text = read::text(one, "id")?.or(read::text(one, "name")?);
        let found = all.scope(text.unwrap_or_default());
        scopes.push(found.ok_or_else(|| AdminError::error(400, "Could not find scope"))?);
    }
    if scopes.is_empty() {
        scopes.extend(kind.scopes().iter().filter_map(|name| all.scope(name)));
    }
    let (mut allowed, mut denied) = (Vec::new(), Vec::new());
    for scope in &scopes {
        let may = match id {
            Some(id) => delegation.may(cx, kind, id, &scope.name)?,
            None => delegation.may_all(cx, kind, &scope.name)?,
        };
        let shown = json!({"id": scope.id, "name": scope.name});
        if may {
            allowed.push(shown);
        } else if !named.is_empty() {
            denied.push(shown);
        }
    }
    let verdicts = delegation.verdicts(cx, kind, id)?;
    let policies = verdicts.iter().map(|verdict| {
        let parts = verdict.parts.iter().map(|part| show_part(all, part));
        let mut shown = show_part(all, verdict);
        let scopes = shown.pointer("/policy/scopes").cloned();
        set(&mut shown, "associatedPolicies", parts.collect());
        set(&mut shown, "scopes", scopes.unwrap_or_default());
        if let Some(kind) = delegated::kind_of(verdict.policy) {
            set(&mut shown, "resourceType", json!(kind.name()));
        }
        shown
    });
    let policies: Vec<Value> = policies.collect();
    let resource = all.resource_named(all.client.as_str(), id.unwrap_or(kind.name()));
    let names: Vec<&str> = scopes.iter().map(|scope| scope.name.as_str()).collect();
    let shown: Vec<Value> = scopes
        .iter()
        .map(|scope| json!({"id": scope.id, "name": scope.name}))
        .collect();
    Ok(json!({
        "resource": {
            "name": format!("{name} with scopes [{}]", names.join(", ")),
            "_id": resource.map(|one| &one.id),
        },
        "scopes": shown,
        "policies": policies,
        "status": effect(!allowed.is_empty() && denied.is_empty()),
        "allowedScopes": allowed,
        "deniedScopes": denied,
    }))
}
