//! Roles of any container taken from somebody in one call, and what a role is composed of.

use actix_web::HttpResponse;
use cloakroom_keycloak::read;
use cloakroom_model::Cx;
use cloakroom_model::id::RoleId;
use cloakroom_model::role::{self, Role};
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use crate::access::{Actor, Admin, Grants};
use crate::api::role_mappings::{self, Holder};
use crate::api::{Answer, Names, clients, no_content, users};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext";
    cfg.route(
        &format!("{at}/role-mappings/roles/{{id}}"),
        web::get().to(inside),
    );
    cfg.route(
        &format!("{at}/role-mapping-delete/{{type}}/{{id}}"),
        web::post().to(remove),
    );
}

/// The roles inside a role, by the realm and by client.
async fn inside(admin: Admin, path: Names) -> Answer {
    admin.check(&[
        "view-realm",
        "manage-realm",
        "view-clients",
        "manage-clients",
    ])?;
    let shown = admin
        .read(move |cx| {
            let role = found(cx, path.part("id"))?;
            let inside = role::composites(cx, &role.id)?;
            role_mappings::mappings(cx, &inside)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn found(cx: &mut Cx<'_>, id: &str) -> Result<Role> {
    let found = role::find(cx, &RoleId::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find role"))
}

/// What the roles are taken from.
enum From {
    Holder(Holder),
    Role(Role),
}

impl From {
    /// The one that the address names; `None` if it names no kind that has roles.
    fn of(cx: &mut Cx<'_>, path: &Names) -> Result<Option<Self>> {
        let (kind, id) = (path.part("type"), path.part("id"));
        if kind == "roles" {
            return Ok(Some(Self::Role(found(cx, id)?)));
        }
        Ok(Holder::of_kind(cx, kind, id)?.map(Self::Holder))
    }

    fn take(&self, cx: &mut Cx<'_>, role: &Role, grants: &Grants) -> Result<()> {
        match self {
            Self::Holder(holder) => holder.change(cx, &role.id, false, grants),
            Self::Role(parent) => {
                grants.check(cx, &role.id)?;
                Ok(role::remove_composite(cx, &parent.id, &role.id)?)
            }
        }
    }

    fn record(&self, cx: &mut Cx<'_>, actor: &Actor, role: &Role) -> Result<()> {
        let (kind, place) = match self {
            Self::Holder(holder) => (holder.resource_type(role.client_role), holder.place()),
            Self::Role(parent) if parent.client_role => ("CLIENT_ROLE", composites(parent)),
            Self::Role(parent) => ("REALM_ROLE", composites(parent)),
        };
        let place = match self {
            Self::Role(_) => place,
            Self::Holder(_) if role.client_role => format!("{place}/clients/{}", role.container_id),
            Self::Holder(_) => format!("{place}/realm"),
        };
        Ok(audit::record(cx, actor, audit::DELETE, kind, place)?)
    }
}

fn composites(role: &Role) -> String {
    format!("roles-by-id/{}/composites", role.id)
}

async fn remove(admin: Admin, path: Names, body: Bytes) -> Answer {
    match path.part("type") {
        "users" | "groups" => admin.check(users::MANAGE)?,
        "clients" | "clientScopes" => admin.check(clients::MANAGE)?,
        "roles" => admin.check(&["manage-realm", "manage-clients"])?,
        _ => return Err(AdminError::not_found()),
    }
    let (may_realm, may_clients) = (admin.may(&["manage-realm"]), admin.may(clients::MANAGE));
    let sent = read::list(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let from = From::of(cx, &path)?.ok_or_else(AdminError::not_found)?;
            if let From::Role(parent) = &from {
                let may = if parent.client_role {
                    may_clients
                } else {
                    may_realm
                };
                may.then_some(()).ok_or_else(AdminError::forbidden)?;
            }
            for one in &sent {
                let id = read::text(one, "roleId")?.unwrap_or_default();
                // What is gone already is not there any more, as was asked for.
                let Some(role) = role::find(cx, &RoleId::new(id))? else {
                    continue;
                };
                from.take(cx, &role, &grants).map_err(AdminError::undoing)?;
                from.record(cx, &actor, &role)?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}
