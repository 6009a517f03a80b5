//! A web app with login, as the security best practice asks for it: docs/tutorials/web-app-in-rust.md reads it.
//!
//! The browser holds a cookie and nothing else. Tokens stay on this server (a "backend for frontend"), which
//! calls an API in the browser's name. To have all in one program, the API is here as well; it trusts
//! the app no more than anybody else.
mod api;
mod issuer;
mod login;
mod logout;
mod session;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use cloakroom_verify::{Protection, Verifier};
use url::Url;

/// What the handlers share.
pub(crate) struct Shop {
    issuer: issuer::Issuer,
    /// Checks what the issuer has signed.
    verifier: Verifier,
    sessions: session::Sessions,
    /// The address of this app.
    here: String,
}

#[actix_web::main]
async fn main() -> Result<(), issuer::Failed> {
    let (here, issuer) = (setting("APP_URL")?, setting("ISSUER")?);
    let verifier = Verifier::builder(&issuer, &setting("API_AUDIENCE")?).build()?;
    let protection = Protection::new(verifier.clone(), &format!("{here}/api"))?;
    let address = Url::parse(&here)?;
    // Whatever a page is made to load or send, it is from here and to here. Signing out ends at the issuer.
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self' {}; \
         base-uri 'none'; frame-ancestors 'none'",
        Url::parse(&issuer)?.origin().ascii_serialization()
    );
    let shop = Data::new(Shop {
        issuer: issuer::Issuer::discover(issuer, &here).await?,
        verifier,
        sessions: session::Sessions::default(),
        here,
    });
    HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add((CONTENT_SECURITY_POLICY, policy.clone()))
            .add((CACHE_CONTROL, "no-store"));
        App::new()
            .wrap(headers)
            .app_data(shop.clone())
            .app_data(protection.clone())
            .route("/", file("text/html", include_str!("page.html")))
            .route("/app.js", file("text/javascript", include_str!("app.js")))
            .route("/login", web::get().to(login::start))
            .route("/callback", web::get().to(login::finish))
            .route("/me", web::get().to(api::me))
            .route("/orders", web::get().to(api::call))
            .route("/logout", web::post().to(logout::by_user))
            .route("/backchannel-logout", web::post().to(logout::by_issuer))
            .configure(api::protected)
            .service(cloakroom_verify::actix::metadata(&protection))
    })
    .workers(1)
    .bind(("127.0.0.1", address.port_or_known_default().unwrap_or(80)))?
    .run()
    .await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an app with settings of its own")]
pub(crate) fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}

fn file(kind: &'static str, text: &'static str) -> actix_web::Route {
    web::get().to(move || async move { HttpResponse::Ok().content_type(kind).body(text) })
}
