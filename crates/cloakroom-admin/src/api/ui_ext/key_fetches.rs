//! Who fetched the realm's public keys lately.

use actix_web::HttpResponse;
use cloakroom_model::key::fetch::{self, Fetcher};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::VIEW_REALM;
use crate::access::Admin;
use crate::api::Answer;
use crate::api::events::VIEW;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/key-fetches";
    cfg.route(at, web::get().to(list));
}

/// Whoever came last first. Addresses are of people's browsers as well, so they are for who may see events.
async fn list(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(fetch::list(cx)?)).await?;
    let show = |one: &Fetcher| {
        json!({
            "address": one.address,
            "agent": one.agent,
            "firstAt": one.first_at.millis(),
            "lastAt": one.last_at.millis(),
            "count": one.count,
        })
    };
    Ok(HttpResponse::Ok().json(all.iter().map(show).collect::<Vec<Value>>()))
}
