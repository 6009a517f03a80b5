//! `installation/providers/{provider}`: settings for the client's own side, ready to be pasted.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use cloakroom_keycloak::client as shape;
use cloakroom_keycloak::installation::{self, Installation};
use cloakroom_model::{Secret, client, role};
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::web::{self, ServiceConfig};

use super::super::{Answer, Names};
use super::{Sight, VIEW, found_by, saml};
use crate::access::Admin;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig, client: &str) {
    cfg.route(
        &format!("{client}/installation/providers/{{provider}}"),
        web::get().to(show),
    );
}

/// What an application is told.
enum Document {
    Text(String),
    Archive(Vec<u8>),
}

async fn show(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sight = Sight::of(&admin);
    let base_url = admin.app.provider.base_url(&admin.realm).to_owned();
    let document = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let seen = sight.sees_secret(cx, &client)?;
            let masked = Secret::new(shape::MASK);
            let secret = client::reveal_secret(cx, &client)?;
            let has_roles = !role::list(cx, client.id.as_str(), None, 0, 1)?.is_empty();
            let about = Installation {
                base_url: &base_url,
                realm: cx.realm,
                client: &client,
                secret: secret.map(|secret| if seen { secret } else { masked }),
                has_roles,
            };
            let provider = path.part("provider");
            if provider == "mod-auth-mellon" {
                let keyring = Keyring::of(cx.realm)?;
                let realm = format!("{base_url}/realms/{}", cx.realm.name);
                let certificate = keyring.signing_certificate("RS256");
                let archive = saml::mellon(&client, &realm, certificate);
                return Ok(Document::Archive(archive));
            }
            let text = saml::document(provider, &client);
            let text = text.or_else(|| installation::document(provider, &about));
            text.map(Document::Text)
                .ok_or_else(|| AdminError::error(404, "Unknown Provider"))
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    Ok(match document {
        // Keycloak gives each of them as text, the JSON too.
        Document::Text(text) => answer.insert_header(ContentType::plaintext()).body(text),
        Document::Archive(archive) => answer.content_type("application/zip").body(archive),
    })
}
