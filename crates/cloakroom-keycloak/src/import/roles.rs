//! Roles of the realm and of clients, what they are composed of, and the role of every new user.

use std::collections::BTreeSet;

use cloakroom_model::id::RoleId;
use cloakroom_model::role::{self, Role};
use cloakroom_model::user::Attributes;
use cloakroom_model::{Cx, whole};
use serde_json::Value;

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use crate::blueprint::{self, DEFAULT_ROLE_DESCRIPTION};
use crate::read::Object;
use crate::role as shape;

/// A role in the file: the client it belongs to, and the representation.
pub(super) type Sent<'a> = (Option<&'a str>, &'a Object);

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = all(import)?;
    if let Some(roles) = import.sent.object("roles")? {
        let known = ["realm", "client", "application"];
        Part::new(roles, "roles", "").report_unknown(&known, import.report);
    }
    insert_default(cx, import, &sent)?;
    let default = import.known.default_role.clone();
    for (client, object) in sent {
        if client.is_some_and(|client| is_added_later(import, client)) {
            continue;
        }
        let name = Part::new(object, place(client), "").name("name")?;
        let is_default = client.is_none() && import.known.role(None, &name) == Some(&default);
        if !is_default {
            insert(cx, import, client, object)?;
        }
    }
    Ok(())
}

/// Stores the roles of the clients that the file has not and every realm has, now that
/// [`blueprint::complete`] has added these.
pub(super) fn import_of_added(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    before: &BTreeSet<String>,
) -> Result<()> {
    for (client, object) in all(import)? {
        if client.is_some_and(|client| !before.contains(client)) {
            insert(cx, import, client, object)?;
        }
    }
    Ok(())
}

fn is_added_later(import: &Import<'_>, client: &str) -> bool {
    blueprint::CLIENTS.contains(&client) && !import.known.clients.contains_key(client)
}

fn place(client: Option<&str>) -> &'static str {
    match client {
        None => "roles.realm[]",
        Some(_) => "roles.client[]",
    }
}

/// The roles that the file has, those of the realm first.
pub(super) fn all<'a>(import: &Import<'a>) -> Result<Vec<Sent<'a>>> {
    let Some(roles) = import.sent.object("roles")? else {
        return Ok(Vec::new());
    };
    let roles = Part::new(roles, "roles", "");
    let mut all: Vec<Sent<'a>> = Vec::new();
    for object in objects(roles.object, "realm", "roles")? {
        all.push((None, object));
    }
    for member in ["client", "application"] {
        let Some(clients) = roles.object.get(member).and_then(|value| value.as_object()) else {
            continue;
        };
        for name in clients.keys() {
            for object in objects(clients, name, "roles.client")? {
                all.push((Some(name.as_str()), object));
            }
        }
    }
    Ok(all)
}

fn objects<'a>(from: &'a Object, member: &str, place: &'static str) -> Result<Vec<&'a Object>> {
    Part::new(from, place, "").objects(member)
}

/// The role of every new user, with what the file says of it.
fn insert_default(cx: &mut Cx<'_>, import: &mut Import<'_>, sent: &[Sent<'_>]) -> Result<()> {
    let named = cx.realm.settings.rest.get("defaultRole");
    let text = |member: &str| {
        let value = named.and_then(|role| role.get(member));
        value.and_then(|value| value.as_str()).map(str::to_owned)
    };
    let name = text("name").unwrap_or_default();
    let description = text("description").unwrap_or_else(|| DEFAULT_ROLE_DESCRIPTION.to_owned());
    let same = |object: &&Object| object.get("name").and_then(|name| name.as_str()) == Some(&name);
    let own = sent.iter().filter(|(client, _)| client.is_none());
    let mut own = own.map(|(_, object)| *object).filter(same);
    let found = own.next();
    if own.next().is_some() {
        return Err(ImportError::taken(format!(
            "role {name} stands there twice"
        )));
    }
    let mut role = Role {
        id: import.known.default_role.clone(),
        container_id: cx.realm.id.as_str().to_owned(),
        client_role: false,
        name: name.clone(),
        description: Some(description),
        attributes: Attributes::new(),
    };
    if let Some(object) = found {
        let part = Part::new(object, "roles.realm[]", &name);
        part.report_unknown(shape::FIELDS, import.report);
        role.description = part.text("description")?;
        role.attributes = part.list_map("attributes")?;
        import.report.map("roles");
    }
    if !role::insert(cx, &role)? {
        return Err(ImportError::taken(format!(
            "the id of role {name} is in use"
        )));
    }
    import.known.add_role(None, &name, role.id);
    Ok(())
}

/// Stores a role, without what is inside it.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    client: Option<&str>,
    object: &Object,
) -> Result<RoleId> {
    let name = Part::new(object, place(client), "").name("name")?;
    let who = client.map_or_else(|| name.clone(), |client| format!("{client}/{name}"));
    let part = Part::new(object, place(client), &who);
    part.report_unknown(shape::FIELDS, import.report);
    let why = "has no meaning since Keycloak 4; a client scope says when a role is passed on";
    part.report_dropped("scopeParamRequired", why, import.report);
    if import.known.role(client, &name).is_some() {
        return Err(ImportError::taken(format!("role {who} stands there twice")));
    }
    let container_id = match client {
        None => cx.realm.id.as_str().to_owned(),
        Some(client) => {
            let owner = import.known.client(client, "roles.client")?;
            owner.id.as_str().to_owned()
        }
    };
    report_contradictions(import, (client, &container_id), &part)?;
    let role = Role {
        id: RoleId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        container_id,
        client_role: client.is_some(),
        name: name.clone(),
        description: part.text("description")?,
        attributes: part.list_map("attributes")?,
    };
    if !role::insert(cx, &role)? {
        return Err(ImportError::taken(format!(
            "the id of role {who} is in use"
        )));
    }
    import.known.add_role(client, &name, role.id.clone());
    import.report.map("roles");
    Ok(role.id)
}

/// Names what a role says of itself that is not so. Where it stands in the file says whose it is, and what is inside it
/// says whether anything is.
fn report_contradictions(
    import: &mut Import<'_>,
    (client, container): (Option<&str>, &str),
    part: &Part<'_>,
) -> Result<()> {
    let inside = part.object("composites")?;
    let is_composite = inside.is_some_and(|inside| {
        let is_filled = |list: &Value| match list {
            Value::Array(list) => !list.is_empty(),
            Value::Object(lists) => !lists.is_empty(),
            _ => false,
        };
        inside.values().any(is_filled)
    });
    let said = part.switch("composite")?;
    if said.is_some_and(|said| said != is_composite) {
        let how = "what stands in composites counts, and this says otherwise";
        let place = part.place_of("composite");
        import.report.approximate(&place, part.who, how);
    }
    if part
        .switch("clientRole")?
        .is_some_and(|said| said != client.is_some())
    {
        let how = "the list that it stands in says whose role it is, and this says otherwise";
        let place = part.place_of("clientRole");
        import.report.approximate(&place, part.who, how);
    }
    // Older files name the realm here, or the client's name.
    let names = [
        Some(container),
        client,
        import.sent.text("realm")?.as_deref(),
    ]
    .map(|name| name.map(str::to_owned));
    let said = part.text("containerId")?;
    if said.is_some_and(|said| !names.contains(&Some(said))) {
        let how = "the list that it stands in says whose role it is, and this names another";
        let place = part.place_of("containerId");
        import.report.approximate(&place, part.who, how);
    }
    Ok(())
}

/// Puts roles inside others, now that all stand.
pub(super) fn import_composites(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    for (client, object) in all(import)? {
        compose(cx, import, client, object)?;
    }
    old_defaults(cx, import)
}

/// Puts into one role what the file says.
pub(super) fn compose(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    client: Option<&str>,
    object: &Object,
) -> Result<()> {
    let name = Part::new(object, place(client), "").name("name")?;
    let part = Part::new(object, place(client), &name);
    let Some(inside) = part.object("composites")? else {
        return Ok(());
    };
    let Some(parent) = import.known.role(client, &name).cloned() else {
        return Ok(());
    };
    let at = part.place_of("composites");
    let inside = Part::new(inside, &at, &name);
    inside.report_unknown(&["realm", "client", "application"], import.report);
    let mut children: Vec<(Option<String>, String)> = Vec::new();
    children.extend(inside.texts("realm")?.into_iter().map(|name| (None, name)));
    for member in ["client", "application"] {
        for (client, names) in inside.list_map(member)? {
            children.extend(names.into_iter().map(|name| (Some(client.clone()), name)));
        }
    }
    for (client, child) in children {
        let Some(id) = import.known.role(client.as_deref(), &child).cloned() else {
            let of = client.map_or_else(String::new, |client| format!(" of client {client}"));
            let why = format!("role {name} is to have role {child}{of} inside, which is not there");
            return Err(ImportError::invalid(why));
        };
        if id == parent {
            import
                .report
                .drop(&at, &name, "a role inside itself says nothing");
            continue;
        }
        (import.ready.may_grant)(cx, &id)?;
        role::add_composite(cx, &parent, &id)?;
    }
    Ok(())
}

/// Makes a role that is there what the file says, for all who have it.
pub(super) fn replace(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    id: &RoleId,
    object: &Object,
) -> Result<()> {
    let Some(mut role) = role::find(cx, id)? else {
        return Ok(());
    };
    (import.ready.may_grant)(cx, id)?;
    let part = Part::new(object, "roles[]", &role.name);
    let (description, attributes) = (part.text("description")?, part.list_map("attributes")?);
    role.description = description;
    role.attributes = attributes;
    role::update(cx, &role)?;
    let inside = whole::composites(cx)?.into_iter();
    for (_, child) in inside.filter(|(parent, _)| parent == id) {
        role::remove_composite(cx, id, &child)?;
    }
    Ok(())
}

/// Before Keycloak 13 the roles of every new user were lists of the realm and of each client.
fn old_defaults(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    let mut names: Vec<(Option<String>, String)> = Vec::new();
    names.extend(
        sent.texts("defaultRoles")?
            .into_iter()
            .map(|name| (None, name)),
    );
    for object in sent.objects("clients")? {
        let client_id = Part::new(object, "clients[]", "").name("clientId")?;
        let part = Part::new(object, "clients[]", &client_id);
        let mine = part.texts("defaultRoles")?.into_iter();
        names.extend(mine.map(|name| (Some(client_id.clone()), name)));
    }
    if sent.object("defaultRole")?.is_some() {
        for (client, name) in names {
            let place = client
                .as_ref()
                .map_or("defaultRoles", |_| "clients[].defaultRoles");
            let why = "the file has a defaultRole, too, and as in Keycloak that alone counts";
            import.report.drop(place, &name, why);
        }
        return Ok(());
    }
    let parent = import.known.default_role.clone();
    for (client, name) in names {
        let id = find_or_insert(cx, import, (client.as_deref(), &name), "defaultRoles")?;
        if id == parent {
            continue;
        }
        role::add_composite(cx, &parent, &id)?;
        let place = client
            .as_ref()
            .map_or("defaultRoles", |_| "clients[].defaultRoles");
        let how = "became a part of the default role, as Keycloak has it since version 13";
        import.report.approximate(place, &name, how);
    }
    Ok(())
}

/// A role that something refers to. One that is not there is made, as Keycloak does.
pub(super) fn find_or_insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    named: (Option<&str>, &str),
    place: &str,
) -> Result<RoleId> {
    let (client, name) = named;
    // Keycloak finds a role whose name stands there with spaces around it.
    let name = match import.known.role(client, name) {
        Some(id) => return Ok(id.clone()),
        None => name.trim(),
    };
    if let Some(id) = import.known.role(client, name) {
        return Ok(id.clone());
    }
    let object = Object::from_iter([("name".to_owned(), name.into())]);
    let how = "the role was not there, and was made, as Keycloak does";
    import.report.approximate(place, name, how);
    insert(cx, import, client, &object)
}
