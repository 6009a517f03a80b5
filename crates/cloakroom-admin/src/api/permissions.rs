//! The old switches of fine-grained permissions: Keycloak keeps them for a feature that is off.

use actix_web::web::{self, ServiceConfig};

use super::Answer;
use crate::access::Admin;
use crate::error::AdminError;

/// What could have permissions of its own, and who may look at it.
const OWNERS: &[(&str, &[&str])] = &[
    (
        "clients/{client}/management/permissions",
        &["view-clients", "manage-clients"],
    ),
    (
        "groups/{group}/management/permissions",
        &["view-users", "manage-users"],
    ),
    (
        "roles-by-id/{role}/management/permissions",
        &["view-realm", "manage-realm"],
    ),
    (
        "roles/{role}/management/permissions",
        &["view-realm", "manage-realm"],
    ),
    (
        "clients/{client}/roles/{role}/management/permissions",
        &["view-clients", "manage-clients"],
    ),
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for (path, rights) in OWNERS {
        let all = web::resource(format!("/admin/realms/{{realm}}/{path}"))
            .route(web::get().to(move |admin| refuse(admin, rights)))
            .route(web::put().to(move |admin| refuse(admin, rights)));
        cfg.service(all);
    }
}

async fn refuse(admin: Admin, rights: &'static [&'static str]) -> Answer {
    admin.check(rights)?;
    Err(AdminError::feature_off())
}
