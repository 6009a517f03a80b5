//! `/admin/{realm}/console`: what an admin console asks of itself: who is using it, and its texts.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_model::{Cx, Door, client, localization, user};
use cloakroom_web::App;
use cloakroom_web::web::{self, Data, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Names, Params};
use crate::access::Admin;
use crate::cors;
use crate::error::{AdminError, Result};
use crate::seat::CONSOLE;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/{realm}/console/whoami", web::get().to(whoami));
    cfg.route(
        "/admin/{realm}/console/messages.json",
        web::get().to(messages),
    );
    cfg.route("/resources/{realm}/{kind}/{locale}", web::get().to(texts));
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

/// The realm's own texts of a language, in place of those that a console brings along.
async fn own_texts(app: &App, realm: &str, locale: String) -> Result<BTreeMap<String, String>> {
    let realm = app.realm(realm).await?;
    let realm = realm.ok_or_else(|| AdminError::error(404, "Realm not found."))?;
    let read = move |cx: &mut Cx<'_>| Ok(localization::list(cx, &locale)?);
    app.enter(&realm, Door::Read, read).await
}

async fn messages(app: Data<App>, realm: Path<String>, params: Params) -> Answer {
    let locale = params.get("lang").map_or("en", String::as_str);
    let texts = own_texts(&app, &realm, locale.to_owned()).await?;
    Ok(HttpResponse::Ok().json(texts))
}

/// What a page's texts are for.
const KINDS: [&str; 5] = ["account", "admin", "common", "email", "login"];

/// The same texts, in the form in which pages outside of the server fetch them.
async fn texts(app: Data<App>, request: HttpRequest, path: Names) -> Answer {
    if !KINDS.contains(&path.part("kind")) {
        return Err(AdminError::not_found());
    }
    let texts = own_texts(&app, path.part("realm"), path.part("locale").to_owned()).await?;
    let show = |(key, value): (String, String)| json!({"key": key, "value": value});
    cors::allow_public(&request);
    Ok(HttpResponse::Ok().json(texts.into_iter().map(show).collect::<Vec<Value>>()))
}
