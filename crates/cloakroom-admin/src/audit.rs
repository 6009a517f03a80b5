//! Records what an administrator did, where the realm wants to know.

use cloakroom_model::event::{self, AdminEvent};
use cloakroom_model::{Cx, Result};
use serde_json::json;

use crate::access::Actor;

/// Keycloak's names of the operations.
pub(crate) const CREATE: &str = "CREATE";
pub(crate) const UPDATE: &str = "UPDATE";
pub(crate) const DELETE: &str = "DELETE";
pub(crate) const ACTION: &str = "ACTION";

/// Writes an administrator's event. What was sent is not kept: it may hold a password.
pub(crate) fn record(
    cx: &mut Cx<'_>,
    actor: &Actor,
    operation: &'static str,
    resource_type: &'static str,
    path: impl Into<String>,
) -> Result<()> {
    if !cx.realm.settings.admin_events_enabled {
        return Ok(());
    }
    let event = AdminEvent {
        operation,
        resource_type,
        resource_path: path.into(),
        auth: json!({
            "realmId": actor.realm,
            "clientId": actor.client,
            "userId": actor.user,
            "ipAddress": actor.ip,
        }),
        representation: None,
    };
    event::record_admin(cx, &event)
}
