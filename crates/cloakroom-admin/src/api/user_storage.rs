//! `/admin/realms/{realm}/user-storage`: what is done with a federation provider. It is stored so far.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::component::FEDERATION;
use cloakroom_keycloak::read;
use cloakroom_model::Cx;
use cloakroom_model::component::Component;
use serde_json::json;

use super::components::found;
use super::{Answer, Names, Params, no_content};
use crate::access::Admin;
use crate::error::{AdminError, Result};

const VIEW: &[&str] = &["view-users", "manage-users"];
const MANAGE: &[&str] = &["manage-users"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let realm = "/admin/realms/{realm}";
    let one = format!("{realm}/user-storage/{{provider}}");
    cfg.route(&format!("{one}/name"), web::get().to(name));
    cfg.route(&format!("{one}/sync"), web::post().to(sync));
    cfg.route(
        &format!("{one}/mappers/{{mapper}}/sync"),
        web::post().to(sync_mapper),
    );
    for action in ["remove-imported-users", "unlink-users"] {
        cfg.route(&format!("{one}/{action}"), web::post().to(let_go));
    }
    cfg.route(&format!("{realm}/testLDAPConnection"), web::post().to(test));
    cfg.route(
        &format!("{realm}/ldap-server-capabilities"),
        web::post().to(test),
    );
}

fn provider(cx: &mut Cx<'_>, id: &str) -> Result<Component> {
    let one = found(cx, id)?;
    if one.provider_type == FEDERATION {
        return Ok(one);
    }
    Err(AdminError::error(404, "Could not find component"))
}

async fn name(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let one = admin.read(move |cx| provider(cx, &id)).await?;
    Ok(HttpResponse::Ok().json(json!({"id": one.id, "name": one.name})))
}

async fn sync(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    admin.read(move |cx| provider(cx, &id)).await?;
    match params.get("action").map(String::as_str) {
        None | Some("") => Err(AdminError::error(400, "Missing action")),
        Some("triggerFullSync" | "triggerChangedUsersSync") => {
            Err(AdminError::not_available("Synchronizing users"))
        }
        Some(other) => Err(AdminError::error(400, format!("Unknown action: {other}"))),
    }
}

async fn sync_mapper(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin
        .read(move |cx| {
            let text = |name: &str| path.get(name).map(String::as_str).unwrap_or_default();
            let provider = provider(cx, text("provider"))?;
            let mapper = found(cx, text("mapper")).ok();
            if mapper.is_none_or(|one| one.parent_id != provider.id.as_str()) {
                return Err(AdminError::error(404, "Mapper model not found"));
            }
            Ok(())
        })
        .await?;
    Err(AdminError::not_available("Synchronizing groups and roles"))
}

/// No user comes from a federation provider yet, so there is none to let go.
async fn let_go(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    admin.read(move |cx| provider(cx, &id)).await?;
    Ok(no_content())
}

async fn test(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let sent = read::map(&body)?;
    let action = read::text(&sent, "action")?.unwrap_or_default();
    if ![
        "testConnection",
        "testAuthentication",
        "queryServerCapabilities",
    ]
    .contains(&action)
    {
        return Err(AdminError::message(400, "NamingError"));
    }
    Err(AdminError::not_available("Speaking to LDAP servers"))
}
