//! What identity providers say of themselves, and what is said to them.

use actix_web::HttpResponse;
use cloakroom_federation::Upstream;
use cloakroom_federation::saml::Settings;
use cloakroom_federation::saml::descriptor::{self, Certificates};
use cloakroom_federation::saml::request::Here;
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::web::{self, Path, ServiceConfig};

use super::{BASE, MANAGE, VIEW, found};
use crate::access::{Admin, encode};
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

/// The metadata that a SAML identity provider wants of us; other kinds have none.
async fn export(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let (provider, keyring) = admin
        .read(move |cx| Ok((found(cx, &alias)?, Keyring::of(cx.realm)?)))
        .await?;
    let Some(upstream) = Upstream::of(provider).filter(Upstream::is_saml) else {
        return Ok(no_content());
    };
    let (base, name) = (&admin.app.base_url, encode(&admin.realm.name));
    let realm = format!("{base}/realms/{name}");
    let alias = encode(&upstream.provider.alias);
    let here = Here {
        realm: &realm,
        endpoint: &format!("{realm}/broker/{alias}/endpoint"),
    };
    let settings = Settings::of(&upstream);
    let certificates = Certificates {
        signing: keyring.signing_certificate(settings.signs_logout()),
        encryption: keyring.encryption_certificate(),
    };
    let id = upstream.provider.id.as_str();
    let xml = descriptor::write(&settings, &here, id, &certificates);
    Ok(HttpResponse::Ok().content_type("application/xml").body(xml))
}
