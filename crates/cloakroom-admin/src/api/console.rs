//! `/admin/{realm}/console`: what an admin console asks of itself: who is using it, and its texts.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_model::{Door, client, localization, user};
use cloakroom_web::App;
use serde_json::json;

use super::{Answer, Params};
use crate::access::Admin;
use crate::error::AdminError;
use crate::seat::CONSOLE;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/{realm}/console/whoami", web::get().to(whoami));
    cfg.route(
        "/admin/{realm}/console/messages.json",
        web::get().to(messages),
    );
}

/// Who is using the console, and what they may do in the realm that they look at.
async fn whoami(admin: Admin, params: Params) -> Answer {
    let home = admin.home();
    if home.id != admin.realm.id {
        return Err(AdminError::unauthorized());
    }
    let actor = admin.actor.clone();
    let (person, console, is_super) = admin
        .app
        .enter(home, Door::Read, move |cx| {
            let person = user::find(cx, &actor.user)?;
            let id = cloakroom_model::id::ClientUuid::new(actor.client.clone());
            let client = client::find_by_id(cx, &id)?;
            let console = client.map(|client| client.client_id.clone());
            let roles = user::effective_roles(cx, &actor.user)?;
            let is_super = match blueprint::admin_role(cx)? {
                Some(role) => cx.realm.name == MASTER && roles.contains(&role),
                None => false,
            };
            Ok::<_, AdminError>((person, console, is_super))
        })
        .await?;
    let person = person.ok_or_else(AdminError::unauthorized)?;
    let console = console.unwrap_or_default();
    if console != CONSOLE {
        let why =
            format!("Token issued for an application that is not the admin console: {console}");
        return Err(AdminError::error(403, why));
    }
    let realm = params.get("currentRealm").unwrap_or(&admin.realm.name);
    let mut rights = admin.rights_in(realm).await?;
    let may_create = rights.remove("create-realm");
    if is_super {
        rights.insert("admin".to_owned());
    }
    let names = [&person.first_name, &person.last_name];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    let display = if names.is_empty() {
        person.username.clone()
    } else {
        names.join(" ")
    };
    let locale = person.attributes.get("locale").and_then(|all| all.first());
    Ok(HttpResponse::Ok().json(json!({
        "userId": person.id,
        "realm": home.name,
        "displayName": display,
        "locale": locale.map_or("en", String::as_str),
        "temporary": false,
        "createRealm": may_create,
        "realm_access": {realm: rights},
    })))
}

/// The realm's own texts of a language, in place of those that the console brings along.
async fn messages(app: Data<App>, realm: Path<String>, params: Params) -> Answer {
    let realm = app.realm(&realm).await?;
    let realm = realm.ok_or_else(|| AdminError::error(404, "Realm not found."))?;
    let locale = params
        .get("lang")
        .cloned()
        .unwrap_or_else(|| "en".to_owned());
    let texts = app
        .enter(&realm, Door::Read, move |cx| {
            localization::list(cx, &locale)
        })
        .await?;
    Ok(HttpResponse::Ok().json(texts))
}
