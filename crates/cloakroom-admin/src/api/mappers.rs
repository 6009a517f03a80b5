//! Protocol mappers of clients and of client scopes.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Bytes, ServiceConfig};
use cloakroom_keycloak::{mapper as shape, read};
use cloakroom_model::id::{MapperId, ScopeId};
use cloakroom_model::mapper::{self, Mapper};
use cloakroom_model::{Cx, Fault};
use serde_json::Value;

use super::clients::found as client_found;
use super::{Answer, Names, no_content};
use crate::access::{Admin, encode};
use crate::error::{AdminError, Result};

const MANAGE: &[&str] = &["manage-clients"];
const VIEW: &[&str] = &["view-clients", "manage-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for owner in ["clients/{client}", "client-scopes/{scope}"] {
        let base = format!("/admin/realms/{{realm}}/{owner}/protocol-mappers");
        let all = web::resource(format!("{base}/models"))
            .route(web::get().to(list))
            .route(web::post().to(create));
        let one = web::resource(format!("{base}/models/{{mapper}}"))
            .route(web::get().to(find_one))
            .route(web::put().to(update))
            .route(web::delete().to(remove));
        cfg.service(all).service(one);
        cfg.route(&format!("{base}/add-models"), web::post().to(create_all));
        cfg.route(
            &format!("{base}/protocol/{{protocol}}"),
            web::get().to(list),
        );
    }
}

/// The client or the client scope that the path names.
fn owner(cx: &mut Cx<'_>, path: &Names) -> Result<String> {
    if let Some(id) = path.get("client") {
        return Ok(client_found(cx, id)?.id.as_str().to_owned());
    }
    let id = ScopeId::new(path.get("scope").cloned().unwrap_or_default());
    match cx.realm.scope(&id) {
        Some(scope) => Ok(scope.id.as_str().to_owned()),
        None => Err(AdminError::error(404, "Could not find client scope")),
    }
}

fn found(cx: &mut Cx<'_>, path: &Names) -> Result<Mapper> {
    let owner = owner(cx, path)?;
    let id = path.get("mapper").map(String::as_str).unwrap_or_default();
    let all = mapper::list_of_owner(cx, &owner)?;
    let found = all.into_iter().find(|one| one.id.as_str() == id);
    found.ok_or_else(|| AdminError::error(404, "Model not found"))
}

async fn list(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| {
            let owner = owner(cx, &path)?;
            let protocol = path.get("protocol");
            let all = mapper::list_of_owner(cx, &owner)?;
            let wanted = |one: &&Mapper| protocol.is_none_or(|protocol| &one.protocol == protocol);
            Ok(all
                .iter()
                .filter(wanted)
                .map(shape::show)
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn insert(cx: &mut Cx<'_>, owner: &str, sent: &read::Object) -> Result<MapperId> {
    let given = read::text(sent, "id")?.map(str::to_owned);
    let id = MapperId::new(given.unwrap_or_else(|| cx.new_id()));
    let made = shape::from_sent(owner, id, sent)?;
    if made.name.is_empty() {
        return Err(AdminError::described(
            409,
            "conflict",
            "Duplicate resource error",
        ));
    }
    if !made.mapper.starts_with("oidc-") && !made.mapper.starts_with("saml-") {
        return Err(AdminError::error(404, "ProtocolMapper provider not found"));
    }
    if !mapper::insert(cx, &made)? {
        return Err(AdminError::message(
            409,
            "Protocol mapper exists with same name",
        ));
    }
    Ok(made.id)
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ProtocolMapperRepresentation", shape::FIELDS)?;
    let place = match (path.get("client"), path.get("scope")) {
        (Some(id), _) => format!("clients/{}", encode(id)),
        (None, Some(id)) => format!("client-scopes/{}", encode(id)),
        (None, None) => return Err(Fault::corrupt("the path names no owner").into()),
    };
    let id = admin
        .write(move |cx| {
            let owner = owner(cx, &path)?;
            insert(cx, &owner, &sent)
        })
        .await?;
    let (base, realm) = (&admin.app.base_url, encode(&admin.realm.name));
    let at = format!("{base}/admin/realms/{realm}/{place}/protocol-mappers/models/{id}");
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish())
}

async fn create_all(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::list(&body)?;
    admin
        .write(move |cx| {
            let owner = owner(cx, &path)?;
            for one in &sent {
                insert(cx, &owner, one).map_err(AdminError::undoing)?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| Ok(shape::show(&found(cx, &path)?)))
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ProtocolMapperRepresentation", shape::FIELDS)?;
    admin
        .write(move |cx| {
            let before = found(cx, &path)?;
            let changed = shape::from_sent(&before.owner_id, before.id, &sent)?;
            let all = mapper::list_of_owner(cx, &changed.owner_id)?;
            if all
                .iter()
                .any(|one| one.name == changed.name && one.id != changed.id)
            {
                return Err(AdminError::message(
                    409,
                    "Protocol mapper exists with same name",
                ));
            }
            mapper::update(cx, &changed)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin
        .write(move |cx| {
            let one = found(cx, &path)?;
            mapper::remove(cx, &one.owner_id, &one.id)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
