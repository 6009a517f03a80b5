//! Flows that clients have of their own, in place of the realm's.

use cloakroom_model::client::{self, Draft};
use cloakroom_model::{Cx, flow};
use serde_json::Value;

use super::Import;
use super::error::Result;
use super::lenient::Part;
use crate::read::Object;

/// The member by which a client has flows of its own.
const BOUND: &str = "authenticationFlowBindingOverrides";

/// What is wrong with a flow that a client is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is not there.
    Gone,
    /// It is a part of another, or not for people.
    NotForPeople,
}

/// For what a client of the file is bound to a flow by which nobody is to sign in. The realm's flows are read once, where the
/// first client is bound to one.
pub(super) fn unbound(
    cx: &mut Cx<'_>,
    object: &Object,
    there: &mut Option<Vec<flow::Flow>>,
) -> Result<Vec<(String, Wrong)>> {
    let client_id = Part::new(object, "clients[]", "").name("clientId")?;
    let part = Part::new(object, "clients[]", &client_id);
    let mut found = Vec::new();
    let bound = part.text_map(BOUND)?;
    for (to, id) in bound.into_iter().filter(|(_, id)| !id.trim().is_empty()) {
        let there = match &mut *there {
            Some(there) => there,
            none => none.insert(flow::list(cx)?),
        };
        match there.iter().find(|flow| flow.id.as_str() == id) {
            None => found.push((to, Wrong::Gone)),
            Some(flow) if !flow.is_for_people() => found.push((to, Wrong::NotForPeople)),
            Some(_) => {}
        }
    }
    Ok(found)
}

/// Names the clients whose flows are not there, because such a flow lets nobody in, and leaves off what is no whole flow
/// for people, because it asks for less than one.
pub(super) fn report_unbound(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let mut there = None;
    let sent = import.sent;
    for object in sent.objects("clients")? {
        let client_id = Part::new(object, "clients[]", "").name("clientId")?;
        let place = format!("clients[].{BOUND}");
        for (to, wrong) in unbound(cx, object, &mut there)? {
            if wrong == Wrong::NotForPeople {
                unbind(cx, &client_id, &to)?;
                let why = format!(
                    "the flow that it is bound to for {to} is a part of another, or not of the kind basic-flow"
                );
                import.report.drop(&place, &client_id, &why);
                continue;
            }
            let how = format!(
                "kept, but the realm has no flow of the id that it is bound to for {to}, so nobody signs in to it"
            );
            import.report.approximate(&place, &client_id, how);
        }
    }
    Ok(())
}

/// Takes off what a client is bound to.
pub(super) fn unbind(cx: &mut Cx<'_>, client_id: &str, to: &str) -> Result<()> {
    let id = client::find_id(cx, client_id)?;
    let found = match id {
        Some(id) => client::load(cx, &id)?,
        None => None,
    };
    let Some(mut found) = found else {
        return Ok(());
    };
    let bound = found.settings.rest.get_mut(BOUND);
    if let Some(Value::Object(bound)) = bound {
        bound.remove(to);
    }
    let secret = client::reveal_secret(cx, &found)?;
    let draft = Draft {
        id: found.id,
        client_id: found.client_id,
        enabled: found.enabled,
        settings: found.settings,
        secret,
    };
    client::update(cx, &draft)?;
    Ok(())
}
