//! `/admin/serverinfo`: what clients look at to learn which Keycloak they speak to.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::json;

use super::Answer;
use crate::access::Admin;

/// The Keycloak whose admin API this is.
const SPEAKS: &str = "26.8.1";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/serverinfo", web::get().to(show));
}

async fn show(admin: Admin) -> Answer {
    admin.check_any()?;
    let policies: Vec<_> = cloakroom_login::policy::list_rules()
        .map(|id| json!({"id": id}))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "systemInfo": {"version": SPEAKS},
        "profileInfo": {"name": "default", "disabledFeatures": [], "previewFeatures": [],
            "experimentalFeatures": []},
        "features": [],
        "themes": {},
        "providers": {},
        "componentTypes": {},
        "protocolMapperTypes": {},
        "builtinProtocolMappers": {},
        "passwordPolicies": policies,
        "enums": {},
    })))
}
