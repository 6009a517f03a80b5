//! For actix-web: who calls, as a parameter of a handler; what a scope of routes demands, as a middleware.
//!
//! The app hands its [`Protection`] to actix as `app_data`. See the crate's first page for the whole.
mod caller;
mod protect;
mod refusal;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, Resource, web};

pub use caller::{Caller, ClientCertificate};
pub use protect::Protect;
pub use refusal::Refusal;

use crate::protection::Protection;

/// The route at which the metadata of the API is (RFC 9728 §3.1); anybody may read it, from any page.
pub fn metadata(protection: &Protection) -> Resource {
    let body = serde_json::Value::Object(protection.metadata().clone()).to_string();
    let answer = move || {
        let body = body.clone();
        async move {
            HttpResponse::Ok()
                .content_type("application/json")
                .insert_header((CACHE_CONTROL, "public, max-age=3600"))
                .insert_header(("access-control-allow-origin", "*"))
                .body(body)
        }
    };
    web::resource(protection.metadata_path()).route(web::get().to(answer))
}
