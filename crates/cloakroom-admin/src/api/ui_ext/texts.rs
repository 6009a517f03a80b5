//! A language's own texts of the realm as one object, so that a form can change several and be held against what was seen.

use actix_web::HttpResponse;
use cloakroom_model::localization::{self, Texts};
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use super::VIEW_REALM;
use crate::access::Admin;
use crate::api::localization::{keep, part, texts};
use crate::api::{Answer, Names, no_content};
use crate::audit::{self, UPDATE};
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let one = web::resource("/admin/realms/{realm}/ui-ext/texts/{locale}")
        .route(web::get().to(show))
        .route(web::put().to(store));
    cfg.service(one);
}

async fn show(admin: Admin, names: Names) -> Answer {
    admin.check(VIEW_REALM)?;
    let locale = part(&names, "locale")?;
    let all = admin
        .read(move |cx| Ok(localization::list(cx, &locale)?))
        .await?;
    Ok(HttpResponse::Ok().json(all))
}

/// Keeps each text that is sent; an empty one makes room for the built-in message again.
async fn store(admin: Admin, names: Names, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let locale = part(&names, "locale")?;
    let (kept, gone): (Texts, Texts) = texts(&body)?
        .into_iter()
        .map(|(name, text)| (name, text.unwrap_or_default()))
        .partition(|(_, text)| !text.trim().is_empty());
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            // What goes makes room for what comes, and comes back if that is not enough.
            for name in gone.keys() {
                localization::remove(cx, &locale, name)?;
            }
            if !kept.is_empty() {
                keep(cx, &locale, &kept).map_err(AdminError::undoing)?;
            }
            let path = format!("localization/{locale}");
            Ok(audit::record(cx, &actor, UPDATE, "REALM", path)?)
        })
        .await?;
    Ok(no_content())
}
