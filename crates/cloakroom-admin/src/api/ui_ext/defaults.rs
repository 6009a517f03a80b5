//! The settings that a new realm has, against which the console says where a setting comes from.

use actix_web::HttpResponse;
use cloakroom_keycloak::blueprint::{MASTER, settings};
use cloakroom_web::web::{self, ServiceConfig};

use super::VIEW_REALM;
use crate::access::Admin;
use crate::api::Answer;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/defaults";
    cfg.route(at, web::get().to(show));
}

async fn show(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    let usual = match admin.realm.name == MASTER {
        true => settings::master()?,
        false => settings::defaults()?,
    };
    Ok(HttpResponse::Ok().json(usual))
}
