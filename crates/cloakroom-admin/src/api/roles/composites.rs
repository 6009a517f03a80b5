//! What a role is composed of.

use actix_web::HttpResponse;
use cloakroom_keycloak::{read, role as shape};
use cloakroom_model::Cx;
use cloakroom_model::id::RoleId;
use cloakroom_model::role::{self, Role};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

use super::super::{ALL, Answer, Names, Params, clients, no_content, page};
use super::{check, check_composed, check_kind, found, kind, place};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig, role: &str) {
    let base = format!("{role}/composites");
    let all = web::resource(&base)
        .route(web::get().to(list))
        .route(web::post().to(|admin, path, body| change(admin, path, body, true)))
        .route(web::delete().to(|admin, path, body| change(admin, path, body, false)));
    cfg.service(all);
    cfg.route(&format!("{base}/realm"), web::get().to(of_realm));
    cfg.route(&format!("{base}/clients/{{target}}"), web::get().to(list));
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    show(admin, path, params, false).await
}

async fn of_realm(admin: Admin, path: Names, params: Params) -> Answer {
    show(admin, path, params, true).await
}

/// The roles inside one: all, or those of a container.
async fn show(admin: Admin, path: Names, params: Params, of_realm: bool) -> Answer {
    let may = check(&admin, &path, false)?;
    let (first, max) = page(&params, ALL)?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let body = admin
        .read(move |cx| {
            let role = found(cx, &path, &may)?;
            let container = match path.get("target") {
                Some(id) => Some(clients::found(cx, id)?.id.as_str().to_owned()),
                None => of_realm.then(|| cx.realm.id.as_str().to_owned()),
            };
            let mut inside = role::composites(cx, &role.id)?;
            if let Some(container) = container {
                inside.retain(|role| role.container_id == container);
            }
            if let Some(part) = &search {
                inside.retain(|role| role.name.to_lowercase().contains(part));
            }
            let graph = role::graph(cx)?;
            let show = |role: &Role| shape::show_briefly(role, graph.is_composite(&role.id));
            let (first, max) = (usize::try_from(first), usize::try_from(max));
            let wanted = inside.iter().skip(first.unwrap_or(0));
            let wanted = wanted.take(max.unwrap_or(usize::MAX));
            Ok(wanted.map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn change(admin: Admin, path: Names, body: Bytes, add: bool) -> Answer {
    let may = check(&admin, &path, true)?;
    let sent = read::list(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let role = found(cx, &path, &may)?;
            check_kind(cx, &role)?;
            for child in named(cx, &sent, &grants)? {
                if add {
                    role::add_composite(cx, &role.id, &child.id)?;
                } else {
                    role::remove_composite(cx, &role.id, &child.id)?;
                }
            }
            let operation = if add { audit::CREATE } else { audit::DELETE };
            let path = format!("{}/composites", place(&path, &role));
            audit::record(cx, &actor, operation, kind(&role), path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The roles that were sent, of whatever container; what the caller may not hand on is refused.
fn named(cx: &mut Cx<'_>, sent: &[read::Object], grants: &Grants) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for one in sent {
        let id = read::text(one, "id")?.unwrap_or_default();
        let role = role::find(cx, &RoleId::new(id))?;
        let role = role.ok_or_else(|| AdminError::error(404, "Could not find composite role"))?;
        grants.check(cx, &role.id)?;
        check_composed(cx, &role.id, grants)?;
        roles.push(role);
    }
    Ok(roles)
}
