//! Records what an administrator did, where the realm wants to know.

use cloakroom_model::event::admin::{self, AdminEvent, Auth};
use cloakroom_model::{Cx, Result};

use crate::access::Actor;
use crate::sent::masked;

/// Keycloak's names of the operations.
pub(crate) const CREATE: &str = "CREATE";
pub(crate) const UPDATE: &str = "UPDATE";
pub(crate) const DELETE: &str = "DELETE";
pub(crate) const ACTION: &str = "ACTION";

/// Writes an administrator's event, with what was sent where the realm keeps that.
pub(crate) fn record(
    cx: &mut Cx<'_>,
    actor: &Actor,
    operation: &'static str,
    resource_type: &'static str,
    path: impl Into<String>,
) -> Result<()> {
    let path = path.into();
    // A password is all that is sent to these addresses.
    let is_secret = path.ends_with("/reset-password") || path.contains("/credentials/");
    let sent = actor.sent.as_ref().filter(|_| !is_secret);
    let id = match (operation, resource_type) {
        (CREATE, "CLIENT" | "CLIENT_SCOPE" | "GROUP" | "COMPONENT" | "PROTOCOL_MAPPER") => {
            path.rsplit('/').next()
        }
        _ => None,
    };
    let added: Vec<(&str, &str)> = id.into_iter().map(|id| ("id", id)).collect();
    let representation = sent.and_then(|sent| masked(&sent.0, &added));
    record_with(cx, actor, (operation, resource_type), &path, representation)
}

/// Writes that a role was made: its address has its name, so its id is told as well.
pub(crate) fn record_made(
    cx: &mut Cx<'_>,
    actor: &Actor,
    resource_type: &'static str,
    path: &str,
    id: &str,
) -> Result<()> {
    let sent = actor.sent.as_ref();
    let kept = sent.and_then(|sent| masked(&sent.0, &[("id", id)]));
    // A role that is new has no others inside it.
    let kept = kept.map(|kept| {
        let whole = kept
            .strip_suffix('}')
            .filter(|_| !kept.contains("\"composite\""));
        whole.map_or_else(
            || kept.clone(),
            |open| format!("{open},\"composite\":false}}"),
        )
    });
    record_with(cx, actor, (CREATE, resource_type), path, kept)
}

/// Writes an administrator's event with a representation of its own, which holds no secret.
pub(crate) fn record_with(
    cx: &mut Cx<'_>,
    actor: &Actor,
    (operation, resource_type): (&'static str, &'static str),
    path: &str,
    representation: Option<String>,
) -> Result<()> {
    let settings = &cx.realm.settings;
    if !settings.admin_events_enabled {
        return Ok(());
    }
    let keeps_details = settings.admin_events_details_enabled;
    let event = AdminEvent {
        operation: operation.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_path: path.to_owned(),
        auth: Auth {
            realm_id: actor.realm.as_str().to_owned(),
            client_id: actor.client.clone(),
            user_id: actor.user.as_str().to_owned(),
            ip_address: actor.ip.clone(),
        },
        representation: representation.filter(|_| keeps_details),
    };
    admin::record(cx, &event)
}
