//! How a realm's pages look: a style and logos, under an address that names their content.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use cloakroom_web::App;
use cloakroom_web::brand::Brand;
use cloakroom_web::web::{self, Data, Path, ServiceConfig};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let at = "/realms/{realm}/brand/{hash}/{file}";
    cfg.route(at, web::get().to(show));
}

async fn show(app: Data<App>, path: Path<(String, String, String)>) -> HttpResponse {
    let (realm, hash, file) = path.into_inner();
    let realm = match app.realm(&realm).await {
        Ok(Some(realm)) if realm.enabled => realm,
        Ok(_) => return HttpResponse::NotFound().finish(),
        Err(fault) => {
            tracing::error!(%fault, "a realm could not be read");
            return HttpResponse::ServiceUnavailable().finish();
        }
    };
    let (brand, _) = Brand::read(&realm.settings.attributes);
    // A page that was made before a change may ask for what is gone: it gets what is there, and does not keep it.
    let is_kept = hash == brand.hash();
    let found = match file.as_str() {
        "style.css" => Some(("text/css; charset=utf-8", brand.style(":root").into_bytes())),
        "logo" => brand
            .logo(false)
            .map(|logo| (logo.content_type, logo.body.clone())),
        "logo-dark" => brand
            .logo(true)
            .map(|logo| (logo.content_type, logo.body.clone())),
        _ => None,
    };
    match found {
        Some((kind, body)) => answer(is_kept).content_type(kind).body(body),
        None => HttpResponse::NotFound().finish(),
    }
}

/// Whoever opens a logo by itself gets a document that can do nothing.
fn answer(is_kept: bool) -> HttpResponseBuilder {
    let caching = match is_kept {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .insert_header(("cross-origin-resource-policy", "same-origin"));
    answer
}
