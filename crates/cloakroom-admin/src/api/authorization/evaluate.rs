//! What a client's policies would say of somebody: asked for by administrators, and nobody gets a token for it.

mod delegated;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use cloakroom_keycloak::authorization as shape;
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::decision::{Decision, Identity, Verdict};
use cloakroom_model::authorization::delegation::Delegation;
use cloakroom_model::authorization::{Policy, Resource, Scope};
use cloakroom_model::client::{self, Client};
use cloakroom_model::id::{ClientUuid, RoleId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, role};
use cloakroom_oidc::evaluate::Example;
use cloakroom_oidc::uma;
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Map, Value, json};

use super::{BASE, VIEW, owner};
use crate::access::Admin;
use crate::api::{Answer, Names, users};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let path = format!("{BASE}/{{family:policy|permission}}/evaluate");
    cfg.route(&path, web::post().to(evaluate));
}

const FIELDS: &[&str] = &[
    "context",
    "resources",
    "resourceType",
    "clientId",
    "userId",
    "roleIds",
    "entitlements",
];

async fn evaluate(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(VIEW)?;
    // What is shown of the user is what a token would hold.
    admin.check(users::VIEW)?;
    let sent = read::object(&body, "PolicyEvaluationRequest", FIELDS)?;
    let provider = admin.app.provider.clone();
    let shown = admin
        .read(move |cx| {
            let server = owner(cx, &path)?;
            let all = Authorization::load(cx, &server)?;
            let (user, client) = asker(cx, &server, &sent)?;
            let example = Example {
                client: &client,
                user: &user,
                scope: "",
            };
            let claims = example.access_token(&provider, cx).map_err(refused)?;
            let identity = identity(cx, (&user, &client), claims.clone(), &sent)?;
            if super::delegated::is_keeper(cx, &all) {
                return delegated::evaluate(cx, Delegation::new(all, identity), &sent, claims);
            }
            let mut decisions = Vec::new();
            for (resource, asked) in wanted(&all, &sent)? {
                let asked: Vec<&Scope> = asked.iter().filter_map(|id| all.scope(id)).collect();
                let Some(ask) = all.ask(resource, &asked) else {
                    continue;
                };
                let decision = all.decide(cx, &ask, &identity)?;
                // What nothing is said about is not shown, as in Keycloak.
                if decision.permits || !decision.verdicts.is_empty() {
                    decisions.push(decision);
                }
            }
            Ok(show(&all, &decisions, claims))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// A token that cannot be made is a matter of the client's settings.
fn refused(error: cloakroom_oidc::Error) -> AdminError {
    match error {
        cloakroom_oidc::Error::Fault(fault) => fault.into(),
        refused => AdminError::described(400, "invalid_request", refused.to_string()),
    }
}

/// The user who would ask, and the client that they would ask with; without a word, the one that protects.
fn asker(cx: &mut Cx<'_>, server: &Client, sent: &Object) -> Result<(User, Client)> {
    let user = read::text(sent, "userId")?.unwrap_or_default();
    let user = user::find(cx, &UserId::new(user))?;
    let user = user.ok_or_else(|| AdminError::error(400, "No user found"))?;
    let client = match read::text(sent, "clientId")? {
        None => Some(server.clone()),
        Some(id) => client::load(cx, &ClientUuid::new(id))?,
    };
    let client = client.ok_or_else(|| AdminError::error(400, "Could not find client"))?;
    Ok((user, client))
}

fn identity(
    cx: &mut Cx<'_>,
    (user, client): (&User, &Client),
    claims: Map<String, Value>,
    sent: &Object,
) -> Result<Identity> {
    let mut identity = uma::identity(cx, client, user, &claims).map_err(refused)?;
    let more: Vec<String> = read::member(sent, "roleIds")?.unwrap_or_default();
    for text in more {
        let id = RoleId::new(text.clone());
        let realm = cx.realm.id.as_str().to_owned();
        let found = match role::find(cx, &id)? {
            Some(role) => Some(role),
            None => role::find_named(cx, &realm, &text)?,
        };
        let found = found.ok_or_else(|| AdminError::error(400, "Could not find role"))?;
        let more = role::graph(cx)?.expand([found.id]);
        identity.roles.extend(more.iter().cloned());
        identity.all_roles.extend(more);
    }
    let context: Option<BTreeMap<String, BTreeMap<String, String>>> =
        read::member(sent, "context")?;
    let attributes = context
        .and_then(|mut context| context.remove("attributes"))
        .unwrap_or_default();
    let context = attributes.into_iter();
    identity.context = context.map(|(name, value)| (name, vec![value])).collect();
    Ok(identity)
}

/// The resources that are asked about, each with the ids of the scopes that matter (none for all).
fn wanted<'a>(all: &'a Authorization, sent: &Object) -> Result<Vec<(&'a Resource, Vec<String>)>> {
    let asked: Vec<Object> = read::member(sent, "resources")?.unwrap_or_default();
    let kind = read::text(sent, "resourceType")?;
    if asked.is_empty() {
        let of_kind = |one: &&Resource| kind.is_none() || one.details.kind.as_deref() == kind;
        return Ok(all
            .resources
            .iter()
            .filter(of_kind)
            .map(|one| (one, Vec::new()))
            .collect());
    }
    let mut wanted = Vec::new();
    for one in &asked {
        let named: Vec<Object> = read::member(one, "scopes")?.unwrap_or_default();
        let mut scopes = Vec::new();
        for scope in &named {
            let name = read::text(scope, "id")?
                .or(read::text(scope, "name")?)
                .unwrap_or_default();
            let found = all.scope(name);
            let found = found.ok_or_else(|| AdminError::error(400, "Could not find scope"))?;
            scopes.push(found.id.clone());
        }
        let id = read::text(one, "_id")?.or(read::text(one, "id")?);
        let name = read::text(one, "name")?;
        let found = id
            .and_then(|id| all.resource(id))
            .or_else(|| name.and_then(|name| all.resource(name)));
        match found {
            Some(resource) => wanted.push((resource, scopes)),
            None if id.is_some() || name.is_some() => {
                return Err(AdminError::error(400, "Could not find resource"));
            }
            // Scopes alone stand for every resource that has one of them.
            None => {
                let has = |one: &&Resource| one.scopes.iter().any(|id| scopes.contains(id));
                wanted.extend(
                    all.resources
                        .iter()
                        .filter(has)
                        .map(|one| (one, scopes.clone())),
                );
            }
        }
    }
    Ok(wanted)
}

fn names<'a>(scopes: impl Iterator<Item = &'a Scope>) -> Vec<Value> {
    scopes
        .map(|scope| json!({"id": scope.id, "name": scope.name}))
        .collect()
}

fn show(all: &Authorization, decisions: &[Decision<'_>], mut claims: Map<String, Value>) -> Value {
    let granted = decisions.iter().filter(|one| one.permits).map(|one| {
        let scopes = one.allowed.iter().map(|scope| scope.name.as_str());
        json!({
            "rsid": one.resource.map(|resource| &resource.id),
            "rsname": one.resource.map(|resource| &resource.name),
            "scopes": scopes.collect::<Vec<_>>(),
        })
    });
    let permissions: Vec<Value> = granted.collect();
    claims.insert("aud".to_owned(), json!(all.client_id));
    claims.insert(
        "authorization".to_owned(),
        json!({"permissions": permissions}),
    );
    let results = decisions.iter().map(|one| {
        let about = if one.permits {
            &one.allowed
        } else {
            &one.asked
        };
        let scopes: Vec<&str> = about.iter().map(|scope| scope.name.as_str()).collect();
        let resource = one.resource.map_or("", |resource| resource.name.as_str());
        // Keycloak's console shows the name as it is here.
        let name = match scopes.is_empty() {
            true => resource.to_owned(),
            false => format!("{resource} with scopes [{}]", scopes.join(", ")),
        };
        json!({
            "resource": {"name": name, "_id": one.resource.map(|resource| &resource.id)},
            "scopes": names(about.iter().copied()),
            "policies": one.verdicts.iter().map(|one| show_verdict(all, one)).collect::<Vec<_>>(),
            "status": effect(one.permits),
            "allowedScopes": names(one.allowed.iter().copied()),
            "deniedScopes": [],
        })
    });
    json!({
        "results": results.collect::<Vec<_>>(),
        "entitlements": false,
        "status": effect(decisions.iter().all(|one| one.permits)),
        "rpt": claims,
    })
}

fn effect(permits: bool) -> &'static str {
    if permits { "PERMIT" } else { "DENY" }
}

fn show_verdict(all: &Authorization, verdict: &Verdict<'_>) -> Value {
    // Keycloak shows what a permission rests on, and not what that rests on.
    let parts = verdict.parts.iter().map(|part| show_part(all, part));
    let details = &verdict.policy.details;
    let keeps_out = !verdict.permits && verdict.policy.kind == "scope";
    let scopes = details.scopes.iter().filter(|_| keeps_out);
    let scopes = scopes.filter_map(|id| all.scope(id));
    let mut shown = show_part(all, verdict);
    set(&mut shown, "associatedPolicies", parts.collect());
    let scopes: Vec<&str> = scopes.map(|scope| scope.name.as_str()).collect();
    set(&mut shown, "scopes", json!(scopes));
    shown
}

fn show_part(all: &Authorization, verdict: &Verdict<'_>) -> Value {
    json!({
        "policy": show_policy(all, verdict.policy),
        "status": effect(verdict.permits),
        "associatedPolicies": [],
        "scopes": [],
    })
}

/// The policy without its settings, and by name what it is about: a permission for a resource is about its scopes.
fn show_policy(all: &Authorization, policy: &Policy) -> Value {
    let details = &policy.details;
    let resources: Vec<&Resource> = details
        .resources
        .iter()
        .filter_map(|id| all.resource(id))
        .collect();
    let mut scopes: Vec<&String> = details.scopes.iter().collect();
    if policy.kind == "resource" {
        scopes.extend(resources.iter().flat_map(|one| &one.scopes));
    }
    let scopes: BTreeSet<&str> = scopes
        .into_iter()
        .filter_map(|id| all.scope(id))
        .map(|scope| scope.name.as_str())
        .collect();
    let resources: Vec<&str> = resources.iter().map(|one| one.name.as_str()).collect();
    let mut shown = shape::show_related(policy);
    set(&mut shown, "resources", json!(resources));
    set(&mut shown, "scopes", json!(scopes));
    shown
}
