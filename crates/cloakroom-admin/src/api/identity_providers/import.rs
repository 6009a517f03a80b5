//! Settings of an identity provider, read from what it says of itself: its OpenID Connect discovery
//! document, or its SAML metadata.

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::Written;
use cloakroom_federation::preset::{self, Preset};
use cloakroom_keycloak::{catalog, read};
use cloakroom_web::connector::Administered;
use cloakroom_web::web::{self, Bytes, ServiceConfig};

use super::{BASE, MANAGE};
use crate::access::Admin;
use crate::api::Answer;
use crate::error::{AdminError, Result};
use crate::multipart;
use crate::names;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(&format!("{BASE}/import-config"), web::post().to(import));
}

/// Fetches from the address that was sent, as far as the server may go there, or reads the file.
async fn import(admin: Admin, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let bad = || AdminError::error(400, "HTTP 400 Bad Request");
    if let Some(form) = multipart::read(&request, &body) {
        let field = |name: &str| form.get(name).and_then(|field| multipart::text(field));
        let kind = connector(&admin, &field("providerId").ok_or_else(bad)?)?;
        let mut config = read_with(kind, &field("file").ok_or_else(bad)?)?;
        // Keycloak says so of what comes from a file alone.
        config.insert("syncMode", "LEGACY".to_owned());
        return Ok(HttpResponse::Ok().json(config));
    }
    let sent = read::map(&body)?;
    let kind = read::text(&sent, "providerId")?.ok_or_else(bad)?;
    let address = read::text(&sent, "fromUrl")?.ok_or_else(bad)?;
    // The settings are for a provider of this name, which could not be stored.
    names::check_without_space(read::text(&sent, "alias")?.unwrap_or_default())?;
    let kind = connector(&admin, kind)?;
    let mut config = match kind.and_then(|(_, kind)| kind.accepts()) {
        Some(accepted) => {
            let fetched = admin.app.outbound.get(address, accepted).await;
            // Whoever names an address learns nothing about what is there.
            let fetched = fetched.map_err(|why| {
                tracing::info!(%why, "settings of an identity provider were not fetched");
                unreadable()
            })?;
            read_with(kind, &String::from_utf8_lossy(&fetched))?
        }
        None => Written::new(),
    };
    config.insert("metadataDescriptorUrl", address.to_owned());
    Ok(HttpResponse::Ok().json(config))
}

fn unreadable() -> AdminError {
    AdminError::message(
        400,
        "No settings of an identity provider could be read there",
    )
}

/// A kind, and what reads the document of one.
type Reader = (&'static Preset, &'static dyn Administered);

/// What reads the settings of a kind of provider; `None` if there is nothing to read, because everything about the kind
/// is known.
fn connector(admin: &Admin, id: &str) -> Result<Option<Reader>> {
    if let Some(preset) = preset::find(id).filter(|preset| preset.is_told()) {
        let connector = (admin.app.connectors)(preset.protocol);
        return Ok(connector.map(|connector| (preset, connector)));
    }
    match preset::find(id).is_some() || catalog::identity_provider(id).is_some() {
        true => Ok(None),
        false => {
            let why = format!("Invalid identity provider id [{id}]");
            Err(AdminError::message(400, why))
        }
    }
}

fn read_with(reader: Option<Reader>, text: &str) -> Result<Written> {
    match reader {
        Some((kind, reader)) => reader.read(kind, text).ok_or_else(unreadable),
        None => Ok(Written::new()),
    }
}
