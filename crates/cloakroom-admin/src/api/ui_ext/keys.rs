//! When each key of the realm began to sign, only to verify, or to be used for nothing.

use actix_web::HttpResponse;
use cloakroom_model::key::step;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::VIEW_REALM;
use crate::access::Admin;
use crate::api::Answer;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/key-steps";
    cfg.route(at, web::get().to(steps));
}

/// The steps in the order of time; keys from before they were written down have none.
async fn steps(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    let all = admin.read(|cx| Ok(step::list(cx)?)).await?;
    let show = |one: &step::Step| {
        json!({
            "providerId": one.component,
            "status": one.status,
            "beganAt": one.began_at.millis(),
        })
    };
    Ok(HttpResponse::Ok().json(all.iter().map(show).collect::<Vec<Value>>()))
}
