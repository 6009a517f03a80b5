//! `/resource_set`: the resources that a resource server registers (UMA 2.0 Federated Authorization §3).

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::authorization as shape;
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{self, Resource};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::caller::{Call, Caller};
use super::{BASE, invalid};
use crate::api::authorization::resources as stored;
use crate::api::authorization::{conflict, slice, write};
use crate::api::{Answer, Names, Params, is_on, no_content};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource([
        format!("{BASE}/resource_set"),
        format!("{BASE}/resource_set/"),
    ])
    .route(web::get().to(list))
    .route(web::post().to(create));
    let one = web::resource(format!("{BASE}/resource_set/{{resource}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

/// Refuses who may not register resources, and every registration where administrators alone do.
fn check(cx: &mut cloakroom_model::Cx<'_>, caller: &Caller) -> Result<()> {
    caller.check_protects(cx)?;
    if !caller.all.server.allow_remote_resource_management {
        let why = "Remote management is disabled.";
        return Err(AdminError::described(400, "not_supported", why));
    }
    Ok(())
}

/// The resource in the path, if it is one of the caller's: a resource server has all of its own.
fn of(caller: &Caller, path: &Names) -> Result<Resource> {
    let id = path.part("resource");
    let mut all = caller.all.resources.iter();
    let found = all.find(|one| one.id == id).cloned();
    let found = found.filter(|one| caller.is_server || one.owner == caller.owner);
    found.ok_or_else(AdminError::not_found)
}

/// The names of a resource's scopes; the ids as well, where it has just been registered.
fn scopes(all: &Authorization, resource: &Resource, with_ids: bool) -> Vec<Value> {
    let found = resource.scopes.iter().filter_map(|id| all.scope(id));
    let show = |scope: &authorization::Scope| match with_ids {
        true => json!({"id": scope.id, "name": scope.name}),
        false => json!({"name": scope.name}),
    };
    found.map(show).collect()
}

fn show(caller: &Caller, owners: &shape::Owners, resource: &Resource, is_new: bool) -> Value {
    let mut shown = shape::show_resource(&caller.all, owners, resource, false);
    let scopes = scopes(&caller.all, resource, is_new);
    if !scopes.is_empty() {
        set(&mut shown, "scopes", json!(scopes));
    }
    set(&mut shown, "resource_scopes", json!(scopes));
    if !is_new {
        set(&mut shown, "owner", json!({"id": resource.owner}));
        set(&mut shown, "attributes", json!(resource.details.attributes));
    }
    shown
}

async fn list(request: HttpRequest, path: Names, params: Params) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let query = params.clone();
    let shown = call
        .read(move |cx, caller| {
            check(cx, &caller)?;
            let mut found = stored::wanted(cx, &caller.all, &query)?;
            found.retain(|one| caller.is_server || one.owner == caller.owner);
            let is_deep = is_on(&query, "deep");
            let owners = shape::owners(cx, &caller.all)?;
            let shown = found.iter().map(|one| match is_deep {
                true => shape::show_resource(&caller.all, &owners, one, true),
                false => json!(one.id),
            });
            slice(shown.collect::<Vec<Value>>(), &query)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn create(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .write(move |cx, mut caller| {
            check(cx, &caller)?;
            if body.is_empty() {
                return Err(AdminError::silent(400));
            }
            let fields = shape::RESOURCE_FIELDS;
            let mut sent = read::object(&body, "UmaResourceRepresentation", fields)?;
            // A resource is its registrar's: nobody gets one, or loses a name, by a word of others.
            sent.insert("owner".to_owned(), json!(caller.owner));
            let made = write::new_resource(cx, &mut caller.all, &sent)?;
            caller.all.resources.push(made.clone());
            let owners = shape::owners(cx, &caller.all)?;
            Ok(show(&caller, &owners, &made, true))
        })
        .await?;
    Ok(HttpResponse::Created().json(shown))
}

async fn find_one(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .read(move |cx, caller| {
            check(cx, &caller)?;
            let one = of(&caller, &path)?;
            let owners = shape::owners(cx, &caller.all)?;
            Ok(show(&caller, &owners, &one, false))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn update(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, mut caller| {
        check(cx, &caller)?;
        let mut one = of(&caller, &path)?;
        if body.is_empty() {
            return Err(invalid("A resource is missing."));
        }
        let mut sent = read::object(&body, "ResourceRepresentation", shape::RESOURCE_FIELDS)?;
        sent.remove("owner");
        write::apply_resource(cx, &mut caller.all, &mut one, &sent)?;
        let other = caller.all.resource_named(&one.owner, &one.name);
        if other.is_some_and(|other| other.id != one.id) {
            return Err(conflict().undoing());
        }
        authorization::update_resource(cx, &caller.all.client, &one)?;
        Ok(())
    })
    .await?;
    Ok(no_content())
}

async fn remove(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, caller| {
        check(cx, &caller)?;
        let one = of(&caller, &path)?;
        stored::remove_one(cx, &caller.all, &one)
    })
    .await?;
    Ok(no_content())
}
