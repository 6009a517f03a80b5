//! The request for a new password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::{Cx, Door};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, Field, ResetCredentialsPage, render};
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::pages::{PASSWORD, action, layout, security, username_label};
use super::register::followed;
use super::{login_page, outset, over, posted};
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// The execution that the address of the form for a new password names.
const RESET: &str = "reset-credentials-choose-user";

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    cfg.service(
        web::resource(format!("{base}/reset-credentials"))
            .route(web::get().to(ask_reset))
            .route(web::post().to(reset)),
    );
}

async fn ask_reset(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if !visit.realm.settings.reset_password_allowed {
        return visit.error(StatusCode::BAD_REQUEST, Notice::ResetOff);
    }
    // A help page links here directly, without a sign-in that was begun.
    if outset::is_lost(&visit) {
        return match outset::begin_here(&visit).await {
            Ok(begun) => {
                let mut page = reset_page(&visit, &begun.attempt);
                begun.remember(&visit, &mut page);
                page
            }
            Err(page) => page,
        };
    }
    match followed(&visit).await {
        Ok(attempt) => {
            let mut page = reset_page(&visit, &attempt);
            visit.keep_locale(&mut page);
            page
        }
        Err(page) => page,
    }
}

/// Keycloak's `protocol/openid-connect/forgot-credentials`: takes what the authorization endpoint takes, and begins with the
/// form for a new password in place of the one for a sign-in.
pub(crate) async fn forgotten(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if !visit.realm.settings.reset_password_allowed {
        return visit.error(StatusCode::BAD_REQUEST, Notice::ResetOff);
    }
    match outset::begin_asked(&visit, request.query_string()).await {
        Ok(begun) => {
            let mut page = reset_page(&visit, &begun.attempt);
            visit.keep_locale(&mut page);
            begun.remember(&visit, &mut page);
            page
        }
        Err(page) => page,
    }
}

fn reset_page(visit: &Visit, attempt: &Attempt) -> HttpResponse {
    let request = sign_in::request_of(attempt).ok();
    let query = sign_in::address(attempt, PASSWORD, false);
    let page = ResetCredentialsPage {
        layout: layout(visit, attempt, request.as_ref(), "reset-credentials", RESET),
        action: action(visit, attempt, "reset-credentials", RESET),
        alert: None,
        username_label: username_label(visit),
        username: Field::new(""),
        login_url: visit.url(&format!("login-actions/authenticate?{query}")),
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}

/// One answer for every name, so that nobody learns who has an account.
async fn reset(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, _) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    if !visit.realm.settings.reset_password_allowed {
        return visit.error(StatusCode::BAD_REQUEST, Notice::ResetOff);
    }
    let work = move |cx: &mut Cx<'_>| ticket.claim(cx);
    match visit.app.enter(&visit.realm, Door::Read, work).await {
        Ok(Some(attempt)) => {
            let alert = Alert::info(Notice::ResetRequested);
            login_page(&visit, &attempt, None, Some(alert))
        }
        Ok(None) => over(&visit),
        Err(fault) => visit.fault(&fault),
    }
}
