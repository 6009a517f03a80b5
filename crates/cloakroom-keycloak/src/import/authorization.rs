//! Authorization services of clients, now that all that their policies name stands.

use cloakroom_model::{Cx, client};
use serde_json::{Value, json};

use super::Import;
use super::error::Result;
use super::lenient::Part;
use super::report::Report;
use crate::authorization::kind;
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
        let mut settings = settings.clone();
        close_unknown(&mut settings, &client_id, import.report);
        import
            .ready
            .rules
            .import_authorization(cx, &found, &settings)?;
        import.report.map("authorization services");
    }
    Ok(())
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
