//! Sessions, consents and lockouts of people, and how many sessions each client takes part in.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use cloakroom_model::id::{ClientUuid, SessionId, UserId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, client, consent, lockout, user};
use serde_json::{Map, Value, json};

use super::users::{MANAGE, VIEW, found};
use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}";
    cfg.route(&format!("{user}/sessions"), web::get().to(list));
    cfg.route(
        &format!("{user}/offline-sessions/{{client}}"),
        web::get().to(list_offline),
    );
    cfg.route(&format!("{user}/logout"), web::post().to(logout));
    cfg.route(&format!("{user}/consents"), web::get().to(consents));
    cfg.route(
        &format!("{user}/consents/{{client}}"),
        web::delete().to(revoke),
    );
    cfg.route(
        "/admin/realms/{realm}/sessions/{session}",
        web::delete().to(remove),
    );
    cfg.route(
        "/admin/realms/{realm}/client-session-stats",
        web::get().to(stats),
    );
    let lockouts = "/admin/realms/{realm}/attack-detection/brute-force/users";
    cfg.route(lockouts, web::delete().to(unlock_all));
    let one = web::resource(format!("{lockouts}/{{user}}"))
        .route(web::get().to(failures))
        .route(web::delete().to(unlock));
    cfg.service(one);
}

fn show(cx: &mut Cx<'_>, session: &Session, user: &User) -> Result<Value> {
    let mut clients = Map::new();
    for part in session::list_clients(cx, &session.id, session.offline)? {
        if let Some(client) = client::find_by_id(cx, &part.client)? {
            clients.insert(client.id.as_str().to_owned(), json!(client.client_id));
        }
    }
    Ok(json!({
        "id": session.id,
        "username": user.username,
        "userId": user.id,
        "ipAddress": session.ip,
        "start": session.started_at.millis(),
        "lastAccess": session.last_access.millis(),
        "rememberMe": session.remember_me,
        "clients": clients,
        "transientUser": false,
    }))
}

async fn list(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let user = found(cx, &id)?;
            let all = session::list_of_user(cx, &user.id, false)?;
            let shown: Result<Vec<Value>> = all.iter().map(|one| show(cx, one, &user)).collect();
            shown
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn list_offline(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(VIEW)?;
    let (_, id, client) = path.into_inner();
    let body = admin
        .read(move |cx| {
            let user = found(cx, &id)?;
            let client = ClientUuid::new(client.clone());
            let mut shown = Vec::new();
            for one in session::list_of_user(cx, &user.id, true)? {
                if session::find_client(cx, &one.id, true, &client)?.is_some() {
                    shown.push(show(cx, &one, &user)?);
                }
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Ends the user's online sessions and refuses the tokens that were issued so far.
async fn logout(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let mut user = found(cx, &id)?;
            session::remove_of_user(cx, &user.id, false)?;
            user.not_before = cx.now.seconds();
            user::update(cx, &user)?;
            audit::record(
                cx,
                &actor,
                audit::ACTION,
                "USER",
                format!("users/{id}/logout"),
            )?;
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
            let session = SessionId::new(id.clone());
            let online = session::remove(cx, &session, false)?;
            if !online && !session::remove(cx, &session, true)? {
                // The spelling is Keycloak's, which its clients compare with.
                return Err(AdminError::error(404, "Sesssion not found"));
            }
            audit::record(
                cx,
                &actor,
                audit::DELETE,
                "USER_SESSION",
                format!("sessions/{id}"),
            )?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn consents(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let user = found(cx, &id)?;
            let mut offline = offline_clients(cx, &user)?;
            let mut shown = Vec::new();
            for one in consent::list(cx, &user.id)? {
                let Some(client) = client::find_by_id(cx, &one.client)? else {
                    continue;
                };
                let names = one.scopes.iter().filter_map(|id| cx.realm.scope(id));
                let names: Vec<&str> = names.map(|scope| scope.name.as_str()).collect();
                shown.push(json!({
                    "clientId": client.client_id,
                    "grantedClientScopes": names,
                    "createdDate": one.created_at.millis(),
                    "lastUpdatedDate": one.updated_at.millis(),
                    "additionalGrants": additional_grants(offline.remove(&one.client).is_some(), &one.client),
                }));
            }
            // A client that asks for no consent may still act while the user is away.
            for (id, client_id) in offline {
                shown.push(json!({
                    "clientId": client_id,
                    "grantedClientScopes": [],
                    "additionalGrants": additional_grants(true, &id),
                }));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The clients that take part in an offline session of the user, with their names.
fn offline_clients(cx: &mut Cx<'_>, user: &User) -> Result<BTreeMap<ClientUuid, String>> {
    let mut clients = BTreeMap::new();
    for one in session::list_of_user(cx, &user.id, true)? {
        for part in session::list_clients(cx, &one.id, true)? {
            if let Some(client) = client::find_by_id(cx, &part.client)? {
                clients.insert(part.client, client.client_id.clone());
            }
        }
    }
    Ok(clients)
}

fn additional_grants(has_offline_token: bool, client: &ClientUuid) -> Value {
    match has_offline_token {
        true => json!([{ "client": client, "key": "Offline Token" }]),
        false => json!([]),
    }
}

async fn revoke(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, client) = path.into_inner();
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let user = found(cx, &id)?;
            let client = client::find(cx, &client)?;
            let client = client.ok_or_else(|| AdminError::error(404, "Client not found"))?;
            let given = consent::revoke(cx, &user.id, &client.id)?;
            let mut ended = false;
            // What was allowed for later ends with the permission.
            for one in session::list_of_user(cx, &user.id, true)? {
                ended |= session::leave(cx, &one.id, true, &client.id)?;
            }
            if !given && !ended {
                return Err(AdminError::error(
                    404,
                    "Consent nor offline token not found",
                ));
            }
            let path = format!("users/{id}/consents/{}", client.client_id);
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn stats(admin: Admin) -> Answer {
    admin.check(&["view-realm", "manage-realm"])?;
    let body = admin
        .read(|cx| {
            let mut counts: BTreeMap<ClientUuid, (i64, i64)> = BTreeMap::new();
            for (client, offline, number) in session::count_by_client(cx)? {
                let count = counts.entry(client).or_default();
                if offline {
                    count.1 += number;
                } else {
                    count.0 += number;
                }
            }
            let mut shown = Vec::new();
            for (id, (active, offline)) in counts {
                let Some(client) = client::find_by_id(cx, &id)? else {
                    continue;
                };
                shown.push(json!({
                    "id": id,
                    "clientId": client.client_id,
                    "active": active.to_string(),
                    "offline": offline.to_string(),
                }));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn failures(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = UserId::new(path.into_inner().1);
    let body = admin
        .read(move |cx| {
            let Some(known) = lockout::find(cx, &id)? else {
                return Ok(json!({
                    "disabled": false,
                    "failedLoginNotBefore": 0,
                    "lastFailure": 0,
                    "lastIPFailure": "n/a",
                    "numFailures": 0,
                    "numSecondaryAuthFailures": 0,
                    "numTemporaryLockouts": 0,
                }));
            };
            Ok(json!({
                "disabled": known.not_before > cx.now,
                "failedLoginNotBefore": known.not_before.seconds(),
                "lastFailure": known.last_failure.millis(),
                "lastIPFailure": known.last_ip,
                "numFailures": known.failures,
                "numSecondaryAuthFailures": 0,
                "numTemporaryLockouts": known.lockouts,
            }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn unlock(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let id = UserId::new(path.into_inner().1);
    admin.write(move |cx| Ok(lockout::clear(cx, &id)?)).await?;
    Ok(no_content())
}

async fn unlock_all(admin: Admin) -> Answer {
    admin.check(MANAGE)?;
    admin.write(|cx| Ok(lockout::clear_all(cx)?)).await?;
    Ok(no_content())
}
