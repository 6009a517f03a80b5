//! `/uma-policy`: the permissions by which owners of resources ask others in.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::authorization::names;
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::Cx;
use cloakroom_model::authorization::{self, Policy, PolicyDetails, Resource, Ticket, UMA};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::caller::{Call, Caller};
use super::{BASE, invalid};
use crate::api::authorization::{slice, write};
use crate::api::{Answer, Names, Params, no_content};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource([format!("{BASE}/uma-policy"), format!("{BASE}/uma-policy/")])
        .route(web::get().to(list));
    // By the id of a resource one is made, by its own it is found.
    let one = web::resource(format!("{BASE}/uma-policy/{{id}}"))
        .route(web::post().to(create))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "type",
    "policies",
    "resources",
    "scopes",
    "logic",
    "decisionStrategy",
    "owner",
    "resourceType",
    "resourcesData",
    "scopesData",
    "roles",
    "groups",
    "clients",
    "users",
    "condition",
];

/// Whom a permission can ask in: the member of its representation, and the kind of policy that names them.
const INVITED: [(&str, &str); 4] = [
    ("users", "user"),
    ("roles", "role"),
    ("groups", "group"),
    ("clients", "client"),
];

fn resource_of<'a>(caller: &'a Caller, policy: &Policy) -> Option<&'a Resource> {
    let id = policy.details.resources.first()?;
    caller.all.resources.iter().find(|one| &one.id == id)
}

/// The owner alone decides who is asked in: the resource server does it for what is its own, and for nobody else.
fn check_owner(caller: &Caller, resource: &Resource) -> Result<()> {
    if resource.owner == caller.owner {
        return Ok(());
    }
    let id = &resource.id;
    Err(invalid(format!(
        "Only resource owner can access policies for resource [{id}]"
    )))
}

fn of(caller: &Caller, path: &Names) -> Result<Policy> {
    let id = path.part("id");
    let unknown = || {
        let why = format!("Policy with [{id}] does not exist");
        AdminError::described(404, "invalid_request", why)
    };
    let mut all = caller.all.policies.iter();
    let found = all.find(|one| one.kind == UMA && one.id == id).cloned();
    let found = found.ok_or_else(unknown)?;
    let resource = resource_of(caller, &found).ok_or_else(unknown)?;
    check_owner(caller, resource)?;
    Ok(found)
}

fn show(cx: &mut Cx<'_>, caller: &Caller, policy: &Policy) -> Result<Value> {
    let details = &policy.details;
    let scopes = details.scopes.iter().filter_map(|id| caller.all.scope(id));
    let scopes: Vec<&str> = scopes.map(|scope| scope.name.as_str()).collect();
    let mut shown = json!({
        "id": policy.id,
        "name": policy.name,
        "type": UMA,
        "scopes": scopes,
        "logic": details.logic,
        "decisionStrategy": details.decision_strategy,
        "owner": resource_of(caller, policy).map(|one| &one.owner),
    });
    if let Some(description) = &details.description {
        set(&mut shown, "description", json!(description));
    }
    for (member, kind) in INVITED {
        let mut config = details.config.clone();
        names::to_names(cx, kind, &mut config)?;
        let list = config.get(member).map(String::as_str).unwrap_or("[]");
        let list: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
        let name = |one: &Value| {
            let named = one.get("path").or_else(|| one.get("id"));
            one.as_str().or_else(|| named?.as_str()).map(str::to_owned)
        };
        let names: Vec<String> = list.iter().filter_map(name).collect();
        if !names.is_empty() {
            set(&mut shown, member, json!(names));
        }
    }
    Ok(shown)
}

/// What was sent becomes all that a permission says.
fn apply(
    cx: &mut Cx<'_>,
    (caller, resource): (&Caller, &Resource),
    policy: &mut Policy,
    sent: &Object,
) -> Result<()> {
    if read::text(sent, "condition")?.is_some() {
        return Err(invalid("Scripts are not supported."));
    }
    if let Some(name) = read::text(sent, "name")?.filter(|name| !name.is_empty()) {
        name.clone_into(&mut policy.name);
    }
    let details = &mut policy.details;
    details.description = read::text(sent, "description")?.map(str::to_owned);
    details.decision_strategy = write::one_of(sent, "decisionStrategy", &write::STRATEGIES)?;
    details.resources = vec![resource.id.clone()];
    let names: Option<Vec<String>> = read::member(sent, "scopes")?;
    details.scopes = match names.filter(|names| !names.is_empty()) {
        None => resource.scopes.clone(),
        Some(names) => {
            let of_resource = |name: &String| {
                let scope = caller.all.scopes.iter().find(|one| &one.name == name)?;
                resource
                    .scopes
                    .contains(&scope.id)
                    .then(|| scope.id.clone())
            };
            let found: Option<Vec<String>> = names.iter().map(of_resource).collect();
            let (id, names) = (&resource.id, names.join(", "));
            let why = format!("Some of the scopes [[{names}]] are not valid for resource [{id}]");
            found.ok_or_else(|| invalid(why))?
        }
    };
    let mut config = BTreeMap::new();
    for (member, kind) in INVITED {
        let list: Option<Vec<String>> = read::member(sent, member)?;
        let Some(list) = list.filter(|list| !list.is_empty()) else {
            continue;
        };
        config.insert(member.to_owned(), json!(list).to_string());
        names::to_ids(cx, kind, &mut config)?.map_err(invalid)?;
        forget_unknown(&mut config, member);
    }
    details.config = config;
    Ok(())
}

/// A group that is not there is nobody.
fn forget_unknown(config: &mut BTreeMap<String, String>, member: &str) {
    if member != "groups" {
        return;
    }
    let list = config.get(member).map(String::as_str).unwrap_or("[]");
    let mut list: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
    list.retain(|one| one.get("id").is_some());
    match list.is_empty() {
        true => config.remove(member),
        false => config.insert(member.to_owned(), json!(list).to_string()),
    };
}

async fn list(request: HttpRequest, path: Names, params: Params) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let query = params.clone();
    let shown = call
        .read(move |cx, caller| {
            let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
            let scope = text("scope").map(|name| caller.all.scope(name).map(|one| &one.id));
            let fits = |one: &&Policy| {
                let details = &one.details;
                let resource = resource_of(&caller, one);
                one.kind == UMA
                    && resource.is_some_and(|resource| check_owner(&caller, resource).is_ok())
                    && text("resource").is_none_or(|id| details.resources.contains(id))
                    && text("name").is_none_or(|name| one.name.contains(name))
                    && scope.is_none_or(|id| id.is_some_and(|id| details.scopes.contains(id)))
            };
            let found: Vec<&Policy> = caller.all.policies.iter().filter(fits).collect();
            let mut shown = Vec::new();
            for policy in slice(found, &query)? {
                shown.push(show(cx, &caller, policy)?);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn create(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .write(move |cx, caller| {
            let sent = read::object(&body, "UmaPermissionRepresentation", FIELDS)?;
            if read::text(&sent, "id")?.is_some() {
                return Err(invalid("Newly created uma policies should not have an id"));
            }
            let id = path.part("id");
            let resource = caller.all.resources.iter().find(|one| one.id == id);
            let resource =
                resource.ok_or_else(|| invalid(format!("Resource [{id}] cannot be found")))?;
            check_owner(&caller, resource)?;
            let mut policy = Policy {
                id: cx.new_id(),
                name: String::new(),
                kind: UMA.to_owned(),
                details: PolicyDetails::default(),
            };
            apply(cx, (&caller, resource), &mut policy, &sent)?;
            if policy.name.is_empty() {
                policy.name.clone_from(&policy.id);
            }
            if !authorization::insert_policy(cx, &caller.all.client, &policy)? {
                return Err(write::policy_taken(&policy.name));
            }
            show(cx, &caller, &policy)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .read(move |cx, caller| {
            let policy = of(&caller, &path)?;
            show(cx, &caller, &policy)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn update(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, caller| {
        let mut policy = of(&caller, &path)?;
        let sent = read::object(&body, "UmaPermissionRepresentation", FIELDS)?;
        let Some(resource) = resource_of(&caller, &policy) else {
            return Err(AdminError::not_found());
        };
        apply(cx, (&caller, resource), &mut policy, &sent)?;
        let taken = |one: &Policy| one.name == policy.name && one.id != policy.id;
        if caller.all.policies.iter().any(taken) {
            return Err(write::policy_taken(&policy.name));
        }
        authorization::update_policy(cx, &caller.all.client, &policy)?;
        Ok(())
    })
    .await?;
    Ok(HttpResponse::Created().finish())
}

async fn remove(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, caller| {
        let policy = of(&caller, &path)?;
        authorization::remove_tickets_of(cx, &caller.all.client, &policy.id)?;
        authorization::remove_policy(cx, &caller.all.client, &policy.id)?;
        Ok(())
    })
    .await?;
    Ok(no_content())
}

/// Grants what somebody asks for by a permission of its own; what is granted stays so.
pub(super) fn grant(cx: &mut Cx<'_>, caller: &Caller, ticket: &Ticket) -> Result<()> {
    let client = &caller.all.client;
    let id = cx.new_id();
    if !authorization::decide_ticket(cx, client, &ticket.id, Some(&id))? {
        return Ok(());
    }
    let users = json!([ticket.requester]).to_string();
    let policy = Policy {
        name: cx.new_id(),
        id,
        kind: UMA.to_owned(),
        details: PolicyDetails {
            resources: vec![ticket.resource.clone()],
            scopes: ticket.scope.iter().cloned().collect(),
            config: BTreeMap::from([("users".to_owned(), users)]),
            ..PolicyDetails::default()
        },
    };
    authorization::insert_policy(cx, client, &policy)?;
    Ok(())
}

/// Forgets what somebody asked for, and with it what was granted.
pub(super) fn withdraw(cx: &mut Cx<'_>, caller: &Caller, ticket: &Ticket) -> Result<()> {
    let client = &caller.all.client;
    authorization::remove_ticket(cx, client, &ticket.id)?;
    if let Some(policy) = &ticket.policy {
        authorization::remove_policy(cx, client, policy)?;
    }
    Ok(())
}
