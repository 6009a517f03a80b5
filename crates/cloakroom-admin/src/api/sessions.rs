//! Sessions of people and of clients, and lockouts.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_login::{crowd, pace};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::id::{ClientUuid, SessionId, UserId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, client, lockout, login_limit, user};
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Map, Value, json};

use super::users::many::sign_out;
use super::users::{MANAGE, VIEW, found_by};
use super::{Answer, Names, Params, USUAL, clients, no_content, page};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}";
    cfg.route(&format!("{user}/sessions"), web::get().to(of_user));
    cfg.route(
        &format!("{user}/offline-sessions/{{client}}"),
        web::get().to(of_user),
    );
    cfg.route(&format!("{user}/logout"), web::post().to(logout));
    let client = "/admin/realms/{realm}/clients/{client}";
    for (list, count, offline) in [
        ("user-sessions", "session-count", false),
        ("offline-sessions", "offline-session-count", true),
    ] {
        let get = move |admin, path, params| of_client(admin, path, params, offline);
        cfg.route(&format!("{client}/{list}"), web::get().to(get));
        let get = move |admin, path| count_of_client(admin, path, offline);
        cfg.route(&format!("{client}/{count}"), web::get().to(get));
    }
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

pub(super) fn show(cx: &mut Cx<'_>, session: &Session, user: &User) -> Result<Value> {
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

/// The online sessions of a user, or the offline ones that a client takes part in.
async fn of_user(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let body = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            let client = path.get("client").map(ClientUuid::new);
            if let Some(id) = &client
                && client::find_by_id(cx, id)?.is_none()
            {
                return Err(AdminError::error(404, "Client not found"));
            }
            let mut shown = Vec::new();
            for one in session::list_of_user(cx, &user.id, client.is_some())? {
                let counts = match &client {
                    None => true,
                    Some(client) => session::find_client(cx, &one.id, true, client)?.is_some(),
                };
                if counts {
                    shown.push(show(cx, &one, &user)?);
                }
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn of_client(admin: Admin, path: Names, params: Params, offline: bool) -> Answer {
    let views = admin.check_sway(clients::VIEW)?;
    let range = page(&params, USUAL)?;
    let body = admin
        .read(move |cx| {
            let client = clients::found_by(cx, path.part("client"), &views, "view")?;
            let mut shown = Vec::new();
            for one in session::list_of_client(cx, &client.id, offline, range)? {
                if let Some(user) = user::find(cx, &one.user)? {
                    shown.push(show(cx, &one, &user)?);
                }
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn count_of_client(admin: Admin, path: Names, offline: bool) -> Answer {
    let views = admin.check_sway(clients::VIEW)?;
    let count = admin
        .read(move |cx| {
            let client = clients::found_by(cx, path.part("client"), &views, "view")?;
            let counts = session::count_by_client(cx, Some(&client.id))?;
            let mine = counts.iter().filter(|count| count.1 == offline);
            Ok(mine.map(|count| count.2).sum::<i64>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"count": count})))
}

/// Ends the user's online sessions and refuses the tokens that were issued so far.
async fn logout(admin: Admin, path: Path<(String, String)>) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_by(cx, &id, &manages, "manage")?;
            sign_out(cx, user, &actor)
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

async fn stats(admin: Admin) -> Answer {
    admin.check(&["view-realm", "manage-realm"])?;
    let body = admin
        .read(|cx| {
            let mut counts: BTreeMap<ClientUuid, (i64, i64)> = BTreeMap::new();
            for (client, offline, number) in session::count_by_client(cx, None)? {
                let count = counts.entry(client).or_default();
                if offline {
                    count.1 += number;
                } else {
                    count.0 += number;
                }
            }
            let ids: Vec<&ClientUuid> = counts.keys().collect();
            let names = client::find_names(cx, &ids)?;
            let mut shown = Vec::new();
            for (id, (active, offline)) in counts {
                let Some(name) = names.get(&id) else {
                    continue;
                };
                shown.push(json!({
                    "id": id,
                    "clientId": name,
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
    let views = admin.check_sway(VIEW)?;
    let id = UserId::new(path.into_inner().1);
    let body = admin
        .read(move |cx| {
            views.check(cx, Of::Users, id.as_str(), "view")?;
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
    let manages = admin.check_sway(MANAGE)?;
    let id = UserId::new(path.into_inner().1);
    admin
        .write(move |cx| {
            manages.check(cx, Of::Users, id.as_str(), "manage")?;
            lockout::clear(cx, &id)?;
            match user::find(cx, &id)? {
                Some(user) => Ok(pace::forgive(cx, &user)?),
                None => Ok(login_limit::clear(cx, id.as_str())?),
            }
        })
        .await?;
    Ok(no_content())
}

async fn unlock_all(admin: Admin) -> Answer {
    admin.check(MANAGE)?;
    let clear = |cx: &mut Cx<'_>| {
        crowd::forgive_all(cx)?;
        Ok(lockout::clear_all(cx)?)
    };
    admin.write(clear).await?;
    Ok(no_content())
}
