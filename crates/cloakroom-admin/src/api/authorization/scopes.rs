//! Scopes: what may be done with resources.

use actix_web::HttpResponse;
use cloakroom_keycloak::authorization as shape;
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{self, Scope};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, VIEW, conflict, delegated, found, part, slice, write};
use crate::access::Admin;
use crate::api::{Answer, Names, Params, no_content};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource(format!("{BASE}/scope"))
        .route(web::get().to(list))
        .route(web::post().to(create));
    cfg.route(&format!("{BASE}/scope/search"), web::get().to(search));
    let one = format!("{BASE}/scope/{{scope}}");
    cfg.route(&format!("{one}/permissions"), web::get().to(permissions));
    cfg.route(&format!("{one}/resources"), web::get().to(resources));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

fn of(all: &Authorization, path: &Names) -> Result<Scope> {
    let id = part(path, "scope");
    let scope = all.scopes.iter().find(|one| one.id == id).cloned();
    scope.ok_or_else(|| AdminError::silent(404))
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(move |cx| found(cx, &path)).await?;
    let name = params.get("name").map(|name| name.to_lowercase());
    let id = params.get("scopeId");
    let wanted = all.scopes.iter().filter(|one| {
        id.is_none_or(|id| &one.id == id)
            && name
                .as_ref()
                .is_none_or(|name| one.name.to_lowercase().contains(name))
    });
    let shown: Vec<Value> = wanted.map(shape::show_scope).collect();
    Ok(HttpResponse::Ok().json(slice(shown, &params)?))
}

async fn search(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW)?;
    let name = params.get("name").cloned();
    let name = name.ok_or_else(|| AdminError::silent(400))?;
    let all = admin.read(move |cx| found(cx, &path)).await?;
    match all.scopes.iter().find(|one| one.name == name) {
        Some(scope) => Ok(HttpResponse::Ok().json(shape::show_scope(scope))),
        None => Ok(no_content()),
    }
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ScopeRepresentation", shape::SCOPE_FIELDS)?;
    // Its maker is told what was said, also where that is nothing.
    let named = read::text(&sent, "displayName")?.map(str::to_owned);
    let scope = admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            write::new_scope(cx, &all, &sent)
        })
        .await?;
    let mut shown = shape::show_scope(&scope);
    if let Some(named) = named {
        set(&mut shown, "displayName", json!(named));
    }
    Ok(HttpResponse::Created().json(shown))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let scope = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            of(&all, &path)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shape::show_scope(&scope)))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ScopeRepresentation", shape::SCOPE_FIELDS)?;
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let mut scope = of(&all, &path)?;
            write::apply_scope(&mut scope, &sent)?;
            let other = all.scopes.iter().find(|one| one.name == scope.name);
            if other.is_some_and(|other| other.id != scope.id) {
                return Err(conflict());
            }
            authorization::update_scope(cx, &all.client, &scope)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let scope = of(&all, &path)?;
            if all
                .resources
                .iter()
                .any(|one| one.scopes.contains(&scope.id))
            {
                let why = "Scopes can not be removed while associated with resources.";
                return Err(AdminError::message(400, why));
            }
            for policy in &all.policies {
                let mut policy = policy.clone();
                let before = policy.details.scopes.len();
                policy.details.scopes.retain(|id| id != &scope.id);
                if policy.details.scopes.len() == before {
                    continue;
                }
                // A permission for nothing permits nothing.
                if policy.details.scopes.is_empty() {
                    authorization::remove_policy(cx, &all.client, &policy.id)?;
                } else {
                    authorization::update_policy(cx, &all.client, &policy)?;
                }
            }
            authorization::remove_scope(cx, &all.client, &scope.id)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn permissions(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let scope = of(&all, &path)?;
            let mine = all
                .policies
                .iter()
                .filter(|one| one.is_permission() && one.details.scopes.contains(&scope.id));
            Ok(mine.map(shape::show_related).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn resources(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let scope = of(&all, &path)?;
            let mine = all
                .resources
                .iter()
                .filter(|one| one.scopes.contains(&scope.id));
            let shown = mine.map(|one| json!({"_id": one.id, "name": one.name}));
            Ok(shown.collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
