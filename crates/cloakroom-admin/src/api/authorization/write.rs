//! Scopes, resources and policies as they are stored, by whichever call they come.

use cloakroom_keycloak::authorization::settings::links;
use cloakroom_keycloak::authorization::{kind, names};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{self, Policy, Resource, Scope};
use cloakroom_model::client::Client;
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, user};
use serde_json::Value;

use super::{conflict, delegated, server};
use crate::error::{AdminError, Result};

pub(crate) const STRATEGIES: [&str; 3] = ["UNANIMOUS", "AFFIRMATIVE", "CONSENSUS"];

pub(super) fn invalid(why: impl Into<String>) -> AdminError {
    AdminError::described(400, "invalid_request", why)
}

/// A text that was sent; one without letters says nothing.
fn filled(sent: &Object, name: &str) -> Result<Option<String>> {
    let text = read::text(sent, name)?.filter(|text| !text.trim().is_empty());
    Ok(text.map(str::to_owned))
}

/// What was sent becomes all that is said of a scope.
pub(super) fn apply_scope(scope: &mut Scope, sent: &Object) -> Result<()> {
    if let Some(name) = read::text(sent, "name")?.filter(|name| !name.is_empty()) {
        name.clone_into(&mut scope.name);
    }
    scope.display_name = filled(sent, "displayName")?;
    scope.icon_uri = read::text(sent, "iconUri")?.map(str::to_owned);
    Ok(())
}

/// A new scope; one that is there already by name becomes what was sent.
pub(super) fn new_scope(cx: &mut Cx<'_>, all: &Authorization, sent: &Object) -> Result<Scope> {
    let id = read::id(sent, "id")?;
    let mut scope = Scope {
        id: id.map_or_else(|| cx.new_id(), str::to_owned),
        name: String::new(),
        display_name: None,
        icon_uri: None,
    };
    apply_scope(&mut scope, sent)?;
    if scope.name.is_empty() {
        return Err(conflict());
    }
    if let Some(known) = all.scopes.iter().find(|one| one.name == scope.name) {
        scope.id.clone_from(&known.id);
        authorization::update_scope(cx, &all.client, &scope)?;
        return Ok(scope);
    }
    if !authorization::insert_scope(cx, &all.client, &scope)? {
        return Err(conflict());
    }
    Ok(scope)
}

/// What was sent becomes all that is said of a resource; attributes that are not sent stay.
pub(crate) fn apply_resource(
    cx: &mut Cx<'_>,
    all: &mut Authorization,
    resource: &mut Resource,
    sent: &Object,
) -> Result<()> {
    if let Some(name) = read::text(sent, "name")?.filter(|name| !name.is_empty()) {
        name.clone_into(&mut resource.name);
    }
    let details = &mut resource.details;
    details.display_name = read::text(sent, "displayName")?.map(str::to_owned);
    details.kind = filled(sent, "type")?;
    details.icon_uri = read::text(sent, "icon_uri")?.map(str::to_owned);
    details.owner_managed_access = read::switch(sent, "ownerManagedAccess")?.unwrap_or(false);
    details.uris = read::member(sent, "uris")?.unwrap_or_default();
    if let Some(uri) = read::text(sent, "uri")?
        && details.uris.is_empty()
    {
        details.uris.push(uri.to_owned());
    }
    if let Some(attributes) = read::lists(sent, "attributes")? {
        details.attributes = read::attributes(attributes);
    }
    if let Some(owner) = owner_sent(cx, all, sent)? {
        resource.owner = owner;
    }
    let member = ["scopes", "resource_scopes", "scopesUma"]
        .into_iter()
        .find(|name| sent.contains_key(*name))
        .unwrap_or("scopes");
    let scopes: Vec<Value> = read::member(sent, member)?.unwrap_or_default();
    resource.scopes = Vec::new();
    for scope in &scopes {
        let id = scope_of(cx, all, scope)?;
        if !resource.scopes.contains(&id) {
            resource.scopes.push(id);
        }
    }
    Ok(())
}

/// A scope that a resource names; one that is not there yet is made.
fn scope_of(cx: &mut Cx<'_>, all: &mut Authorization, sent: &Value) -> Result<String> {
    let id = sent.get("id").and_then(Value::as_str);
    let name = sent.as_str().or_else(|| sent.get("name")?.as_str());
    let known = id.and_then(|id| all.scope(id));
    if let Some(known) = known.or_else(|| all.scope(name?)) {
        return Ok(known.id.clone());
    }
    let name = name.filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Err(invalid("A scope has no name."));
    };
    let scope = Scope {
        id: cx.new_id(),
        name: name.to_owned(),
        display_name: None,
        icon_uri: None,
    };
    authorization::insert_scope(cx, &all.client, &scope)?;
    all.scopes.push(scope.clone());
    Ok(scope.id)
}

/// Whose a resource is: the client's own, or that of a user by id or name.
fn owner_sent(cx: &mut Cx<'_>, all: &Authorization, sent: &Object) -> Result<Option<String>> {
    let Some(owner) = sent.get("owner").filter(|owner| !owner.is_null()) else {
        return Ok(None);
    };
    let text = owner
        .as_str()
        .or_else(|| owner.get("id")?.as_str())
        .or_else(|| owner.get("name")?.as_str());
    let text = text.ok_or_else(|| invalid("You must specify the resource owner."))?;
    if text == all.client.as_str() || text == all.client_id {
        return Ok(Some(all.client.as_str().to_owned()));
    }
    let by_id = user::find(cx, &UserId::new(text))?;
    let found = match by_id {
        Some(user) => Some(user),
        None => user::find_by_username(cx, &user::fold(text))?,
    };
    let found = found.ok_or_else(|| {
        invalid(
            "Owner must be a valid username or user identifier. If the resource server, the \
                 client id or null.",
        )
    })?;
    Ok(Some(found.id.as_str().to_owned()))
}

/// A new resource of the client.
pub(crate) fn new_resource(
    cx: &mut Cx<'_>,
    all: &mut Authorization,
    sent: &Object,
) -> Result<Resource> {
    let given = match read::id(sent, "_id")? {
        Some(id) => Some(id),
        None => read::id(sent, "id")?,
    };
    let mut resource = Resource {
        id: given.map_or_else(|| cx.new_id(), str::to_owned),
        owner: all.client.as_str().to_owned(),
        name: String::new(),
        scopes: Vec::new(),
        details: authorization::ResourceDetails::default(),
    };
    apply_resource(cx, all, &mut resource, sent)?;
    if resource.name.is_empty() {
        return Err(conflict().undoing());
    }
    if !authorization::insert_resource(cx, &all.client, &resource)? {
        return Err(taken(&resource.name).undoing());
    }
    Ok(resource)
}

pub(super) fn taken(name: &str) -> AdminError {
    let why = format!("Resource with name [{name}] already exists.");
    AdminError::described(409, "invalid_request", why)
}

/// What was sent becomes all that a policy says; links that are not sent stay.
///
/// `typed`: its settings are members of their own, not texts in `config`.
pub(super) fn apply_policy(
    cx: &mut Cx<'_>,
    all: &Authorization,
    policy: &mut Policy,
    sent: &Object,
    typed: bool,
) -> Result<()> {
    if let Some(name) = read::text(sent, "name")?.filter(|name| !name.is_empty()) {
        name.clone_into(&mut policy.name);
    }
    let kind = kind::find(&policy.kind).ok_or_else(AdminError::not_found)?;
    let details = &mut policy.details;
    details.description = read::text(sent, "description")?.map(str::to_owned);
    details.logic = one_of(sent, "logic", &["POSITIVE", "NEGATIVE"])?;
    details.decision_strategy = one_of(sent, "decisionStrategy", &STRATEGIES)?;
    details.config = if typed {
        kind::config_changed(kind, &details.config, sent)?
    } else {
        read::member(sent, "config")?.unwrap_or_default()
    };
    names::to_ids(cx, kind.id, &mut details.config)?.map_err(invalid)?;
    if let Some(links) = links(sent, "resources", "resources") {
        let find = |name: &String| {
            // Settings that move name what belongs to people by name as well.
            let known = if typed {
                all.resource(name)
            } else {
                all.resource_of_anybody(name)
            };
            known.map(|one| one.id.clone())
        };
        details.resources = resolve(&links, find, "Resource")?;
    }
    if let Some(links) = links(sent, "scopes", "scopes") {
        let find = |name: &String| all.scope(name).map(|one| one.id.clone());
        details.scopes = resolve(&links, find, "Scope")?;
    }
    if let Some(links) = links(sent, "policies", "applyPolicies") {
        let find = |name: &String| all.policy(name).map(|one| one.id.clone());
        details.policies = resolve(&links, find, "Policy")?;
        if details.policies.contains(&policy.id) {
            return Err(invalid("A policy cannot decide about itself."));
        }
    }
    for key in ["resources", "scopes", "applyPolicies"] {
        details.config.remove(key);
    }
    Ok(())
}

/// One of the words, the first if none is sent.
pub(crate) fn one_of(sent: &Object, member: &str, words: &[&str]) -> Result<String> {
    let first = words.first().copied().unwrap_or_default();
    let word = read::text(sent, member)?.unwrap_or(first);
    if words.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(AdminError::described(
        400,
        "unknown_error",
        "Cannot parse the JSON",
    ))
}

fn resolve(
    links: &[String],
    find: impl Fn(&String) -> Option<String>,
    what: &str,
) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for link in links {
        let id = find(link);
        let id = id.ok_or_else(|| invalid(format!("{what} [{link}] does not exist")))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// A new policy or permission of this kind.
pub(super) fn new_policy(
    cx: &mut Cx<'_>,
    all: &mut Authorization,
    kind: &str,
    sent: &Object,
    typed: bool,
) -> Result<Policy> {
    let id = read::id(sent, "id")?;
    let mut policy = Policy {
        id: id.map_or_else(|| cx.new_id(), str::to_owned),
        name: String::new(),
        kind: kind.to_owned(),
        details: authorization::PolicyDetails::default(),
    };
    let sent = &delegated::prepare(cx, all, &policy, sent)?;
    apply_policy(cx, all, &mut policy, sent, typed)?;
    if policy.name.is_empty() {
        return Err(conflict());
    }
    if !authorization::insert_policy(cx, &all.client, &policy)? {
        return Err(policy_taken(&policy.name));
    }
    Ok(policy)
}

pub(crate) fn policy_taken(name: &str) -> AdminError {
    let why = format!("Policy with name [{name}] already exists");
    AdminError::described(409, &why, "Conflicting policy")
}

/// Takes over everything that was sent: what is there by name is replaced, the rest stays.
pub(crate) fn import(cx: &mut Cx<'_>, client: &Client, sent: &Object) -> Result<()> {
    let mut all = Authorization::load(cx, client)?;
    let mut settings = all.server.clone();
    server::apply(&mut settings, sent)?;
    authorization::set_server(cx, &client.id, &settings)?;
    let list = |member: &str| -> Result<Vec<Object>> {
        Ok(read::member(sent, member)?.unwrap_or_default())
    };
    for sent in list("scopes")? {
        let name = read::text(&sent, "name")?.unwrap_or_default();
        match all.scopes.iter().find(|one| one.name == name).cloned() {
            Some(mut known) => {
                apply_scope(&mut known, &sent)?;
                authorization::update_scope(cx, &client.id, &known)?;
            }
            None => {
                let made = new_scope(cx, &all, &sent)?;
                all.scopes.push(made);
            }
        }
    }
    for mut sent in list("resources")? {
        name_owner(cx, client, &mut sent)?;
        let owner = owner_sent(cx, &all, &sent)?;
        let owner = owner.unwrap_or_else(|| client.id.as_str().to_owned());
        let name = read::text(&sent, "name")?.unwrap_or_default();
        match all.resource_named(&owner, name).cloned() {
            Some(mut known) => {
                apply_resource(cx, &mut all, &mut known, &sent)?;
                authorization::update_resource(cx, &client.id, &known)?;
            }
            None => {
                let made = new_resource(cx, &mut all, &sent)?;
                all.resources.push(made);
            }
        }
    }
    import_policies(cx, client, &list("policies")?)
}

/// In settings that move, the name of a person is worth more than an id, which may be of another server.
/// What is the client's own stays so, though somebody may be called as it is.
fn name_owner(cx: &mut Cx<'_>, client: &Client, sent: &mut Object) -> Result<()> {
    let said = |member| sent.get("owner")?.get(member)?.as_str();
    let name = said("name");
    if said("id") == Some(client.id.as_str()) || name == Some(client.client_id.as_str()) {
        return Ok(());
    }
    if let Some(name) = name
        && let Some(user) = user::find_by_username(cx, &user::fold(name))?
    {
        let owner = Value::String(user.id.as_str().to_owned());
        sent.insert("owner".to_owned(), owner);
    }
    Ok(())
}

/// Policies may name others that come after them, so all are made before any is linked.
fn import_policies(cx: &mut Cx<'_>, client: &Client, sent: &[Object]) -> Result<()> {
    let mut all = Authorization::load(cx, client)?;
    for sent in sent {
        let name = read::text(sent, "name")?.unwrap_or_default();
        if name.is_empty() {
            return Err(conflict());
        }
        let kind = read::text(sent, "type")?.unwrap_or_default();
        if kind::find(kind).is_none() {
            return Err(invalid(format!(
                "Policies of type [{kind}] are not supported."
            )));
        }
        if all.policies.iter().all(|one| one.name != name) {
            let made = Policy {
                id: cx.new_id(),
                name: name.to_owned(),
                kind: kind.to_owned(),
                details: authorization::PolicyDetails::default(),
            };
            authorization::insert_policy(cx, &client.id, &made)?;
            all.policies.push(made);
        }
    }
    for sent in sent {
        let name = read::text(sent, "name")?.unwrap_or_default();
        let known = all.policies.iter().find(|one| one.name == name).cloned();
        let Some(mut policy) = known else { continue };
        apply_policy(cx, &all, &mut policy, sent, false)?;
        authorization::update_policy(cx, &client.id, &policy)?;
    }
    Ok(())
}
