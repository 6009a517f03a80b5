//! What identity providers say of themselves, and what is said to them.

use actix_web::HttpResponse;
use cloakroom_federation::Upstream;
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::web::{self, Path, ServiceConfig};

use super::{BASE, MANAGE, VIEW, found};
use crate::access::Admin;
use crate::api::{Answer, no_content};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let one = format!("{BASE}/instances/{{alias}}");
    cfg.route(&format!("{one}/export"), web::get().to(export));
    cfg.route(&format!("{one}/reload-keys"), web::get().to(reload_keys));
}

/// Keys of identity providers are read when they are needed, so there are none to drop.
async fn reload_keys(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    admin.read(move |cx| found(cx, &alias)).await?;
    Ok(HttpResponse::Ok().json(false))
}

/// The document that an identity provider wants of us; most kinds want none.
async fn export(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let (provider, keyring) = admin
        .read(move |cx| Ok((found(cx, &alias)?, Keyring::of(cx.realm)?)))
        .await?;
    let Some(upstream) = Upstream::of(provider) else {
        return Ok(no_content());
    };
    let realm = admin.app.provider.issuer(&admin.realm);
    let connector = (admin.app.connectors)(upstream.preset.protocol);
    let document = connector.and_then(|one| one.describe(&upstream, &realm, &keyring));
    Ok(match document {
        Some(xml) => HttpResponse::Ok().content_type("application/xml").body(xml),
        None => no_content(),
    })
}
