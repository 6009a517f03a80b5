//! `/admin/realms/{realm}/client-scopes`: named bundles of mappers and roles.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::{client_scope as shape, mapper as mapper_shape, read};
use cloakroom_model::client::Settings;
use cloakroom_model::id::{MapperId, ScopeId};
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_model::scope::{self, Scope};
use cloakroom_model::{Cx, mapper};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

pub(crate) use super::clients::{MANAGE, VIEW};
use super::ui_ext::recycle_bin;
use super::{Answer, Names, Params, mappers, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    // Templates are what client scopes were called before; old scripts still do.
    for name in ["client-scopes", "client-templates"] {
        let base = format!("/admin/realms/{{realm}}/{name}");
        let all = web::resource(&base)
            .route(web::get().to(list))
            .route(web::post().to(create));
        let one = web::resource(format!("{base}/{{scope}}"))
            .route(web::get().to(find_one))
            .route(web::put().to(update))
            .route(web::delete().to(remove));
        cfg.service(all).service(one);
    }
}

/// The scope with this id, or Keycloak's text for none.
pub(crate) fn found(cx: &Cx<'_>, id: &str) -> Result<Scope> {
    let found = cx.realm.scope(&ScopeId::new(id)).cloned();
    found.ok_or_else(|| AdminError::error(404, "Could not find client scope"))
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let shown: Vec<Value> = admin.realm.scopes.iter().map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let body = admin
        .read(move |cx| Ok(shape::show(&found(cx, path.part("scope"))?)))
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn check(scope: &Scope) -> Result<()> {
    let name = &scope.name;
    if name.is_empty()
        || name
            .chars()
            .any(|c| !c.is_ascii_graphic() || "\"\\".contains(c))
    {
        let why = format!("Unexpected name \"{name}\" for ClientScope");
        return Err(AdminError::message(400, why));
    }
    if !["openid-connect", "saml"].contains(&scope.protocol.as_str()) {
        return Err(AdminError::message(400, "Unexpected protocol"));
    }
    Ok(())
}

/// What is sent of a scope. Keycloak passes over members that it does not know.
fn known(body: &[u8]) -> Result<read::Object> {
    let mut sent = read::map(body)?;
    sent.retain(|name, _| shape::FIELDS.contains(&name.as_str()));
    let text = serde_json::Value::Object(sent).to_string();
    Ok(read::object(
        text.as_bytes(),
        "ClientScopeRepresentation",
        shape::FIELDS,
    )?)
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = known(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let id = admin
        .write(move |cx| {
            let given = read::id(&sent, "id")?.map(str::to_owned);
            let mut scope = Scope {
                id: ScopeId::new(given.unwrap_or_else(|| cx.new_id())),
                name: String::new(),
                protocol: String::new(),
                description: None,
                attributes: BTreeMap::new(),
                mappers: Vec::new(),
                scope_mappings: Vec::new(),
            };
            shape::apply(&mut scope, &sent)?;
            check(&scope)?;
            if !scope::insert(cx, &scope)? {
                let why = format!("Client Scope {} already exists", scope.name);
                return Err(AdminError::message(409, why));
            }
            let mappers: Vec<read::Object> =
                read::member(&sent, "protocolMappers")?.unwrap_or_default();
            for sent in &mappers {
                let id = MapperId::new(cx.new_id());
                let made = mapper_shape::from_owner(scope.id.as_str(), id, sent)?;
                mappers::check(cx, &made, &Settings::default(), &grants)
                    .map_err(AdminError::undoing)?;
                mapper::insert(cx, &made)?;
            }
            let path = format!("client-scopes/{}", scope.id);
            audit::record(cx, &actor, audit::CREATE, "CLIENT_SCOPE", path)?;
            Ok(scope.id)
        })
        .await?;
    Ok(admin.created("client-scopes", id.as_str()))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = known(&body)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut scope = found(cx, path.part("scope"))?;
            shape::apply(&mut scope, &sent)?;
            check(&scope)?;
            let other = cx.realm.scope_named(&scope.name);
            if other.is_some_and(|other| other.id != scope.id) {
                let why = format!("Client Scope {} already exists", scope.name);
                return Err(AdminError::message(409, why));
            }
            scope::update(cx, &scope)?;
            let path = format!("client-scopes/{}", scope.id);
            audit::record(cx, &actor, audit::UPDATE, "CLIENT_SCOPE", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    let kept = admin
        .write(move |cx| {
            let scope = found(cx, path.part("scope"))?;
            let doomed = Doomed {
                kind: Kind::ClientScope,
                id: scope.id.as_str(),
                name: &scope.name,
            };
            let kept = recycle_bin::keep(cx, &actor, &params, doomed)?;
            scope::remove(cx, &scope.id)?;
            let path = format!("client-scopes/{}", scope.id);
            audit::record(cx, &actor, audit::DELETE, "CLIENT_SCOPE", path)?;
            Ok(kept)
        })
        .await?;
    Ok(recycle_bin::removed(kept))
}
