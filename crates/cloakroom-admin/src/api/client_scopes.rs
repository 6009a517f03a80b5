//! `/admin/realms/{realm}/client-scopes`: named bundles of mappers, and who has them.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::{client_scope as shape, mapper as mapper_shape, read};
use cloakroom_model::id::{MapperId, ScopeId};
use cloakroom_model::scope::{self, Scope};
use cloakroom_model::{Cx, mapper};
use serde_json::{Value, json};

use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

const MANAGE: &[&str] = &["manage-clients"];
const VIEW: &[&str] = &["view-clients", "manage-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms/{realm}/client-scopes")
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}/client-scopes/{scope}")
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
    for (kind, is_default) in [("default", true), ("optional", false)] {
        let path = format!("/admin/realms/{{realm}}/default-{kind}-client-scopes");
        cfg.route(&path, web::get().to(move |admin| given(admin, is_default)));
        let one = web::resource(format!("{path}/{{scope}}"))
            .route(web::put().to(move |admin, path| give(admin, path, is_default)))
            .route(web::delete().to(take));
        cfg.service(one);
    }
}

/// The scope with this id, or Keycloak's text for none.
fn found(cx: &Cx<'_>, id: &str) -> Result<Scope> {
    let found = cx.realm.scope(&ScopeId::new(id)).cloned();
    found.ok_or_else(|| AdminError::error(404, "Could not find client scope"))
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let shown: Vec<Value> = admin.realm.scopes.iter().map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| Ok(shape::show(&found(cx, &id)?)))
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn check(scope: &Scope) -> Result<()> {
    let name = &scope.name;
    if name.is_empty()
        || name
            .chars()
            .any(|c| c.is_whitespace() || "\"\\".contains(c))
    {
        let why = format!("Unexpected name \"{name}\" for ClientScope");
        return Err(AdminError::message(400, why));
    }
    if !["openid-connect", "saml"].contains(&scope.protocol.as_str()) {
        return Err(AdminError::message(400, "Unexpected protocol"));
    }
    Ok(())
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ClientScopeRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let given = read::text(&sent, "id")?.map(str::to_owned);
            let mut scope = Scope {
                id: ScopeId::new(given.unwrap_or_else(|| cx.new_id())),
                name: String::new(),
                protocol: "openid-connect".to_owned(),
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
                let made = mapper_shape::from_sent(scope.id.as_str(), id, sent)?;
                mapper::insert(cx, &made)?;
            }
            let path = format!("client-scopes/{}", scope.id);
            audit::record(cx, &actor, audit::CREATE, "CLIENT_SCOPE", path)?;
            Ok(scope.id)
        })
        .await?;
    Ok(admin.created("client-scopes", id.as_str()))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "ClientScopeRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut scope = found(cx, &id)?;
            shape::apply(&mut scope, &sent)?;
            check(&scope)?;
            let other = cx.realm.scope_named(&scope.name);
            if other.is_some_and(|other| other.id != scope.id) {
                let why = format!("Client Scope {} already exists", scope.name);
                return Err(AdminError::message(409, why));
            }
            scope::update(cx, &scope)?;
            let path = format!("client-scopes/{id}");
            audit::record(cx, &actor, audit::UPDATE, "CLIENT_SCOPE", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let scope = found(cx, &id)?;
            scope::remove(cx, &scope.id)?;
            let path = format!("client-scopes/{id}");
            audit::record(cx, &actor, audit::DELETE, "CLIENT_SCOPE", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn given(admin: Admin, is_default: bool) -> Answer {
    admin.check(&[
        "view-realm",
        "manage-realm",
        "view-clients",
        "manage-clients",
    ])?;
    let realm = &admin.realm;
    let ids = if is_default {
        &realm.default_scopes
    } else {
        &realm.optional_scopes
    };
    let scopes = ids.iter().filter_map(|id| realm.scope(id));
    let shown: Vec<Value> = scopes
        .map(|scope| json!({"id": scope.id, "name": scope.name, "protocol": scope.protocol}))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn give(admin: Admin, path: Path<(String, String)>, is_default: bool) -> Answer {
    admin.check(&["manage-realm", "manage-clients"])?;
    let id = path.into_inner().1;
    admin
        .write(move |cx| {
            let scope = found(cx, &id)?;
            let realm = cx.realm.id.as_str().to_owned();
            Ok(scope::link(cx, &realm, &scope.id, is_default)?)
        })
        .await?;
    Ok(no_content())
}

async fn take(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(&["manage-realm", "manage-clients"])?;
    let id = path.into_inner().1;
    admin
        .write(move |cx| {
            let scope = found(cx, &id)?;
            let realm = cx.realm.id.as_str().to_owned();
            scope::unlink(cx, &realm, &scope.id)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
