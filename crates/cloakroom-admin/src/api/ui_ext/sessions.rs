//! The sessions of a realm or of one client, a page at a time.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use cloakroom_keycloak::read::set;
use cloakroom_model::id::ClientUuid;
use cloakroom_model::session::page::{self as sessions, Query};
use cloakroom_model::{client, user};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::sessions::show;
use crate::api::{Answer, Params, page};
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/sessions";
    let of_realm = |admin, params| list(admin, params, false);
    let of_client = |admin, params| list(admin, params, true);
    cfg.route(at, web::get().to(of_realm));
    cfg.route(&format!("{at}/client"), web::get().to(of_client));
}

async fn list(admin: Admin, params: Params, of_client: bool) -> Answer {
    if of_client {
        admin.check(&["view-clients", "manage-clients"])?;
    } else {
        admin.check(&["view-realm", "manage-realm"])?;
    }
    let offline = match params.get("type").map(String::as_str) {
        None | Some("" | "ALL") => None,
        Some("REGULAR") => Some(false),
        Some("OFFLINE") => Some(true),
        Some(_) => return Err(AdminError::error(400, "Unknown type of session")),
    };
    let (first, max) = page(&params, 100)?;
    let wanted = params.get("clientId").cloned();
    let search = params
        .get("search")
        .filter(|text| !text.is_empty())
        .cloned();
    let shown = admin
        .read(move |cx| {
            let client = match (&wanted, of_client) {
                (Some(id), true) => {
                    let found = client::find_by_id(cx, &ClientUuid::new(id.clone()))?;
                    let none = || AdminError::error(404, "Could not find client");
                    Some(found.ok_or_else(none)?.id.clone())
                }
                (None, true) => return Err(AdminError::error(404, "Could not find client")),
                _ => None,
            };
            let query = Query {
                offline,
                client,
                search: search.clone(),
                first,
                max,
            };
            let mut shown: Vec<Value> = Vec::new();
            for one in sessions::list(cx, &query)? {
                let Some(person) = user::find(cx, &one.user)? else {
                    continue;
                };
                let kind = if one.offline { "OFFLINE" } else { "REGULAR" };
                let mut session = show(cx, &one, &person)?;
                set(&mut session, "type", json!(kind));
                shown.push(session);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
