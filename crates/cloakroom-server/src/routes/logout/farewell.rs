//! The page between the end of a session and what comes then: applications that want it are told in frames.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use cloakroom_web::page::{FarewellPage, render};
use url::Url;

use crate::routes::visit::Visit;

/// Tells the applications, and goes on to where the browser is wanted, if it is.
pub(super) fn page(visit: &Visit, frames: &[Url], next: Option<&str>) -> HttpResponse {
    let security = frames.iter().fold(visit.security(), |security, frame| {
        security.with_frame(frame)
    });
    let page = FarewellPage {
        layout: visit.layout(None),
        frames: frames.iter().map(Url::to_string).collect(),
        next: next.map(str::to_owned),
    };
    render(StatusCode::OK, &page, &security)
}

/// Puts the page before an answer that sends the browser on to the provider that the session came from.
///
/// A form that posts itself there stays as it is: the provider has to be told, too, and a form does not wait.
pub(super) fn before(visit: &Visit, frames: &[Url], then: HttpResponse) -> HttpResponse {
    let next = then.headers().get(LOCATION);
    let next = next.and_then(|next| next.to_str().ok());
    match next.filter(|_| !frames.is_empty()) {
        Some(next) => page(visit, frames, Some(next)),
        None => then,
    }
}
