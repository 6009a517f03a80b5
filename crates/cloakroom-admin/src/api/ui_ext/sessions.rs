//! The sessions of a realm or of one client: a page at a time, their number, and the end of all that match.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::id::ClientUuid;
use cloakroom_model::session::page::{self as sessions, Query};
use cloakroom_model::{Cx, client, session, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::sessions::show;
use crate::api::users::MANAGE;
use crate::api::{Answer, Params, page};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/sessions";
    let of_realm = |admin, params| list(admin, params, false);
    let of_client = |admin, params| list(admin, params, true);
    let all = web::resource(at)
        .route(web::get().to(of_realm))
        .route(web::delete().to(end));
    cfg.service(all);
    cfg.route(&format!("{at}/client"), web::get().to(of_client));
    cfg.route(&format!("{at}/count"), web::get().to(count));
}

/// So many sessions end in one transaction; each may have to be told to applications.
const AT_ONCE: i64 = 200;

fn query(params: &Params) -> Result<Query> {
    let offline = match params.get("type").map(String::as_str) {
        None | Some("" | "ALL") => None,
        Some("REGULAR") => Some(false),
        Some("OFFLINE") => Some(true),
        Some(_) => return Err(AdminError::error(400, "Unknown type of session")),
    };
    let (first, max) = page(params, 100)?;
    let text = |name: &str| params.get(name).filter(|text| !text.is_empty()).cloned();
    Ok(Query {
        offline,
        client: text("clientId").map(ClientUuid::new),
        search: text("search"),
        first,
        max,
    })
}

/// Refuses a client that is not there.
fn check_client(cx: &mut Cx<'_>, query: &Query) -> Result<()> {
    if let Some(id) = &query.client
        && client::find_by_id(cx, id)?.is_none()
    {
        return Err(AdminError::error(404, "Could not find client"));
    }
    Ok(())
}

fn check_view(admin: &Admin, of_client: bool) -> Result<()> {
    if of_client {
        admin.check(&["view-clients", "manage-clients"])
    } else {
        admin.check(&["view-realm", "manage-realm"])
    }
}

async fn list(admin: Admin, params: Params, of_client: bool) -> Answer {
    check_view(&admin, of_client)?;
    let mut query = query(&params)?;
    if !of_client {
        query.client = None;
    } else if query.client.is_none() {
        return Err(AdminError::error(404, "Could not find client"));
    }
    let shown = admin
        .read(move |cx| {
            check_client(cx, &query)?;
            let mut shown: Vec<Value> = Vec::new();
            for one in sessions::list(cx, &query)? {
                let Some(person) = user::find(cx, &one.user)? else {
                    continue;
                };
                let kind = if one.offline { "OFFLINE" } else { "REGULAR" };
                let mut session = show(cx, &one, &person)?;
                set(&mut session, "type", json!(kind));
                if !one.user_agent.is_empty() {
                    set(&mut session, "userAgent", json!(one.user_agent));
                }
                shown.push(session);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// How many sessions the same parameters would list or end.
async fn count(admin: Admin, params: Params) -> Answer {
    let query = query(&params)?;
    check_view(&admin, query.client.is_some())?;
    let count = admin
        .read(move |cx| {
            check_client(cx, &query)?;
            Ok(sessions::count_matching(cx, &query)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"count": count})))
}

/// Ends the sessions that match: at most two hundred, and says how many are left.
async fn end(admin: Admin, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let mut query = query(&params)?;
    check_view(&admin, query.client.is_some())?;
    (query.first, query.max) = (0, AT_ONCE);
    let actor = admin.actor.clone();
    let ended = admin
        .write(move |cx| {
            check_client(cx, &query)?;
            let mut ended = 0;
            for one in sessions::list(cx, &query)? {
                if session::remove(cx, &one.id, one.offline)? {
                    ended += 1;
                    let path = format!("sessions/{}", one.id);
                    audit::record(cx, &actor, audit::DELETE, "USER_SESSION", path)?;
                }
            }
            let left = sessions::count_matching(cx, &query)?;
            Ok(json!({"ended": ended, "left": left}))
        })
        .await?;
    Ok(HttpResponse::Ok().json(ended))
}
