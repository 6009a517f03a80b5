//! What Keycloak 1 wrote in other members than today, put where it stands now, as Keycloak still does at an import.

use serde_json::{Value, json};

use super::report::Report;
use crate::read::Object;

/// Members of Keycloak 1 that have other names today.
const RENAMED: [(&str, &str); 3] = [
    (APPLICATIONS, "clients"),
    (THIRD_PARTIES, "clients"),
    ("applicationScopeMappings", "clientScopeMappings"),
];

const APPLICATIONS: &str = "applications";

/// Clients that people were asked for, and that got no role but those of their scope.
const THIRD_PARTIES: &str = "oauthClients";

/// The realm with what is said of it in old members where it stands today; `None` if there is nothing of this kind.
pub(super) fn renamed(sent: &Object, report: &mut Report) -> Option<Object> {
    let mut all = None;
    for step in [rename, name_clients, providers] {
        let changed = step(all.as_ref().unwrap_or(sent), report);
        all = changed.or(all);
    }
    all
}

fn says(sent: &Object, name: &str) -> bool {
    match sent.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    }
}

/// Puts the members under the names that they have today.
fn rename(sent: &Object, report: &mut Report) -> Option<Object> {
    if !RENAMED.iter().any(|(old, _)| says(sent, old)) {
        return None;
    }
    let mut sent = sent.clone();
    for (old, new) in RENAMED {
        let Some(mut value) = sent.remove(old) else {
            continue;
        };
        for client in value.as_array_mut().into_iter().flatten() {
            rename_client(client);
            if old == THIRD_PARTIES {
                ask(client);
            }
        }
        let how = match old {
            THIRD_PARTIES => format!(
                "read as {new}, which Keycloak 2 and later call it; people are asked for them, and their scope is not full"
            ),
            _ => format!("read as {new}, which Keycloak 2 and later call it"),
        };
        match (sent.get_mut(new), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (Some(Value::Object(all)), Value::Object(more)) => add_all(all, more),
            (Some(Value::Null) | None, value) => {
                sent.insert(new.to_owned(), value);
            }
            (Some(_), _) => continue,
        }
        report.approximate(old, "", how);
    }
    Some(sent)
}

/// Adds lists of the same name to each other.
fn add_all(all: &mut Object, more: Object) {
    for (name, value) in more {
        match (all.get_mut(&name), value) {
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (_, value) => {
                all.insert(name, value);
            }
        }
    }
}

/// What is a client today had its `client_id` for a name.
fn rename_client(client: &mut Value) {
    if let Value::Object(members) = client
        && !members.contains_key("clientId")
        && let Some(name) = members.remove("name")
    {
        members.insert("clientId".to_owned(), name);
    }
}

/// Has people asked for a client, and lets it have the roles of its scope alone.
fn ask(client: &mut Value) {
    if let Value::Object(members) = client {
        members.insert("consentRequired".to_owned(), json!(true));
        members.insert("fullScopeAllowed".to_owned(), json!(false));
    }
}

/// A client without a name of its own is called as its id is, as in Keycloak.
fn name_clients(sent: &Object, report: &mut Report) -> Option<Object> {
    let is_named = |client: &Value| client.get("clientId").is_some_and(|name| !name.is_null());
    let id_of = |client: &Value| client.get("id").and_then(Value::as_str).map(str::to_owned);
    let clients = sent.get("clients").and_then(Value::as_array)?;
    let is_nameless = |client: &Value| !is_named(client) && id_of(client).is_some();
    if !clients.iter().any(is_nameless) {
        return None;
    }
    let mut sent = sent.clone();
    let clients = sent.get_mut("clients").and_then(Value::as_array_mut);
    for client in clients.into_iter().flatten() {
        let id = id_of(client).filter(|_| is_nameless(client));
        if let (Some(id), Value::Object(members)) = (id, client) {
            let how = "the file gives none; it is the client's id, as in Keycloak";
            report.approximate("clients[].clientId", &id, how);
            members.insert("clientId".to_owned(), json!(id));
        }
    }
    Some(sent)
}

/// Before Keycloak 1.2 a realm had the clients at social networks in members of its own.
fn providers(sent: &Object, report: &mut Report) -> Option<Object> {
    let is_on = match sent.get("social")? {
        Value::Bool(on) => *on,
        other => other
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case("true")),
    };
    let settings = sent.get("socialProviders").and_then(Value::as_object)?;
    let has_newer = sent
        .get("identityProviders")
        .is_some_and(|list| !list.is_null());
    if !is_on || has_newer || settings.is_empty() {
        return None;
    }
    let mut made = Vec::new();
    for (name, key) in settings {
        let Some(kind) = name.strip_suffix(".key") else {
            continue;
        };
        let secret = settings.get(&format!("{kind}.secret"));
        made.push(json!({
            "alias": kind,
            "providerId": kind,
            "enabled": true,
            "config": {"clientId": key, "clientSecret": secret},
        }));
        let how = format!("became identity provider {kind}, as Keycloak has it since version 1.2");
        report.approximate("socialProviders", name, how);
    }
    let mut sent = sent.clone();
    sent.remove("social");
    let left = sent
        .get_mut("socialProviders")
        .and_then(Value::as_object_mut);
    if let Some(left) = left {
        left.retain(|name, _| !name.ends_with(".key") && !name.ends_with(".secret"));
    }
    sent.insert("identityProviders".to_owned(), Value::Array(made));
    Some(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::report::Outcome;

    fn of(value: &Value) -> (Value, Report) {
        let mut report = Report::new("x", Outcome::Created);
        let renamed = renamed(value.as_object().unwrap(), &mut report);
        (renamed.map_or(Value::Null, Value::Object), report)
    }

    #[test]
    fn a_realm_of_today_stays_as_it_is() {
        let (renamed, report) =
            of(&json!({"realm": "x", "clients": [{"clientId": "a"}], "social": false}));

        assert_eq!(renamed, Value::Null);
        assert!(report.approximated.is_empty());
    }

    #[test]
    fn applications_and_third_parties_are_clients() {
        let (renamed, _) = of(&json!({
            "clients": null,
            "applications": [{"name": "portal", "fullScopeAllowed": true}],
            "oauthClients": [{"name": "third", "fullScopeAllowed": true}],
        }));

        assert_eq!(
            renamed["clients"],
            json!([
                {"clientId": "portal", "fullScopeAllowed": true},
                {"clientId": "third", "fullScopeAllowed": false, "consentRequired": true},
            ])
        );
    }

    #[test]
    fn a_nameless_client_is_called_as_its_id_is() {
        let (renamed, report) =
            of(&json!({"clients": [{"id": "7"}, {"clientId": "a", "id": "8"}]}));

        assert_eq!(renamed["clients"][0]["clientId"], "7");
        assert_eq!(renamed["clients"][1]["clientId"], "a");
        assert_eq!(
            report.approximated.places().next(),
            Some("clients[].clientId")
        );
    }

    #[test]
    fn social_networks_are_identity_providers() {
        let (renamed, report) = of(&json!({
            "social": "true",
            "socialProviders": {"google.key": "id", "google.secret": "s", "odd": "1"},
        }));

        let provider = &renamed["identityProviders"][0];
        assert_eq!(provider["alias"], "google");
        assert_eq!(
            provider["config"],
            json!({"clientId": "id", "clientSecret": "s"})
        );
        assert_eq!(renamed["socialProviders"], json!({"odd": "1"}));
        assert!(!report.approximated.is_empty());
    }
}
