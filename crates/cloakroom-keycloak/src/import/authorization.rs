//! Authorization services of clients, now that all that their policies name stands.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, authorization, client, user};
use serde_json::{Value, json};

use super::Import;
use super::error::Result;
use super::lenient::Part;
use super::report::Report;
use super::silent;
use crate::authorization::settings::links;
use crate::authorization::{RESOURCE_FIELDS, SCOPE_FIELDS, SERVER_FIELDS, kind};
use crate::read::Object;

const POLICIES: &str = "clients[].authorizationSettings.policies[]";

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    for object in import.sent.objects("clients")? {
        let part = Part::new(object, "clients[]", "");
        let Some(settings) = part.object("authorizationSettings")? else {
            continue;
        };
        let client_id = part.name("clientId")?;
        let known = import.known.client(&client_id, "clients[]")?.id.clone();
        let Some(found) = client::load(cx, &known)? else {
            continue;
        };
        if !authorization::is_on(&found) {
            let why = "the client has authorization services switched off";
            let place = part.place_of("authorizationSettings");
            import.report.drop(&place, &client_id, why);
            continue;
        }
        report_unknown(settings, &client_id, import.report)?;
        report_lost_roles(import, settings, &client_id);
        let mut settings = settings.clone();
        close_unknown(&mut settings, &client_id, import.report);
        forget_absent(cx, &mut settings, &client_id, import.report)?;
        drop_ambiguous(&mut settings, &client_id, import.report);
        import
            .ready
            .rules
            .import_authorization(cx, &found, &settings)?;
        import.report.map("authorization services");
    }
    Ok(())
}

/// Names the members that neither the settings nor what is in them can have.
fn report_unknown(settings: &Object, client_id: &str, report: &mut Report) -> Result<()> {
    let place = "clients[].authorizationSettings";
    let part = Part::new(settings, place, client_id);
    part.report_unknown(SERVER_FIELDS, report);
    silent::report(&part, report);
    for (member, known) in [
        ("scopes", SCOPE_FIELDS),
        ("resources", RESOURCE_FIELDS),
        ("policies", kind::FIELDS),
    ] {
        let place = format!("{place}.{member}[]");
        for object in part.objects(member)? {
            let name = object.get("name").and_then(Value::as_str);
            let who = format!("{client_id}/{}", name.unwrap_or_default());
            let part = Part::new(object, &place, &who);
            part.report_unknown(known, report);
            silent::report(&part, report);
        }
    }
    Ok(())
}

/// Names roles that a policy asks for and that are not there: nobody has them.
fn report_lost_roles(import: &mut Import<'_>, settings: &Object, client_id: &str) {
    let policies = settings.get("policies").and_then(Value::as_array);
    let policies = policies.into_iter().flatten();
    let is_of_roles = |policy: &&Value| policy.get("type").and_then(Value::as_str) == Some("role");
    for policy in policies.filter(is_of_roles) {
        let roles = policy.get("config").and_then(|config| config.get("roles"));
        let roles: Vec<Value> = match roles {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            Some(Value::Array(list)) => list.clone(),
            _ => Vec::new(),
        };
        for id in roles.iter().filter_map(|role| role.get("id")?.as_str()) {
            let known = &import.known;
            let is_there = match id.split_once('/') {
                _ if known.role(None, id).is_some() => true,
                Some((client, name)) => known.role(Some(client), name).is_some(),
                None => {
                    let mut of_clients = known.client_roles.values().flat_map(|all| all.iter());
                    known.realm_roles.values().any(|known| known.as_str() == id)
                        || of_clients.any(|(name, known)| name == id || known.as_str() == id)
                }
            };
            if !is_there {
                let name = policy.get("name").and_then(Value::as_str);
                let who = format!("{client_id}/{}", name.unwrap_or_default());
                let how = format!("kept, but there is no role {id}, and nobody has it");
                let place = format!("{POLICIES}.config.roles");
                import.report.approximate(&place, &who, how);
            }
        }
    }
}

/// A policy of a kind that nobody here can decide, a script above all, becomes one that allows
/// nobody: what rests on it stays closed, and its name stays for those that refer to it.
fn close_unknown(settings: &mut Object, client_id: &str, report: &mut Report) {
    let Some(Value::Array(policies)) = settings.get_mut("policies") else {
        return;
    };
    for policy in policies.iter_mut().filter_map(Value::as_object_mut) {
        let kind = policy.get("type").and_then(Value::as_str);
        if kind.is_some_and(|kind| kind::find(kind).is_some()) {
            continue;
        }
        let kind = kind.unwrap_or_default();
        let how = format!(
            "policies of type {kind} are not decided here; it became one that allows nobody"
        );
        let name = policy.get("name").and_then(Value::as_str);
        let who = format!("{client_id}/{}", name.unwrap_or_default());
        report.approximate(POLICIES, &who, how);
        policy.insert("type".to_owned(), json!("user"));
        policy.insert("logic".to_owned(), json!("POSITIVE"));
        policy.insert("config".to_owned(), json!({"users": "[]"}));
    }
}

/// Takes people who are not there out of the policies about them: a file may leave all people out. One that was for everybody
/// but them is for nobody then, because they may come in later.
fn forget_absent(
    cx: &mut Cx<'_>,
    settings: &mut Object,
    client_id: &str,
    report: &mut Report,
) -> Result<()> {
    let Some(Value::Array(policies)) = settings.get_mut("policies") else {
        return Ok(());
    };
    for policy in policies.iter_mut().filter_map(Value::as_object_mut) {
        let is_of_people = policy.get("type").and_then(Value::as_str) == Some("user");
        let named = policy.get("config").and_then(|config| config.get("users"));
        let named: Option<Vec<String>> = named
            .and_then(Value::as_str)
            .and_then(|text| serde_json::from_str(text).ok());
        let Some(named) = named.filter(|_| is_of_people) else {
            continue;
        };
        let (mut left, mut gone) = (Vec::new(), Vec::new());
        for name in named {
            let is_there = user::find_by_username(cx, &name)?.is_some()
                || user::find(cx, &UserId::new(&name))?.is_some();
            match is_there {
                true => left.push(name),
                false => gone.push(name),
            }
        }
        if gone.is_empty() {
            continue;
        }
        let is_turned = policy.get("logic").and_then(Value::as_str) == Some("NEGATIVE");
        if is_turned {
            left.clear();
            policy.insert("logic".to_owned(), json!("POSITIVE"));
        }
        if let Some(Value::Object(config)) = policy.get_mut("config") {
            config.insert("users".to_owned(), json!(json!(left).to_string()));
        }
        let name = policy.get("name").and_then(Value::as_str);
        let who = format!("{client_id}/{}", name.unwrap_or_default());
        let why = match is_turned {
            true => "it names people who are not there, and became a policy that allows nobody",
            false => "it names people who are not there, and is about the others alone",
        };
        report.drop(&format!("{POLICIES}.config.users"), &who, why);
    }
    Ok(())
}

/// A permission names what it is about by name. One that several people have something of would be about all of theirs, or about
/// the wrong one's: it is about none of them. Without anything left it would be about everything, so it does not come in.
fn drop_ambiguous(settings: &mut Object, client_id: &str, report: &mut Report) {
    let owned = owned_by_people(settings, client_id);
    let Some(Value::Array(policies)) = settings.get_mut("policies") else {
        return;
    };
    policies.retain_mut(|policy| {
        let Some(policy) = policy.as_object_mut() else {
            return true;
        };
        let Some(named) = links(policy, "resources", "resources") else {
            return true;
        };
        let (left, gone): (Vec<String>, Vec<String>) = named
            .into_iter()
            .partition(|name| owned.get(name).is_none_or(|owners| *owners == 1));
        if gone.is_empty() {
            return true;
        }
        let name = policy.get("name").and_then(Value::as_str);
        let who = format!("{client_id}/{}", name.unwrap_or_default());
        let why = format!(
            "several people have a resource {}, and the file does not say whose is meant",
            gone.join(", ")
        );
        report.drop(&format!("{POLICIES}.resources"), &who, why);
        if left.is_empty() {
            let why =
                "it would be about every resource, because none of those that it names is known";
            report.drop(POLICIES, &who, why);
            return false;
        }
        if policy.contains_key("resources") {
            policy.insert("resources".to_owned(), json!(left));
        } else if let Some(Value::Object(config)) = policy.get_mut("config") {
            config.insert("resources".to_owned(), json!(json!(left).to_string()));
        }
        true
    });
}

/// How many people have a resource of a name that the client itself has none of.
fn owned_by_people(settings: &Object, client_id: &str) -> BTreeMap<String, usize> {
    let mut owned: BTreeMap<String, usize> = BTreeMap::new();
    let mut own = BTreeSet::new();
    let resources = settings.get("resources").and_then(Value::as_array);
    for resource in resources.into_iter().flatten() {
        let name = resource
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let owner = resource.get("owner").filter(|owner| !owner.is_null());
        let owner = owner.and_then(|owner| {
            owner
                .as_str()
                .or_else(|| owner.get("name").or(owner.get("id"))?.as_str())
        });
        if owner.is_none_or(|owner| owner == client_id) {
            own.insert(name);
        } else {
            *owned.entry(name.to_owned()).or_default() += 1;
        }
    }
    owned.retain(|name, _| !own.contains(name.as_str()));
    owned
}
