//! The pages for whoever is not judged: a directory is away, or they have tried too often.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use cloakroom_login::proof::TooMany;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault};
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;

use super::{Ticket, known_user, login_page, over};
use crate::routes::visit::Visit;

/// The page for whoever is in a directory that does not answer, or may be.
pub(super) async fn away(visit: &Visit, ticket: Ticket, directory: String) -> HttpResponse {
    let find = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        let Some(attempt) = ticket.find(cx)? else {
            return Ok(None);
        };
        let known = known_user(cx, &attempt)?;
        Ok(Some((attempt, known)))
    };
    match visit.app.enter(&visit.realm, Door::Read, find).await {
        Ok(Some((attempt, known))) => {
            let alert = Alert::error(Notice::ProviderUnreachable(directory));
            let mut response = login_page(visit, &attempt, known.as_ref(), Some(alert));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
        Ok(None) => over(visit),
        Err(fault) => visit.fault(&fault),
    }
}

/// The page for whoever tries too often; the words are the same whether or not there is an account.
pub(super) fn too_often(
    visit: &Visit,
    attempt: &Attempt,
    known: Option<&User>,
    too_many: TooMany,
) -> HttpResponse {
    let alert = Alert::error(Notice::TooManyAttempts);
    let mut response = login_page(visit, attempt, known, Some(alert));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = too_many.retry_after_seconds.into();
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}
