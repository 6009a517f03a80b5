//! For actix-web: who calls, as a parameter of a handler; what a scope of routes demands, as a middleware.
//!
//! An API hands its [`Protection`] to actix as `app_data`. A web app with a login has [`Sessions`], and ends them as its
//! issuer tells it ([`Logout`]). See the crate's first page for the whole.
mod caller;
mod logout;
mod protect;
mod refusal;
mod sessions;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, Resource, web};

pub use caller::{Caller, ClientCertificate};
pub use logout::{BackChannel, Logout};
pub use protect::Protect;
pub use refusal::Refusal;
pub use sessions::Sessions;

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
