//! `/admin/realms/{realm}/components` and `/keys`: configured providers, keys among them.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use cloakroom_keycloak::component as shape;
use cloakroom_model::component;
use cloakroom_model::id::ComponentId;
use serde_json::Value;

use super::{Answer, Params};
use crate::access::Admin;
use crate::error::AdminError;

const VIEW: &[&str] = &["view-realm", "manage-realm"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/components", web::get().to(list));
    cfg.route(
        "/admin/realms/{realm}/components/{component}",
        web::get().to(find_one),
    );
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let kind = params.get("type").cloned();
    let all = admin
        .read(move |cx| Ok(component::list(cx, kind.as_deref())?))
        .await?;
    let name = params.get("name");
    let wanted = all
        .iter()
        .filter(|one| name.is_none() || one.name.as_ref() == name);
    let shown: Vec<Value> = wanted.map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = ComponentId::new(path.into_inner().1);
    let found = admin.read(move |cx| Ok(component::find(cx, &id)?)).await?;
    let found = found.ok_or_else(|| AdminError::error(404, "Could not find component"))?;
    Ok(HttpResponse::Ok().json(shape::show(&found)))
}
