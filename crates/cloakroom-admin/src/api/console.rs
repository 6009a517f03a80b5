//! `/admin/{realm}/console`: what an admin console asks of itself: who is using it, and its texts.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::blueprint::{self, MASTER};
use cloakroom_model::localization::Texts;
use cloakroom_model::{Cx, Door, client, localization, user};
use cloakroom_web::App;
use cloakroom_web::i18n::{Locale, Locales, own};
use cloakroom_web::web::{self, Data, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Names, Params, is_on};
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
const KINDS: [&str; 6] = ["account", "admin", "common", "email", "login", "welcome"];

/// The same texts with our own messages below them, in the form in which pages outside of the server fetch them.
///
/// A language that lacks a text has that of the language it is a dialect of, and in the end that of English. With `source` each
/// text says where it is from, and those that another one stands before are told too.
async fn texts(app: Data<App>, request: HttpRequest, path: Names, params: Params) -> Answer {
    let kind = path.part("kind").to_ascii_lowercase();
    let realm = app.realm(path.part("realm")).await?;
    let Some(realm) = realm.filter(|_| KINDS.contains(&kind.as_str())) else {
        return Err(AdminError::not_found());
    };
    let chain = languages(path.part("locale"));
    let all = Locales::embedded();
    let mut found: Vec<(String, String, &str)> = Vec::new();
    let mut last = "";
    for tag in &chain {
        let ours = all.supported(&[tag.as_str()]).next();
        // A dialect that we have no messages of brings those of its language no second time: the realm's stand before them.
        if let Some(locale) = ours.filter(|locale| locale.tag() != last) {
            last = locale.tag();
            let ours = built_in(locale, &kind).into_iter();
            found.extend(ours.map(|(key, value)| (key, value, "THEME")));
        }
        for (key, value) in realm.texts.get(tag).into_iter().flat_map(|own| own.iter()) {
            found.push((key.clone(), value.clone(), "REALM"));
        }
    }
    cors::allow_public(&request);
    if is_on(&params, "source") {
        let show = |(key, value, source)| json!({"key": key, "value": value, "source": source});
        return Ok(HttpResponse::Ok().json(found.into_iter().map(show).collect::<Vec<Value>>()));
    }
    let found: BTreeMap<String, String> = found
        .into_iter()
        .map(|(key, value, _)| (key, value))
        .collect();
    let show = |(key, value): (String, String)| json!({"key": key, "value": value});
    Ok(HttpResponse::Ok().json(found.into_iter().map(show).collect::<Vec<Value>>()))
}

/// English, then the language of this tag, then its dialect: what comes later counts more.
fn languages(tag: &str) -> Vec<String> {
    let mut chain = vec!["en".to_owned()];
    let ends = tag.match_indices('-').map(|(at, _)| at);
    // No tag of a language has more parts.
    for end in ends.take(8).chain([tag.len()]) {
        let part = tag.get(..end).unwrap_or_default();
        if !part.is_empty() && part != "en" {
            chain.push(part.to_owned());
        }
    }
    chain
}

/// Our messages that pages of this kind have under names of Keycloak.
fn built_in(locale: &Locale, kind: &str) -> Texts {
    let all = own::under_their_names(locale);
    match kind {
        "login" => all.map(|(_, name, text)| (name, text)).collect(),
        // They share the names of the fields and nothing else.
        "account" | "admin" => all
            .filter(|(ours, _, _)| ours.starts_with("field-"))
            .map(|(_, name, text)| (name, text))
            .collect(),
        _ => Texts::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::languages;

    #[test]
    fn a_dialect_has_its_language_below_it_and_english_below_that() {
        let table: [(&str, &[&str]); 4] = [
            ("en", &["en"]),
            ("de-AT", &["en", "de", "de-AT"]),
            ("zh-Hans-SG", &["en", "zh", "zh-Hans", "zh-Hans-SG"]),
            ("-", &["en", "-"]),
        ];
        for (tag, expected) in table {
            assert_eq!(languages(tag), expected, "{tag}");
        }
    }
}
