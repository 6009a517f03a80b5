//! `/admin/realms/{realm}/users/{user}/credentials` and the password that an administrator sets.

use actix_web::HttpResponse;
use cloakroom_keycloak::{credential as shape, read};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::credential::{self, Credential, PASSWORD_HISTORY};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, lockout, user};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::users::{MANAGE, VIEW, directory, found_by, found_for_change, password};
use super::{Answer, Names, no_content};
use crate::access::{Admin, Grants, Sway};
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}";
    let route = |cfg: &mut ServiceConfig, end: &str, route| {
        cfg.route(&format!("{user}/{end}"), route);
    };
    route(cfg, "reset-password", web::put().to(reset_password));
    route(cfg, "disable-credential-types", web::put().to(disable));
    route(
        cfg,
        "configured-user-storage-credential-types",
        web::get().to(of_storage),
    );
    route(cfg, "credentials", web::get().to(list));
    let one = "credentials/{credential}";
    route(cfg, one, web::delete().to(remove));
    route(cfg, &format!("{one}/userLabel"), web::put().to(rename));
    let first = web::post().to(move_to);
    route(cfg, &format!("{one}/moveToFirst"), first);
    let after = web::post().to(move_to);
    route(cfg, &format!("{one}/moveAfter/{{previous}}"), after);
}

/// The room of a label, in characters.
const LABEL: usize = 255;

const FIELDS: &[&str] = &[
    "id",
    "type",
    "userLabel",
    "createdDate",
    "secretData",
    "credentialData",
    "priority",
    "value",
    "temporary",
    "device",
    "hashedSaltedValue",
    "salt",
    "hashIterations",
    "counter",
    "algorithm",
    "digits",
    "period",
    "config",
    "federationLink",
];

/// The user whose password the caller may set: whoever may manage them may do that as well.
fn found_for_password(cx: &mut Cx<'_>, id: &str, by: (&Grants, &Sway)) -> Result<User> {
    let scope = match by.1.may(cx, Of::Users, id, "manage")? {
        true => "manage",
        false => "reset-password",
    };
    found_for_change(cx, id, by, scope)
}

async fn reset_password(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (asked, grants) = (path.part("user").to_owned(), admin.grants());
    let sway = manages.clone();
    let user = admin
        .read(move |cx| found_for_password(cx, &asked, (&grants, &sway)))
        .await?;
    let sent = read::object(&body, "CredentialRepresentation", FIELDS)?;
    let made = password::prepare(&admin, &user, &sent).await?;
    let value = read::text(&sent, "value")?.unwrap_or_default();
    let is_elsewhere = directory::set_password(&admin, &user, value).await?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let mut user = found_for_password(cx, path.part("user"), (&grants, &manages))?;
            if !is_elsewhere {
                password::store(cx, &user.id, &made)?;
            }
            if made.is_temporary {
                password::demand_new(&mut user);
            } else {
                user.required_actions
                    .retain(|action| action != "UPDATE_PASSWORD");
            }
            user::set_required_actions(cx, &user.id, &user.required_actions)?;
            lockout::clear(cx, &user.id)?;
            let path = format!("users/{}/reset-password", user.id);
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// What is kept of a former password is nobody's to see.
fn current(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<Credential>> {
    let mut all = credential::list(cx, user, None)?;
    all.retain(|one| one.kind != PASSWORD_HISTORY);
    Ok(all)
}

async fn list(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            let all = current(cx, &user.id)?;
            Ok(all.iter().map(shape::show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Credentials that a user storage keeps: every user's are kept here.
async fn of_storage(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    admin
        .read(move |cx| found_by(cx, path.part("user"), &views, "view"))
        .await?;
    Ok(HttpResponse::Ok().json(json!([])))
}

/// Only a user storage has kinds of credentials that can be switched off, so none is, as in
/// Keycloak; a credential that is kept here is removed by its id.
async fn disable(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let grants = admin.grants();
    admin
        .read(move |cx| found_for_change(cx, path.part("user"), (&grants, &manages), "manage"))
        .await?;
    serde_json::from_slice::<Vec<String>>(&body)
        .map_err(|_| AdminError::described(400, "unknown_error", "Cannot parse the JSON"))?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let id = path.part("credential");
            if !credential::remove(cx, &user.id, &CredentialId::new(id))? {
                return Err(AdminError::error(404, "Credential not found"));
            }
            let path = format!("users/{}/credentials/{id}", user.id);
            audit::record(cx, &actor, audit::DELETE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn rename(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let label = read::bare(&body)?.to_owned();
    read::check_room("userLabel", &label, LABEL)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let id = path.part("credential");
            if !credential::rename(cx, &user.id, &CredentialId::new(id), &label)? {
                return Err(AdminError::error(404, "Credential not found"));
            }
            let path = format!("users/{}/credentials/{id}", user.id);
            audit::record(cx, &actor, audit::UPDATE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Puts a credential behind another one, or before all of them.
async fn move_to(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let all = current(cx, &user.id)?;
            let mut ids: Vec<CredentialId> = all.into_iter().map(|one| one.id).collect();
            let find = |ids: &[CredentialId], id: &str| {
                let at = ids.iter().position(|known| known.as_str() == id);
                at.ok_or_else(|| AdminError::error(404, "Credential not found"))
            };
            let from = find(&ids, path.part("credential"))?;
            let moved = ids.remove(from);
            let to = match path.get("previous") {
                None => 0,
                Some(previous) => find(&ids, previous)? + 1,
            };
            ids.insert(to, moved);
            credential::reorder(cx, &user.id, &ids)?;
            let path = format!("users/{}/credentials", user.id);
            audit::record(cx, &actor, audit::UPDATE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
