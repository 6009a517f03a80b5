//! `/admin/realms/{realm}/clients`: applications, their secrets and their scopes.

mod change;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::{client as shape, read};
use cloakroom_model::client::{self, Client, Query};
use cloakroom_model::id::{ClientUuid, ScopeId};
use cloakroom_model::{Cx, Secret, scope, user};
use serde_json::{Value, json};

use super::{Answer, Params, is_on, no_content, page};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

const MANAGE: &[&str] = &["manage-clients"];
const VIEW: &[&str] = &["view-clients", "manage-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms/{realm}/clients")
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}/clients/{client}")
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let secret = web::resource("/admin/realms/{realm}/clients/{client}/client-secret")
        .route(web::get().to(secret))
        .route(web::post().to(rotate));
    let account = web::resource("/admin/realms/{realm}/clients/{client}/service-account-user")
        .route(web::get().to(service_account));
    cfg.service(all)
        .service(one)
        .service(secret)
        .service(account);
    for (kind, is_default) in [("default", true), ("optional", false)] {
        let path = format!("/admin/realms/{{realm}}/clients/{{client}}/{kind}-client-scopes");
        let get = web::get().to(move |admin, path| scopes(admin, path, is_default));
        cfg.route(&path, get);
        let put = web::put().to(move |admin, path| link(admin, path, is_default));
        let one = web::resource(format!("{path}/{{scope}}"))
            .route(put)
            .route(web::delete().to(unlink));
        cfg.service(one);
    }
}

/// The client with this id as it stands now, or Keycloak's text for none.
pub(crate) fn found(cx: &mut Cx<'_>, id: &str) -> Result<Client> {
    let found = client::load(cx, &ClientUuid::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find client"))
}

fn shown(cx: &Cx<'_>, client: &Client, with_secret: bool) -> Result<Value> {
    let secret = client::reveal_secret(cx, client)?;
    let masked = Secret::new("**********");
    let secret = secret.map(|secret| if with_secret { secret } else { masked });
    Ok(shape::show(cx.realm, client, secret.as_ref())?)
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(&["view-clients", "manage-clients", "query-clients"])?;
    if !admin.may(VIEW) {
        return Ok(HttpResponse::Ok().json(json!([])));
    }
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let query = Query {
        client_id: params.get("clientId").cloned(),
        search: is_on(&params, "search"),
        first,
        max,
    };
    let with_secret = admin.may(MANAGE);
    let all = admin
        .read(move |cx| {
            let found = client::list(cx, &query)?;
            let shown: Result<Vec<Value>> = found
                .iter()
                .map(|client| shown(cx, client, with_secret))
                .collect();
            shown
        })
        .await?;
    Ok(HttpResponse::Ok().json(all))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let with_secret = admin.may(MANAGE);
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let client = found(cx, &id)?;
            shown(cx, &client, with_secret)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-clients", "create-client"])?;
    let sent = read::object(&body, "ClientRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let id = change::create(cx, &sent).map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::CREATE, "CLIENT", format!("clients/{id}"))?;
            Ok(id)
        })
        .await?;
    Ok(admin.created("clients", id.as_str()))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "ClientRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let client = found(cx, &id)?;
            if client.client_id == "realm-management" {
                return Err(AdminError::forbidden());
            }
            change::update(cx, client, &sent).map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::UPDATE, "CLIENT", format!("clients/{id}"))?;
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
            let client = found(cx, &id)?;
            if client.client_id == "realm-management" {
                return Err(AdminError::forbidden());
            }
            client::remove(cx, &client.id)?;
            audit::record(cx, &actor, audit::DELETE, "CLIENT", format!("clients/{id}"))?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn secret(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let secret = admin
        .read(move |cx| {
            let client = found(cx, &id)?;
            Ok(client::reveal_secret(cx, &client)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(as_credential(secret.as_ref())))
}

fn as_credential(secret: Option<&Secret>) -> Value {
    match secret {
        Some(secret) => json!({"type": "secret", "value": secret.expose()}),
        None => json!({"type": "secret"}),
    }
}

async fn rotate(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    let secret = admin
        .write(move |cx| {
            let client = found(cx, &id)?;
            let secret = Secret::random(cx.rng);
            change::set_secret(cx, client, secret.clone())?;
            let path = format!("clients/{id}/client-secret");
            audit::record(cx, &actor, audit::ACTION, "CLIENT", path)?;
            Ok(secret)
        })
        .await?;
    Ok(HttpResponse::Ok().json(as_credential(Some(&secret))))
}

async fn service_account(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let client = found(cx, &id)?;
            let account = user::find_service_account(cx, &client.id)?;
            match account.filter(|_| client.settings.service_accounts_enabled) {
                Some(account) => Ok(cloakroom_keycloak::user::show(&account)),
                None => {
                    let id = &client.client_id;
                    let why = format!("Service account not enabled for the client '{id}'");
                    Err(AdminError::error(400, why))
                }
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn scopes(admin: Admin, path: Path<(String, String)>, is_default: bool) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let client = found(cx, &id)?;
            let ids = if is_default {
                client.default_scopes
            } else {
                client.optional_scopes
            };
            let scopes = ids.iter().filter_map(|id| cx.realm.scope(id));
            Ok(scopes
                .map(|scope| json!({"id": scope.id, "name": scope.name}))
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn link(admin: Admin, path: Path<(String, String, String)>, is_default: bool) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, scope) = path.into_inner();
    admin
        .write(move |cx| {
            let client = found(cx, &id)?;
            let scope = ScopeId::new(scope.clone());
            if cx.realm.scope(&scope).is_none() {
                return Err(AdminError::error(404, "Client scope not found"));
            }
            let held = client.default_scopes.iter().chain(&client.optional_scopes);
            // A scope that the client has stays what it is.
            if !held.into_iter().any(|held| held == &scope) {
                scope::link(cx, client.id.as_str(), &scope, is_default)?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn unlink(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, scope) = path.into_inner();
    admin
        .write(move |cx| {
            let client = found(cx, &id)?;
            let scope = ScopeId::new(scope.clone());
            if cx.realm.scope(&scope).is_none() {
                return Err(AdminError::error(404, "Client scope not found"));
            }
            scope::unlink(cx, client.id.as_str(), &scope)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
