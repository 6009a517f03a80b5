//! A realm's fine-grained permissions of administrators: what is special about the client that keeps them.
//!
//! Its scopes and its resources are given by what there is to administer, and a permission says of which kind it is. Whoever
//! changes anything here could let themselves do everything, so that takes every right over the realm.

use std::collections::BTreeMap;

use cloakroom_keycloak::authorization::settings::links;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::authorization::delegation::{self, BY_GROUP, Kind};
use cloakroom_model::authorization::{self, Authorization, Policy, Resource, ResourceDetails};
use cloakroom_model::id::{ClientUuid, GroupId, OrganizationId, RoleId, UserId};
use cloakroom_model::{Cx, client, group, organization, role, user};
use serde_json::{Map, Value, json};

use crate::access::Grants;
use crate::error::{AdminError, Result};

/// Tells whether these authorization services are the realm's own permissions.
pub(super) fn is_keeper(cx: &Cx<'_>, all: &Authorization) -> bool {
    delegation::keeper(cx.realm).as_ref() == Some(&all.client)
}

/// Keycloak's answer to what cannot be done here.
fn refused() -> AdminError {
    AdminError::error(400, "unknown_error")
}

/// Refuses to change what the server itself sees to.
pub(super) fn check_own(cx: &Cx<'_>, all: &Authorization) -> Result<()> {
    match is_keeper(cx, all) {
        true => Err(refused()),
        false => Ok(()),
    }
}

/// Refuses whoever has not every right over the realm to change the realm's permissions.
pub(super) fn check_change(cx: &mut Cx<'_>, all: &Authorization, grants: &Grants) -> Result<()> {
    if !is_keeper(cx, all) || grants.cover_everything(cx)? {
        return Ok(());
    }
    Err(AdminError::forbidden())
}

/// Takes a permission as it was sent for one of the realm: its kind, its scopes, and a resource for each thing that it names.
pub(super) fn prepare(
    cx: &mut Cx<'_>,
    all: &mut Authorization,
    policy: &Policy,
    sent: &Object,
) -> Result<Object> {
    let mut sent = sent.clone();
    if !is_keeper(cx, all) {
        return Ok(sent);
    }
    if policy.kind == "resource" {
        let why = "Policy type not supported by feature admin-fine-grained-authz:v2";
        return Err(AdminError::error(400, why));
    }
    if policy.kind != "scope" {
        return Ok(sent);
    }
    let config: Map<String, Value> = read::member(&sent, "config")?.unwrap_or_default();
    let kind = match read::text(&sent, "resourceType")? {
        Some(name) => Some(name),
        None => config.get("defaultResourceType").and_then(Value::as_str),
    };
    let kind = kind.and_then(Kind::find).ok_or_else(refused)?;
    check_scopes(all, policy, &sent, kind)?;
    let named = links(&sent, "resources", "resources");
    let known = policy.details.resources.clone();
    let is_kept = named.is_none() && !known.is_empty();
    let mut resources = if is_kept { known } else { Vec::new() };
    for name in named.iter().flatten() {
        let id = resource_for(cx, all, kind, name)?;
        if !resources.contains(&id) {
            resources.push(id);
        }
    }
    if resources.is_empty() {
        let whole = all.resource_named(all.client.as_str(), kind.name());
        resources.extend(whole.map(|one| one.id.clone()));
    }
    sent.insert("resourceType".to_owned(), json!(kind.name()));
    sent.insert("resources".to_owned(), json!(resources));
    let mut config = config.clone();
    config.insert("defaultResourceType".to_owned(), json!(kind.name()));
    sent.insert("config".to_owned(), Value::Object(config));
    Ok(sent)
}

/// A permission is for something, and only for what may be done with things of its kind.
fn check_scopes(all: &Authorization, policy: &Policy, sent: &Object, kind: Kind) -> Result<()> {
    let named = links(sent, "scopes", "scopes");
    let named = named.unwrap_or_else(|| policy.details.scopes.clone());
    let fits = |name: &String| {
        let scope = all.scope(name);
        scope.is_some_and(|scope| kind.scopes().contains(&scope.name.as_str()))
    };
    if named.is_empty() || !named.iter().all(fits) {
        return Err(refused());
    }
    Ok(())
}

/// The resource that stands for the thing with this id or name; it is made where there is none yet.
fn resource_for(
    cx: &mut Cx<'_>,
    all: &mut Authorization,
    kind: Kind,
    name: &str,
) -> Result<String> {
    if let Some(known) = all.resources.iter().find(|one| one.id == name) {
        let id = known.name.clone();
        // A resource of another kind would be a thing that this permission cannot be about.
        let is_fit = id == kind.name() || thing(cx, kind, &id)?.is_some();
        return is_fit.then(|| name.to_owned()).ok_or_else(refused);
    }
    if name == kind.name() {
        let whole = all.resource_named(all.client.as_str(), name);
        return whole.map(|one| one.id.clone()).ok_or_else(refused);
    }
    let (id, _) = thing(cx, kind, name)?.ok_or_else(refused)?;
    if let Some(known) = all.resource_named(all.client.as_str(), &id) {
        return Ok(known.id.clone());
    }
    let scopes = kind.scopes().iter();
    let made = Resource {
        id: cx.new_id(),
        owner: all.client.as_str().to_owned(),
        name: id,
        scopes: scopes
            .filter_map(|name| all.scope(name).map(|scope| scope.id.clone()))
            .collect(),
        details: ResourceDetails::default(),
    };
    authorization::insert_resource(cx, &all.client, &made)?;
    all.resources.push(made.clone());
    Ok(made.id)
}

/// The id and the name of the thing of a kind with this id; users and clients go by their names as well.
fn thing(cx: &mut Cx<'_>, kind: Kind, text: &str) -> Result<Option<(String, String)>> {
    Ok(match kind {
        Kind::Users => {
            let found = match user::find(cx, &UserId::new(text))? {
                Some(user) => Some(user),
                None => user::find_by_username(cx, &user::fold(text))?,
            };
            found.map(|user| (user.id.as_str().to_owned(), user.username))
        }
        Kind::Clients => {
            let found = match client::find_by_id(cx, &ClientUuid::new(text))? {
                Some(client) => Some(client),
                None => client::find(cx, text)?,
            };
            found.map(|client| (client.id.as_str().to_owned(), client.client_id.clone()))
        }
        Kind::Groups => {
            let found = group::find(cx, &GroupId::new(text))?;
            found.map(|group| (group.id.as_str().to_owned(), group.name))
        }
        Kind::Roles => {
            let found = role::find(cx, &RoleId::new(text))?;
            found.map(|role| (role.id.as_str().to_owned(), role.name))
        }
        Kind::Organizations => {
            let found = organization::find(cx, &OrganizationId::new(text))?;
            found.map(|one| (one.id.as_str().to_owned(), one.name))
        }
    })
}

/// The kind of a permission.
pub(super) fn kind_of(policy: &Policy) -> Option<Kind> {
    let name = policy.details.config.get("defaultResourceType")?;
    Kind::find(name)
}

/// The resources that a permission names one by one, and not the one that stands for all of a kind.
pub(super) fn single<'a>(all: &'a Authorization, ids: &'a [String]) -> Vec<&'a Resource> {
    let resources = ids
        .iter()
        .filter_map(|id| all.resources.iter().find(|one| &one.id == id));
    resources
        .filter(|one| Kind::find(&one.name).is_none())
        .collect()
}

/// A permission's resources, each with the name of the thing that it stands for.
pub(super) fn show_resources(
    cx: &mut Cx<'_>,
    all: &Authorization,
    policy: &Policy,
) -> Result<Vec<Value>> {
    let mut shown = Vec::new();
    let ids = policy.details.resources.iter();
    for one in ids.filter_map(|id| all.resources.iter().find(|one| &one.id == id)) {
        let name = name_of(cx, policy, &one.name)?;
        shown.push(json!({"_id": one.id, "name": one.name, "displayName": name}));
    }
    Ok(shown)
}

fn name_of(cx: &mut Cx<'_>, policy: &Policy, id: &str) -> Result<String> {
    let found = match kind_of(policy) {
        Some(kind) if kind.name() == id => None,
        Some(kind) => thing(cx, kind, id)?,
        None => None,
    };
    Ok(found.map_or_else(|| id.to_owned(), |(_, name)| name))
}

/// What there is to administer, and what may be done with each kind of it.
pub(super) fn schema() -> Value {
    let mut kinds = Map::new();
    for kind in Kind::ALL {
        let mut aliases: BTreeMap<&str, [&str; 1]> = BTreeMap::new();
        let mut shown = json!({"type": kind.name(), "scopes": kind.scopes()});
        if kind == Kind::Users {
            aliases.extend(BY_GROUP.map(|(of_user, of_group)| (of_user, [of_group])));
            read::set(&mut shown, "groupType", json!(Kind::Groups.name()));
        }
        read::set(&mut shown, "scopeAliases", json!(aliases));
        kinds.insert(kind.name().to_owned(), shown);
    }
    json!({"resourceTypes": kinds})
}

/// The thing that somebody asks about, by its resource's name, its id or its own name.
pub(super) fn asked(
    cx: &mut Cx<'_>,
    all: &Authorization,
    kind: Kind,
    sent: &Object,
) -> Result<Option<(String, String)>> {
    let id = read::text(sent, "_id")?.or(read::text(sent, "id")?);
    let by_id = id.and_then(|id| all.resources.iter().find(|one| one.id == id));
    let text = match (by_id, read::text(sent, "name")?) {
        (Some(known), _) => known.name.clone(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => return Ok(None),
    };
    if text == kind.name() {
        return Ok(None);
    }
    let found = thing(cx, kind, &text)?;
    let found = found.ok_or_else(|| AdminError::error(400, "Could not find resource"))?;
    Ok(Some(found))
}
