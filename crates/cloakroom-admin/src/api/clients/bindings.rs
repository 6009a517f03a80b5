//! Which flows a client may be bound to.

use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::client::Client;
use cloakroom_model::{Cx, flow};

use crate::error::{AdminError, Result};

/// Refuses to bind a client to a flow that is not there, by which nobody could sign in, or to one that is a part of another or
/// not for people, which asks for less than a whole one. What a client is bound to already stays.
///
/// Keycloak answers the first with an error of its own (500), in the same words, and takes the second.
pub(super) fn check(cx: &mut Cx<'_>, before: Option<&Client>, sent: &Object) -> Result<()> {
    let bound = read::texts(sent, "authenticationFlowBindingOverrides")?.unwrap_or_default();
    let bound = bound.into_iter();
    let set = bound.filter_map(|(to, id)| Some((to, id.filter(|id| !id.trim().is_empty())?)));
    let mut set = set.peekable();
    if set.peek().is_none() {
        return Ok(());
    }
    let all = flow::list(cx)?;
    for (to, id) in set {
        let Some(flow) = all.iter().find(|flow| flow.id.as_str() == id) else {
            let why = format!("Unable to resolve auth flow binding override for: {to}");
            return Err(AdminError::message(400, why));
        };
        if !flow.is_for_people() && !is_bound(before, &to, &id) {
            let why = format!(
                "The flow {} cannot be bound for {to}: it is a part of another, or not of the kind basic-flow",
                flow.alias
            );
            return Err(AdminError::message(400, why));
        }
    }
    Ok(())
}

fn is_bound(client: Option<&Client>, to: &str, id: &str) -> bool {
    let settings = client.map(|client| &client.settings.rest);
    let all = settings.and_then(|settings| settings.get("authenticationFlowBindingOverrides"));
    let bound = all.and_then(|all| all.get(to)?.as_str());
    bound == Some(id)
}
