//! Authorization services of a client: what it protects, and who may do what with it.

pub mod decision;
pub mod delegation;
mod policy;
pub mod request;
mod resource;
mod scope;
mod services;
mod ticket;
pub mod uri;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::ClientUuid;
use crate::schema::resource_servers;
use crate::sql::Unless;

pub use policy::{
    Details as PolicyDetails, Policy, UMA, insert_policy, list_policies, remove_policy,
    update_policy,
};
pub use resource::{
    Details as ResourceDetails, Resource, insert_resource, list_resources, remove_resource,
    server_of, update_resource,
};
pub use scope::{Scope, insert_scope, list_scopes, remove_scope, update_scope};
pub use services::{Authorization, is_on, is_on_in};
pub use ticket::{
    Ticket, TicketFilter, decide_ticket, find_ticket, insert_ticket, list_tickets, remove_ticket,
    remove_tickets_of,
};

/// The settings of a client's authorization services, in Keycloak's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Server {
    /// The client may manage its resources itself.
    pub allow_remote_resource_management: bool,
    /// `ENFORCING`, `PERMISSIVE` or `DISABLED`.
    pub policy_enforcement_mode: String,
    /// `UNANIMOUS`, `AFFIRMATIVE` or `CONSENSUS`.
    pub decision_strategy: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            allow_remote_resource_management: true,
            policy_enforcement_mode: "ENFORCING".to_owned(),
            decision_strategy: "UNANIMOUS".to_owned(),
        }
    }
}

/// The settings of a client's authorization services; what nobody set is as Keycloak has it.
pub fn find_server(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Server> {
    let text = resource_servers::table
        .filter(resource_servers::realm_id.eq(&cx.realm.id))
        .filter(resource_servers::client_uuid.eq(client))
        .select(resource_servers::settings)
        .get_result::<String>(cx.db.conn()?)
        .optional()?;
    match text {
        Some(text) => Ok(serde_json::from_str(&text)?),
        None => Ok(Server::default()),
    }
}

/// Stores the settings of a client's authorization services.
pub fn set_server(cx: &mut Cx<'_>, client: &ClientUuid, server: &Server) -> Result<()> {
    let text = serde_json::to_string(server)?;
    let insert = diesel::insert_into(resource_servers::table).values((
        resource_servers::client_uuid.eq(client),
        resource_servers::realm_id.eq(&cx.realm.id),
        resource_servers::settings.eq(&text),
    ));
    if Unless(insert, "").execute(cx.db.conn()?)? == 0 {
        let mine = resource_servers::table
            .filter(resource_servers::realm_id.eq(&cx.realm.id))
            .filter(resource_servers::client_uuid.eq(client));
        diesel::update(mine)
            .set(resource_servers::settings.eq(&text))
            .execute(cx.db.conn()?)?;
    }
    cx.settings_changed();
    Ok(())
}

/// Forgets everything about a client's authorization services.
pub fn remove_server(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<()> {
    for policy in list_policies(cx, client)? {
        remove_policy(cx, client, &policy.id)?;
    }
    for resource in list_resources(cx, client)? {
        remove_resource(cx, client, &resource.id)?;
    }
    for scope in list_scopes(cx, client)? {
        remove_scope(cx, client, &scope.id)?;
    }
    let mine = resource_servers::table
        .filter(resource_servers::realm_id.eq(&cx.realm.id))
        .filter(resource_servers::client_uuid.eq(client));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(())
}
