//! The frames in which a client's page asks, without a redirect, whether its session goes on.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use cloakroom_model::{Cx, Door, Fault, client};
use cloakroom_oidc::redirect_uri;
use cloakroom_web::App;
use cloakroom_web::headers::Security;
use cloakroom_web::page::{
    LoginStatusFrame, ThirdPartyCookiesCheckFrame, ThirdPartyCookiesSetFrame, render,
};
use cloakroom_web::web::{self, Data, Path, Query};
use serde::Deserialize;

/// The paths of the frames.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let frame = "/login-status-iframe.html";
    cfg.route(frame, web::get().to(login_status));
    cfg.route(&format!("{frame}/init"), web::get().to(may_ask));
    cfg.route("/3p-cookies/step1.html", web::get().to(set_cookie));
    cfg.route("/3p-cookies/step2.html", web::get().to(check_cookie));
}

async fn login_status(app: Data<App>) -> HttpResponse {
    let page = LoginStatusFrame {
        base_path: String::new(),
    };
    render(StatusCode::OK, &page, &Security::client_frame(app.is_https))
}

async fn set_cookie(app: Data<App>) -> HttpResponse {
    let page = ThirdPartyCookiesSetFrame {
        base_path: String::new(),
    };
    render(StatusCode::OK, &page, &Security::client_frame(app.is_https))
}

async fn check_cookie(app: Data<App>) -> HttpResponse {
    let page = ThirdPartyCookiesCheckFrame {
        base_path: String::new(),
    };
    render(StatusCode::OK, &page, &Security::client_frame(app.is_https))
}

/// Which page asks, and about which client.
#[derive(Deserialize)]
struct Asking {
    client_id: String,
    origin: String,
}

/// Tells the frame whether a page of this origin may ask about this client: 204 or 403.
async fn may_ask(
    app: Data<App>,
    realm: Path<String>,
    asking: Option<Query<Asking>>,
) -> HttpResponse {
    let forbidden = || HttpResponse::Forbidden().finish();
    let Some(Query(asking)) = asking else {
        return forbidden();
    };
    if asking.client_id.len() > 255 || asking.client_id.contains('\0') {
        return forbidden();
    }
    let realm = match app.realm(&realm).await {
        Ok(Some(realm)) if realm.enabled => realm,
        Ok(_) => return forbidden(),
        Err(fault) => {
            tracing::error!(%fault, "a realm could not be read");
            return HttpResponse::ServiceUnavailable().finish();
        }
    };
    let provider = Arc::clone(&app.provider);
    let work = move |cx: &mut Cx<'_>| -> Result<bool, Fault> {
        let client = client::find(cx, &asking.client_id)?;
        let roots = provider.roots(cx.realm);
        Ok(client.is_some_and(|client| {
            client.enabled && redirect_uri::is_web_origin(roots, &client, &asking.origin)
        }))
    };
    match app.enter(&realm, Door::Memory, work).await {
        Ok(true) => HttpResponse::NoContent()
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish(),
        Ok(false) => forbidden(),
        Err(fault) => {
            tracing::error!(%fault, "a client could not be read");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}
