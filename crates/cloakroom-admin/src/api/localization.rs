//! `/admin/realms/{realm}/localization`: texts in place of the built-in messages.

use std::collections::BTreeMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::read;
use cloakroom_model::Cx;
use cloakroom_model::localization::{self, Texts};
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use super::{Answer, Names, Params, is_on, no_content};
use crate::access::Admin;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/localization";
    let locale = web::resource(format!("{base}/{{locale}}"))
        .route(web::get().to(list))
        .route(web::post().to(store_all))
        .route(web::delete().to(remove_all));
    let text = web::resource(format!("{base}/{{locale}}/{{key}}"))
        .route(web::get().to(find))
        .route(web::put().to(store))
        .route(web::delete().to(remove));
    cfg.route(base, web::get().to(list_locales));
    cfg.service(locale).service(text);
}

const MANAGE: &[&str] = &["manage-realm"];
const NO_TEXT: &str = "Localization text not found";
/// The longest name of a language or of a text, in bytes.
const NAME: usize = 255;
/// The longest text, in bytes.
const TEXT: usize = 16 * 1024;

pub(super) fn part(names: &Names, name: &str) -> Result<String> {
    let part = names.get(name).cloned().unwrap_or_default();
    check_name(&part)?;
    Ok(part)
}

fn check_name(name: &str) -> Result<()> {
    if name.len() > NAME {
        return Err(AdminError::message(400, "The name is too long"));
    }
    Ok(())
}

/// Texts of a language as they were sent; `None` for a null.
pub(super) fn texts(body: &[u8]) -> Result<BTreeMap<String, Option<String>>> {
    let sent = read::map(body)?;
    let mut texts = BTreeMap::new();
    for name in sent.keys() {
        check_name(name)?;
        let text = read::plain(&sent, name)?;
        check(text.as_deref().unwrap_or_default())?;
        texts.insert(name.clone(), text);
    }
    Ok(texts)
}

/// Stores texts of a language unless the realm has no room for them.
pub(super) fn keep(cx: &mut Cx<'_>, locale: &str, texts: &Texts) -> Result<()> {
    match localization::store(cx, locale, texts)? {
        None => Ok(()),
        Some(full) => Err(AdminError::message(400, full.to_string())),
    }
}

fn check(text: &str) -> Result<()> {
    if text.len() > TEXT {
        return Err(AdminError::message(400, "The text is too long"));
    }
    Ok(())
}

async fn list_locales(admin: Admin) -> Answer {
    admin.check_any()?;
    let all = admin.read(|cx| Ok(localization::list_locales(cx)?)).await?;
    Ok(HttpResponse::Ok().json(all))
}

async fn list(admin: Admin, names: Names, params: Params) -> Answer {
    admin.check_any()?;
    let locale = part(&names, "locale")?;
    let default = admin.realm.settings.default_locale.clone();
    let default = default.filter(|_| is_on(&params, "useRealmDefaultLocaleFallback"));
    let all = admin
        .read(move |cx| {
            let mut all = match &default {
                Some(default) => localization::list(cx, default)?,
                None => BTreeMap::new(),
            };
            all.extend(localization::list(cx, &locale)?);
            Ok(all)
        })
        .await?;
    Ok(HttpResponse::Ok().json(all))
}

async fn find(admin: Admin, names: Names) -> Answer {
    admin.check_any()?;
    let (locale, name) = (part(&names, "locale")?, part(&names, "key")?);
    let text = admin
        .read(move |cx| Ok(localization::find(cx, &locale, &name)?))
        .await?;
    let text = text.ok_or_else(|| AdminError::error(404, NO_TEXT))?;
    Ok(HttpResponse::Ok().content_type("text/plain").body(text))
}

async fn store(admin: Admin, request: HttpRequest, names: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("text/plain");
    if !kind.to_ascii_lowercase().starts_with("text/plain") {
        let why = "The content-type header value did not match the value in @Consumes";
        return Err(AdminError::error(415, why));
    }
    let (locale, name) = (part(&names, "locale")?, part(&names, "key")?);
    let text = read::bare(&body)?.to_owned();
    check(&text)?;
    let texts = Texts::from([(name, text)]);
    admin.write(move |cx| keep(cx, &locale, &texts)).await?;
    Ok(no_content())
}

async fn store_all(admin: Admin, names: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let locale = part(&names, "locale")?;
    let sent = texts(&body)?.into_iter();
    let texts: Texts = sent
        .filter_map(|(name, text)| Some((name, text?)))
        .collect();
    admin.write(move |cx| keep(cx, &locale, &texts)).await?;
    Ok(no_content())
}

async fn remove(admin: Admin, names: Names) -> Answer {
    admin.check(MANAGE)?;
    let (locale, name) = (part(&names, "locale")?, part(&names, "key")?);
    let removed = admin
        .write(move |cx| Ok(localization::remove(cx, &locale, &name)?))
        .await?;
    if !removed {
        return Err(AdminError::error(404, NO_TEXT));
    }
    Ok(no_content())
}

async fn remove_all(admin: Admin, names: Names) -> Answer {
    admin.check(MANAGE)?;
    let locale = part(&names, "locale")?;
    let asked = locale.clone();
    let removed = admin
        .write(move |cx| Ok(localization::remove_locale(cx, &asked)?))
        .await?;
    if !removed {
        let why = format!("No localization texts for locale {locale} found.");
        return Err(AdminError::error(404, why));
    }
    Ok(no_content())
}
