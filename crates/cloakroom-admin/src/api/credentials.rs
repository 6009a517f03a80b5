//! `/admin/realms/{realm}/users/{user}/credentials` and the password that an administrator sets.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Path, ServiceConfig};
use cloakroom_keycloak::{credential as shape, read};
use cloakroom_model::credential::{self, PASSWORD_HISTORY};
use cloakroom_model::id::CredentialId;
use cloakroom_model::{lockout, user};
use serde_json::Value;

use super::users::{MANAGE, VIEW, found, password};
use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::AdminError;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}";
    cfg.route(
        &format!("{user}/reset-password"),
        web::put().to(reset_password),
    );
    cfg.route(&format!("{user}/credentials"), web::get().to(list));
    cfg.route(
        &format!("{user}/credentials/{{credential}}"),
        web::delete().to(remove),
    );
    let label = format!("{user}/credentials/{{credential}}/userLabel");
    cfg.route(&label, web::put().to(rename));
}

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

async fn reset_password(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let asked = id.clone();
    let user = admin.read(move |cx| found(cx, &asked)).await?;
    let sent = read::object(&body, "CredentialRepresentation", FIELDS)?;
    let made = password::prepare(&admin, &user, &sent).await?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut user = found(cx, &id)?;
            password::store(cx, &user.id, &made)?;
            if made.is_temporary {
                password::demand_new(&mut user);
            } else {
                user.required_actions
                    .retain(|action| action != "UPDATE_PASSWORD");
            }
            user::set_required_actions(cx, &user.id, &user.required_actions)?;
            lockout::clear(cx, &user.id)?;
            let path = format!("users/{id}/reset-password");
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn list(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let all = admin
        .read(move |cx| {
            let user = found(cx, &id)?;
            Ok(credential::list(cx, &user.id, None)?)
        })
        .await?;
    let current = all.iter().filter(|one| one.kind != PASSWORD_HISTORY);
    let shown: Vec<Value> = current.map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, credential) = path.into_inner();
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let user = found(cx, &id)?;
            if !credential::remove(cx, &user.id, &CredentialId::new(credential.clone()))? {
                return Err(AdminError::error(404, "Credential not found"));
            }
            let path = format!("users/{id}/credentials/{credential}");
            audit::record(cx, &actor, audit::DELETE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn rename(admin: Admin, path: Path<(String, String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (_, id, credential) = path.into_inner();
    let label = String::from_utf8_lossy(&body).into_owned();
    admin
        .write(move |cx| {
            let user = found(cx, &id)?;
            let credential = CredentialId::new(credential.clone());
            if !credential::rename(cx, &user.id, &credential, &label)? {
                return Err(AdminError::error(404, "Credential not found"));
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}
