//! Adds to a realm that came in what every realm has and the file had not.

use std::collections::BTreeSet;

use cloakroom_model::id::RoleId;
use cloakroom_model::{Cx, Result, client, role, scope};

use super::{MASTER, clients, roles, scopes};
use crate::import::{Import, KnownClient};

/// Adds clients, roles and the scope `offline_access` where they are missing, as Keycloak does at an
/// import, and remembers them for those that refer to them.
pub(crate) fn complete(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let default_role = import.known.default_role.clone();
    let added = roles::ensure_of_realm(cx)?;
    for (name, id) in &added {
        import.known.add_role(None, name, id.clone());
        if ["offline_access", "uma_authorization"].contains(name) {
            role::add_composite(cx, &default_role, id)?;
            if import.sent.object.contains_key("roles") {
                let how = "the file has no such role; every realm needs it, and whoever has the default role has it now, as \
                           after an import by Keycloak";
                import.report.approximate("roles.realm[]", name, how);
            }
        }
    }
    offline_access(cx, import)?;
    let made = import.known.made_scopes();
    let present: BTreeSet<String> = import.known.clients.keys().cloned().collect();
    clients::insert_missing(cx, &made, &default_role, &present)?;
    if cx.realm.name != MASTER {
        match client::find_id(cx, "realm-management")? {
            None => clients::insert_management(cx, &made)?,
            Some(id) => {
                let added = roles::ensure_management(cx, &id)?;
                roles::ensure_realm_admin(cx, &id, &added)?;
            }
        }
    }
    for client_id in CLIENTS {
        remember(cx, import, client_id)?;
    }
    Ok(())
}

/// The clients that every realm has; `master` manages itself otherwise than by `realm-management`.
pub(crate) const CLIENTS: [&str; 6] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "realm-management",
    "security-admin-console",
];

/// The scope that lets a client have offline sessions, where the file has none.
fn offline_access(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    const NAME: &str = "offline_access";
    let role: Option<RoleId> = import.known.role(None, NAME).cloned();
    let is_new = !import.known.scopes.contains_key(NAME);
    if is_new && let Some(made) = scopes::insert_named(cx, NAME)? {
        import.known.add_made_scope(&made);
        let id = made.id.clone();
        let clients = import.known.clients.values();
        let openid = clients.filter(|client| client.protocol == "openid-connect");
        for client in openid.cloned().collect::<Vec<_>>() {
            scope::link(cx, client.id.as_str(), &id, false)?;
        }
        let how = "the file has no such client scope, and every realm needs it";
        import.report.approximate("clientScopes[]", NAME, how);
    }
    // A file that brings the scope says in its scope mappings which roles it has.
    let is_ours = is_new || !import.sent.object.contains_key("clientScopes");
    if let (true, Some(role), Some(scope)) = (is_ours, role, import.known.scopes.get(NAME)) {
        role::add_scope_mapping(cx, scope.id.as_str(), &role)?;
    }
    Ok(())
}

/// A client that was added, with its roles.
fn remember(cx: &mut Cx<'_>, import: &mut Import<'_>, client_id: &str) -> Result<()> {
    let Some(id) = client::find_id(cx, client_id)? else {
        return Ok(());
    };
    for role in role::list(cx, id.as_str(), None, 0, i64::from(i32::MAX))? {
        import.known.add_role(Some(client_id), &role.name, role.id);
    }
    let known = KnownClient {
        id,
        protocol: "openid-connect".to_owned(),
        service_account: false,
    };
    import
        .known
        .clients
        .entry(client_id.to_owned())
        .or_insert(known);
    Ok(())
}
