//! `/robots.txt`: nothing here is for search engines.

use actix_web::HttpResponse;
use cloakroom_web::web;

/// The path of the file.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/robots.txt", web::get().to(show));
}

/// RFC 9309 §2.2: every crawler, and every path.
async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /\n")
}
