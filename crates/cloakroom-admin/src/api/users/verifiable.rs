//! `/admin/realms/{realm}/users/{user}/vc`: verifiable credentials of a person. The feature is off, as it is in Keycloak unless
//! somebody switches it on, and these calls say so as it does.

use cloakroom_keycloak::read;
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use super::super::{Answer, Names};
use super::{MANAGE, VIEW, found_by};
use crate::access::Admin;
use crate::error::AdminError;

/// All members that a credential's representation has.
const FIELDS: &[&str] = &[
    "credentialScopeName",
    "credentialConfigurationId",
    "revision",
    "createdDate",
    "updatedDate",
    "userAttributes",
];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/users/{user}/vc";
    cfg.service(
        web::resource(format!("{base}/credentials"))
            .route(web::get().to(look))
            .route(web::post().to(create)),
    );
    cfg.route(
        &format!("{base}/credentials/send-credential-offer"),
        web::put().to(change),
    );
    cfg.service(
        web::resource(format!("{base}/credentials/{{credential}}"))
            .route(web::put().to(change))
            .route(web::delete().to(change)),
    );
    cfg.route(&format!("{base}/issued-credentials"), web::get().to(look));
    cfg.route(
        &format!("{base}/issued-credentials/{{credential}}"),
        web::delete().to(change),
    );
}

async fn look(admin: Admin, path: Names) -> Answer {
    refuse(admin, path, (VIEW, "view")).await
}

async fn change(admin: Admin, path: Names) -> Answer {
    refuse(admin, path, (MANAGE, "manage")).await
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check_sway(MANAGE)?;
    read::object(&body, "UserVerifiableCredentialRepresentation", FIELDS)?;
    change(admin, path).await
}

/// Whoever may not see the person is told that first.
async fn refuse(
    admin: Admin,
    path: Names,
    (rights, scope): (&'static [&'static str], &'static str),
) -> Answer {
    let sway = admin.check_sway(rights)?;
    admin
        .read(move |cx| found_by(cx, path.part("user"), &sway, scope).map(drop))
        .await?;
    Err(AdminError::message(400, "Feature oid4vc-vci not enabled"))
}
