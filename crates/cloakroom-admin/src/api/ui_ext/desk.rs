//! What the frame of every page of the console shows: who is there, and what they may do in the realm.

use actix_web::HttpResponse;
use cloakroom_model::{Door, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::json;

use crate::access::Admin;
use crate::api::Answer;
use crate::api::users::mail;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/ui-ext/desk", web::get().to(desk));
}

/// Who asks, and their rights; none at all is an answer too.
async fn desk(admin: Admin) -> Answer {
    let id = admin.actor.user.clone();
    let person = admin
        .app
        .enter(admin.home(), Door::Read, move |cx| {
            Ok::<_, AdminError>(user::find(cx, &id)?)
        })
        .await?;
    let person = person.ok_or_else(AdminError::unauthorized)?;
    let settings = &admin.realm.settings;
    let locale = person.attributes.get("locale").and_then(|all| all.first());
    Ok(HttpResponse::Ok().json(json!({
        "user": {
            "id": person.id,
            "username": person.username,
            "email": person.email,
            "locale": locale,
        },
        "rights": admin.rights(),
        "mayCreateRealms": admin.may(&["create-realm"]),
        "realm": {
            "id": admin.realm.id,
            "name": admin.realm.name,
            "displayName": settings.display_name,
            "enabled": admin.realm.enabled,
            "frontend": admin.app.provider.base_url(&admin.realm),
            "hasSender": mail::has_sender(settings),
        },
    })))
}
