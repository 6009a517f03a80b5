//! The link to a client's own page, by its name: Keycloak's lists of applications lead there.

use std::sync::Arc;

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Cx, Door, Fault, client};
use cloakroom_oidc::redirect_uri;
use cloakroom_web::App;
use cloakroom_web::web::{self, Data, Path};

use super::visit::Visit;

/// The path of the link.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let path = "/realms/{realm}/clients/{client_id}/redirect";
    cfg.route(path, web::get().to(go));
}

/// Leads to where people open the client. A client that names no such page and one that is not there get the same empty
/// answer, as from Keycloak.
async fn go(app: Data<App>, request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let (realm, client_id) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let provider = Arc::clone(&visit.app.provider);
    let work = move |cx: &mut Cx<'_>| {
        let found = client::find(cx, &client_id)?;
        let roots = provider.roots(cx.realm);
        Ok(found.and_then(|client| redirect_uri::home(roots, &client)))
    };
    let home: Result<Option<String>, Fault> = visit.app.enter(&visit.realm, Door::Read, work).await;
    match home {
        Ok(home) => match home.map(|home| HeaderValue::from_str(&home)) {
            Some(Ok(to)) => HttpResponse::SeeOther()
                .insert_header((LOCATION, to))
                .finish(),
            _ => HttpResponse::NoContent().finish(),
        },
        Err(fault) => visit.fault(&fault),
    }
}
