//! The old switches of fine-grained permissions: Keycloak keeps them for a feature that is off.

use cloakroom_keycloak::read;
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use super::{Answer, Names, clients, groups};
use crate::access::Admin;
use crate::error::AdminError;

/// What could have permissions of its own.
const OWNERS: &[&str] = &[
    "clients/{client}",
    "groups/{group}",
    "roles-by-id/{role}",
    "roles/{role}",
    "clients/{client}/roles/{role}",
    "identity-provider/instances/{alias}",
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for owner in OWNERS {
        let path = format!("/admin/realms/{{realm}}/{owner}/management/permissions");
        let all = web::resource(path)
            .route(web::get().to(refuse))
            .route(web::put().to(refuse_change));
        cfg.service(all);
    }
    for (path, representation, fields) in SWITCHES {
        let change = move |admin, body| refuse_switch(admin, body, representation, fields);
        let switch = web::resource(format!("/admin/realms/{{realm}}/{path}"))
            .route(web::get().to(feature_off))
            .route(web::put().to(change));
        cfg.service(switch);
    }
}

/// What belongs to the realm as a whole and is off, with the representation that it takes.
const SWITCHES: [(&str, &str, &[&str]); 2] = [
    (
        "users-management-permissions",
        "ManagementPermissionReference",
        FIELDS,
    ),
    (
        "client-types",
        "ClientTypesRepresentation",
        &["client-types", "global-client-types"],
    ),
];

/// All members that the switch of something's permissions has.
const FIELDS: &[&str] = &["enabled", "resource", "scopePermissions"];

/// Keycloak says that a feature is off before it looks at anybody's rights.
async fn feature_off(_: Admin) -> Answer {
    Err(AdminError::feature_off())
}

async fn refuse_switch(
    admin: Admin,
    body: Bytes,
    representation: &'static str,
    fields: &'static [&'static str],
) -> Answer {
    read::object(&body, representation, fields)?;
    feature_off(admin).await
}

async fn refuse_change(admin: Admin, path: Names, body: Bytes) -> Answer {
    read::object(&body, "ManagementPermissionReference", FIELDS)?;
    refuse(admin, path).await
}

/// Keycloak looks for the client or the group first, and for nobody's rights but with identity providers.
async fn refuse(admin: Admin, path: Names) -> Answer {
    if path.contains_key("alias") {
        admin.check(&["view-identity-providers", "manage-identity-providers"])?;
    }
    admin
        .read(move |cx| {
            if let Some(id) = path.get("client") {
                clients::found(cx, id)?;
            }
            if let Some(id) = path.get("group") {
                groups::found(cx, id)?;
            }
            Ok(())
        })
        .await?;
    Err(AdminError::feature_off())
}
