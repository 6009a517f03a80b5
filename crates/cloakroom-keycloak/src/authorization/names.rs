//! What policies name: people, roles, groups, clients and client scopes, by id here and by name in
//! settings that move.

use std::collections::BTreeMap;

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{ClientUuid, RoleId, UserId};
use cloakroom_model::scope::{self, Scope};
use cloakroom_model::{Cx, Result, client, role, user};
use serde_json::{Value, json};

use crate::read::set;

/// Replaces the names in a policy's settings by ids; the text of the first that is unknown is the
/// error.
pub fn to_ids(
    cx: &mut Cx<'_>,
    kind: &str,
    config: &mut BTreeMap<String, String>,
) -> Result<std::result::Result<(), String>> {
    replace(cx, kind, config, true)
}

/// Replaces the ids in a policy's settings by names; what is unknown stays as it is.
pub fn to_names(cx: &mut Cx<'_>, kind: &str, config: &mut BTreeMap<String, String>) -> Result<()> {
    // Only ids are looked for in this direction, so nothing can be unknown.
    let _ = replace(cx, kind, config, false)?;
    Ok(())
}

fn replace(
    cx: &mut Cx<'_>,
    kind: &str,
    config: &mut BTreeMap<String, String>,
    ids: bool,
) -> Result<std::result::Result<(), String>> {
    let key = match kind {
        "user" => "users",
        "role" => "roles",
        "group" => "groups",
        "client" => "clients",
        "client-scope" => "clientScopes",
        _ => return Ok(Ok(())),
    };
    let Some(text) = config.get(key) else {
        return Ok(Ok(()));
    };
    let Ok(list) = serde_json::from_str::<Vec<Value>>(text) else {
        return Ok(Err(format!("'{key}' is not a list")));
    };
    let groups = if kind == "group" {
        group::list(cx)?
    } else {
        Vec::new()
    };
    // What a realm on its way in has is in the database alone.
    let scopes = match kind {
        "client-scope" => scope::list(cx)?,
        _ => Vec::new(),
    };
    let mut replaced = Vec::new();
    for one in list {
        let new = match kind {
            "user" => match text_of(&one) {
                Some(text) => person(cx, text, ids)?.map(|text| json!(text)),
                None => None,
            },
            "client" => match text_of(&one) {
                Some(text) => application(cx, text, ids)?.map(|text| json!(text)),
                None => None,
            },
            "role" => Some(of_role(cx, &one, ids)?),
            "group" => Some(of_group(&groups, &one, ids)),
            _ => of_scope(&scopes, &one, ids),
        };
        match new {
            Some(new) => replaced.push(new),
            None if ids => return Ok(Err(format!("'{key}' names {one}, which is not there"))),
            None => replaced.push(one),
        }
    }
    config.insert(key.to_owned(), Value::Array(replaced).to_string());
    Ok(Ok(()))
}

fn text_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id")?.as_str())
}

fn person(cx: &mut Cx<'_>, text: &str, ids: bool) -> Result<Option<String>> {
    let by_id = user::find(cx, &UserId::new(text))?;
    let found = match by_id {
        Some(user) => Some(user),
        None if ids => user::find_by_username(cx, &user::fold(text))?,
        None => None,
    };
    let shown = found.map(|user| {
        if ids {
            user.id.as_str().to_owned()
        } else {
            user.username
        }
    });
    Ok(shown)
}

fn application(cx: &mut Cx<'_>, text: &str, ids: bool) -> Result<Option<String>> {
    let by_id = client::find_by_id(cx, &ClientUuid::new(text))?;
    if let Some(found) = by_id {
        let name = if ids {
            found.id.as_str()
        } else {
            &found.client_id
        };
        return Ok(Some(name.to_owned()));
    }
    if !ids {
        return Ok(None);
    }
    Ok(client::find_id(cx, text)?.map(|id| id.as_str().to_owned()))
}

/// A role by id, by name, or as `client/name`. An unknown one is kept: it may come later.
fn of_role(cx: &mut Cx<'_>, one: &Value, ids: bool) -> Result<Value> {
    let text = text_of(one).unwrap_or_default().to_owned();
    let required = one
        .get("required")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let graph = role::graph(cx)?;
    let known = graph.role(&RoleId::new(text.clone())).cloned();
    let name = match (known, ids) {
        (Some(role), true) => role.id.as_str().to_owned(),
        (Some(role), false) if role.client_role => {
            let owner = client::find_by_id(cx, &ClientUuid::new(role.container_id.clone()))?;
            let owner = owner
                .map(|client| client.client_id.clone())
                .unwrap_or_default();
            format!("{owner}/{}", role.name)
        }
        (Some(role), false) => role.name.clone(),
        (None, true) => role_named(cx, &text)?.unwrap_or(text),
        (None, false) => text,
    };
    Ok(json!({"id": name, "required": required}))
}

fn role_named(cx: &mut Cx<'_>, text: &str) -> Result<Option<String>> {
    let realm = cx.realm.id.as_str().to_owned();
    if let Some(role) = role::find_named(cx, &realm, text)? {
        return Ok(Some(role.id.as_str().to_owned()));
    }
    let Some((owner, name)) = text.split_once('/') else {
        return Ok(None);
    };
    let Some(owner) = client::find_id(cx, owner)? else {
        return Ok(None);
    };
    let role = role::find_named(cx, owner.as_str(), name)?;
    Ok(role.map(|role| role.id.as_str().to_owned()))
}

/// A group by id, or by its path. An unknown one is kept: it may come later.
fn of_group(all: &[Group], one: &Value, ids: bool) -> Value {
    let text = text_of(one).or_else(|| one.get("path")?.as_str());
    let text = text.unwrap_or_default();
    let extend = one.get("extendChildren").and_then(Value::as_bool);
    let found = all
        .iter()
        .find(|group| group.id.as_str() == text || group::path(all, &group.id) == text);
    let mut shown = json!({"extendChildren": extend.unwrap_or(false)});
    match found {
        Some(group) if ids => set(&mut shown, "id", json!(group.id)),
        Some(group) => set(&mut shown, "path", json!(group::path(all, &group.id))),
        None if text.starts_with('/') => set(&mut shown, "path", json!(text)),
        None => set(&mut shown, "id", json!(text)),
    }
    shown
}

fn of_scope(all: &[Scope], one: &Value, ids: bool) -> Option<Value> {
    let text = text_of(one).unwrap_or_default();
    let required = one
        .get("required")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let by_id = all.iter().find(|scope| scope.id.as_str() == text);
    let scope = by_id.or_else(|| all.iter().find(|scope| scope.name == text))?;
    let name = if ids { scope.id.as_str() } else { &scope.name };
    Some(json!({"id": name, "required": required}))
}
