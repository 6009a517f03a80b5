//! `/admin/realms/{realm}/users/{user}/federated-identity`: the user's links to identity providers.

use actix_web::HttpResponse;
use cloakroom_keycloak::{read, user as shape};
use cloakroom_model::id::UserId;
use cloakroom_model::user::identity;
use cloakroom_model::{Cx, identity_provider};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

use super::super::{Answer, Names, no_content};
use super::{MANAGE, VIEW, draft, found_by, found_for_change};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}/federated-identity";
    cfg.route(user, web::get().to(list));
    let one = web::resource(format!("{user}/{{provider}}"))
        .route(web::post().to(link))
        .route(web::delete().to(unlink));
    cfg.service(one);
}

/// The user's links. One outlives its provider, and counts again when that comes back.
pub(super) fn of_user(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<Value>> {
    let known = identity_provider::list(cx)?;
    let mut all = identity::list(cx, user)?;
    all.retain(|link| known.iter().any(|one| one.alias == link.provider));
    Ok(all.iter().map(shape::show_link).collect())
}

async fn list(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let user = found_by(cx, path.part("user"), &views, "view")?;
            of_user(cx, &user.id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn link(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let fields = &["identityProvider", "userId", "userName"];
    let sent = read::object(&body, "FederatedIdentityRepresentation", fields)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let provider = path.part("provider");
            let link = draft::identity(provider, &sent)?;
            if !identity::insert(cx, &user.id, &link)? {
                let why = "User is already linked with provider";
                return Err(AdminError::message(409, why));
            }
            let path = format!("users/{}/federated-identity/{provider}", user.id);
            audit::record(cx, &actor, audit::CREATE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn unlink(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &manages), "manage")?;
            let provider = path.part("provider");
            if !identity::remove(cx, &user.id, provider)? {
                return Err(AdminError::error(404, "Link not found"));
            }
            let path = format!("users/{}/federated-identity/{provider}", user.id);
            audit::record(cx, &actor, audit::DELETE, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
