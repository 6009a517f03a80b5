//! Serves every page with sample data, to look at them: `cargo run --example gallery -- 8099`.
//! `/` lists the pages; `?kc_locale=de` shows one in German.

#[path = "../tests/pages/samples.rs"]
mod samples;

use std::fmt::Write as _;

use actix_service::fn_factory;
use actix_web::{App, HttpResponse, HttpServer, web};
use cloakroom_web::assets;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::{Locales, Wanted};
use cloakroom_web::paths;
use samples::{Words, all};

async fn index() -> HttpResponse {
    let mut list = String::from("<!DOCTYPE html><title>Gallery</title><ul>");
    for (name, ..) in all() {
        let _ = write!(list, "<li><a href=\"/page/{name}\">{name}</a></li>");
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(list)
}

async fn page(name: web::Path<String>, query: web::Query<Vec<(String, String)>>) -> HttpResponse {
    let samples = all();
    let Some((_, status, render)) = samples.iter().find(|(one, ..)| *one == name.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let chosen = query.iter().find(|(name, _)| name == "kc_locale");
    let wanted = Wanted {
        kc_locale: chosen.map(|(_, tag)| tag.as_str()),
        ..Wanted::default()
    };
    let locale = Locales::embedded().negotiate(&wanted, &["en", "de"], None);
    let html = render(&Words { hostile: None }, &locale);
    let mut response = HttpResponse::build(*status)
        .content_type("text/html; charset=utf-8")
        .body(html);
    let security = if name.starts_with("third_party") || name.ends_with("frame") {
        Security::client_frame(false)
    } else {
        Security::page(false).with_form_target("https://app.example/cb")
    };
    security.apply(response.headers_mut());
    response
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args()
        .nth(1)
        .and_then(|port| port.parse().ok())
        .unwrap_or(8099);
    HttpServer::new(|| {
        App::new()
            .route("/", web::get().to(index))
            .route("/page/{name}", web::get().to(page))
            .default_service(fn_factory(|| paths::only(assets::configure)))
    })
    .workers(1)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}
