//! The discovery document under its names, and the realm's own document.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_web::App;
use cloakroom_web::web::{self, Data, Path};

use super::document;
use super::protocol::{self, Caller};

/// The paths of the documents.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource([
            "/realms/{realm}/.well-known/openid-configuration",
            "/realms/{realm}/.well-known/oauth-authorization-server",
            // RFC 8414 §3.1 puts the issuer's path behind the well-known one; OpenID Connect does not.
            "/.well-known/oauth-authorization-server/realms/{realm}",
        ])
        .route(web::get().to(discovery))
        .route(web::head().to(discovery)),
    );
    cfg.service(
        web::resource("/realms/{realm}/.well-known/uma2-configuration").route(web::get().to(uma)),
    );
    cfg.service(web::resource("/realms/{realm}").route(web::get().to(realm_document)));
    cfg.route("/realms/{realm}/", web::get().to(realm_document));
}

async fn discovery(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let realm = match protocol::open_realm(&app, &request, &realm).await {
        Ok(realm) => realm,
        Err(answer) => return answer,
    };
    match app.provider.discovery(&realm) {
        Ok(document) => document::answer(&request, &document, document::DISCOVERY),
        Err(fault) => protocol::fault_answer(&fault),
    }
}

async fn uma(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let document = caller.app.provider.uma_document(&caller.realm);
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(document)
}

/// A realm that is switched off has its document still, as in Keycloak: it says where things are, and
/// nothing there works.
async fn realm_document(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let known = app.realm(&realm).await;
    let document = match known {
        Ok(Some(realm)) if !realm.enabled => app.provider.realm_document(&realm),
        _ => {
            let caller = match Caller::start(app, &request, &realm).await {
                Ok(caller) => caller,
                Err(answer) => return answer,
            };
            caller.app.provider.realm_document(&caller.realm)
        }
    };
    match document {
        Ok(document) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .json(document),
        Err(fault) => protocol::fault_answer(&fault),
    }
}
