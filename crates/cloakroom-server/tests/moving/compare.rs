//! Compares two realms, member by member, whatever the order of lists that have none.

use serde_json::Value;

/// Where the two differ, as a report names places: `clients[].secret`.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut all = Vec::new();
    walk("", before, after, &mut all);
    all.sort();
    all.dedup();
    all
}

fn walk(place: &str, before: &Value, after: &Value, all: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let place = below(place, name);
                match new.get(name) {
                    Some(other) => walk(&place, value, other, all),
                    None => all.push(place),
                }
            }
            all.extend(
                new.keys()
                    .filter(|name| !old.contains_key(*name))
                    .map(|name| below(place, name)),
            );
        }
        (Value::Array(old), Value::Array(new)) => {
            let (mut old, mut new) = (old.clone(), new.clone());
            if !place.ends_with("authenticationExecutions") {
                old.sort_by_key(key);
                new.sort_by_key(key);
            }
            if old.len() != new.len() {
                all.push(place.to_owned());
                return;
            }
            for (old, new) in old.iter().zip(&new) {
                walk(&format!("{place}[]"), old, new, all);
            }
        }
        _ if before == after => {}
        _ => all.push(place.to_owned()),
    }
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

/// What tells two things of a list apart.
fn key(value: &Value) -> String {
    let names = [
        "id",
        "internalId",
        "clientId",
        "username",
        "alias",
        "name",
        "clientScope",
        "client",
    ];
    let found = names.iter().find_map(|name| value.get(name)?.as_str());
    found.map_or_else(|| value.to_string(), str::to_owned)
}
