//! The realm's public keys.

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::App;
use cloakroom_web::web::{self, Data, Path};

use super::document;
use super::protocol;

/// The path of the key set.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/certs")
            .route(web::get().to(jwks))
            .route(web::head().to(jwks)),
    );
}

async fn jwks(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let realm = match protocol::open_realm(&app, &request, &realm).await {
        Ok(realm) => realm,
        Err(answer) => return answer,
    };
    match Keyring::of(&realm) {
        Ok(keys) => {
            app.key_fetches
                .count(&realm, &request, &app.client_ip(&request));
            document::answer(&request, keys.jwks(), document::KEYS)
        }
        Err(fault) => protocol::fault_answer(&fault),
    }
}
