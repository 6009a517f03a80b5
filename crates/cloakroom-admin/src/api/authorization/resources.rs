//! Resources: what a client protects.

use actix_web::HttpResponse;
use cloakroom_keycloak::authorization as shape;
use cloakroom_keycloak::read;
use cloakroom_model::authorization::{self, Resource};
use cloakroom_model::authorization::{Authorization, uri};
use cloakroom_model::{Cx, user};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, VIEW, conflict, delegated, found, part, slice, write};
use crate::access::Admin;
use crate::api::{Answer, Names, Params, is_on, no_content};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource(format!("{BASE}/resource"))
        .route(web::get().to(list))
        .route(web::post().to(create));
    cfg.route(&format!("{BASE}/resource/search"), web::get().to(search));
    let one = format!("{BASE}/resource/{{resource}}");
    cfg.route(&format!("{one}/permissions"), web::get().to(permissions));
    cfg.route(&format!("{one}/scopes"), web::get().to(scopes));
    cfg.route(&format!("{one}/attributes"), web::get().to(attributes));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

fn of(all: &Authorization, path: &Names) -> Result<Resource> {
    let id = part(path, "resource");
    let resource = all.resources.iter().find(|one| one.id == id).cloned();
    resource.ok_or_else(AdminError::not_found)
}

/// The resources that a query asks for.
pub(crate) fn wanted(
    cx: &mut Cx<'_>,
    all: &Authorization,
    params: &Params,
) -> Result<Vec<Resource>> {
    let text = |name: &str| params.get(name).map(String::as_str);
    let owner = match text("owner") {
        Some(name) if name == all.client_id => Some(all.client.as_str().to_owned()),
        Some(name) => {
            let user = user::find_by_username(cx, &user::fold(name))?;
            Some(user.map_or_else(|| name.to_owned(), |user| user.id.as_str().to_owned()))
        }
        None => None,
    };
    let exact = is_on(params, "exactName");
    let fits = |one: &&Resource| {
        let name = text("name").is_none_or(|name| {
            if exact {
                one.name == name
            } else {
                one.name.to_lowercase().contains(&name.to_lowercase())
            }
        });
        let kind = one.details.kind.as_deref().unwrap_or_default();
        let scope = text("scope").is_none_or(|scope| {
            let scope = all.scope(scope);
            scope.is_some_and(|scope| one.scopes.contains(&scope.id))
        });
        name && scope
            && text("_id").is_none_or(|id| one.id == id)
            && text("type").is_none_or(|text| kind.to_lowercase().contains(&text.to_lowercase()))
            && owner.as_ref().is_none_or(|owner| &one.owner == owner)
    };
    let mut found: Vec<Resource> = all.resources.iter().filter(fits).cloned().collect();
    if let Some(text_uri) = text("uri") {
        if is_on(params, "matchingUri") {
            let best = uri::matching(found.iter(), text_uri).cloned();
            found = best.into_iter().collect();
        } else {
            found.retain(|one| one.details.uris.iter().any(|known| known == text_uri));
        }
    }
    Ok(found)
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW)?;
    let query = params.clone();
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let owners = shape::owners(cx, &all)?;
            let deep = query.get("deep").is_none_or(|deep| deep != "false");
            let wanted = wanted(cx, &all, &query)?;
            let shown = wanted
                .iter()
                .map(|one| shape::show_resource(&all, &owners, one, deep));
            slice(shown.collect::<Vec<Value>>(), &query)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn search(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW)?;
    let name = params.get("name").cloned();
    let name = name.ok_or_else(|| AdminError::silent(400))?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let owners = shape::owners(cx, &all)?;
            let one = all.resource_named(all.client.as_str(), &name);
            Ok(one.map(|one| shape::show_resource(&all, &owners, one, true)))
        })
        .await?;
    match shown {
        Some(shown) => Ok(HttpResponse::Ok().json(shown)),
        None => Ok(no_content()),
    }
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ResourceRepresentation", shape::RESOURCE_FIELDS)?;
    let shown = admin
        .write(move |cx| {
            let mut all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let made = write::new_resource(cx, &mut all, &sent)?;
            all.resources.push(made.clone());
            let owners = shape::owners(cx, &all)?;
            Ok(shape::show_resource(&all, &owners, &made, true))
        })
        .await?;
    Ok(HttpResponse::Created().json(shown))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = of(&all, &path)?;
            let owners = shape::owners(cx, &all)?;
            Ok(shape::show_resource(&all, &owners, &one, true))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ResourceRepresentation", shape::RESOURCE_FIELDS)?;
    admin
        .write(move |cx| {
            let mut all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let mut one = of(&all, &path)?;
            write::apply_resource(cx, &mut all, &mut one, &sent)?;
            let other = all.resource_named(&one.owner, &one.name);
            if other.is_some_and(|other| other.id != one.id) {
                return Err(conflict().undoing());
            }
            authorization::update_resource(cx, &all.client, &one)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Removes a resource, and the permissions that were for nothing else.
pub(crate) fn remove_one(cx: &mut Cx<'_>, all: &Authorization, one: &Resource) -> Result<()> {
    for policy in &all.policies {
        let mut policy = policy.clone();
        if !policy.details.resources.contains(&one.id) {
            continue;
        }
        policy.details.resources.retain(|id| id != &one.id);
        // A permission for nothing permits nothing.
        if policy.details.resources.is_empty() {
            authorization::remove_policy(cx, &all.client, &policy.id)?;
        } else {
            authorization::update_policy(cx, &all.client, &policy)?;
        }
    }
    authorization::remove_resource(cx, &all.client, &one.id)?;
    Ok(())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_own(cx, &all)?;
            let one = of(&all, &path)?;
            remove_one(cx, &all, &one)
        })
        .await?;
    Ok(no_content())
}

/// The same for the lists of a resource, whose absence Keycloak does not explain.
fn silently(all: &Authorization, path: &Names) -> Result<Resource> {
    of(all, path).map_err(|_| AdminError::silent(404))
}

async fn permissions(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = silently(&all, &path)?;
            let mine = all.permissions_of(&one).into_iter();
            Ok(mine.map(shape::show_related).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn scopes(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = silently(&all, &path)?;
            Ok(shape::show_names(&all, one.scopes.iter()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn attributes(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            Ok(json!(silently(&all, &path)?.details.attributes))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}
