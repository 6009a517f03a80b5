//! A web app with login, as the security best practice asks for it: docs/tutorials/web-app-in-rust.md reads it.
//!
//! The browser holds a cookie and nothing else. Tokens stay on this server (a "backend for frontend"), which
//! calls an API in the browser's name. To have all in one program, the API is here as well; it trusts
//! the app no more than anybody else.
mod api;
mod login;
mod logout;
mod oidc;
mod session;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};
use cloakroom_verify::{Protection, Verifier};

use oidc::{Failed, Provider};
use session::Sessions;

/// Reads a setting from the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "an app of its own, with settings of its own"
)]
fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}

#[actix_web::main]
async fn main() -> Result<(), Failed> {
    let here = setting("APP_URL")?;
    let port = url::Url::parse(&here)?
        .port_or_known_default()
        .ok_or("APP_URL has no port")?;
    let (issuer, audience) = (setting("ISSUER")?, setting("API_AUDIENCE")?);
    let (client_id, secret) = (setting("CLIENT_ID")?, setting("CLIENT_SECRET")?);

    let verifier = Verifier::builder(&issuer, &audience).build()?;
    let protection = Protection::new(verifier.clone(), &format!("{here}/api"))?;
    let verifier = web::Data::new(verifier);
    let provider = web::Data::new(Provider::new(&issuer, &client_id, &secret, &here)?);
    let sessions = web::Data::new(Sessions::default());

    // Whatever a page is made to load or send, it is from here and to here. Signing out ends at the issuer.
    let origin = url::Url::parse(&issuer)?.origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self' {origin}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add((CONTENT_SECURITY_POLICY, policy.clone()))
            .add((CACHE_CONTROL, "no-store"));
        App::new()
            .wrap(headers)
            .app_data(provider.clone())
            .app_data(verifier.clone())
            .app_data(sessions.clone())
            .app_data(protection.clone())
            .route("/", web::get().to(page))
            .route("/app.js", web::get().to(script))
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
    .bind(("127.0.0.1", port))?
    .run()
    .await?;
    Ok(())
}

async fn page() -> HttpResponse {
    let page = include_str!("page.html");
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page)
}

async fn script() -> HttpResponse {
    let script = include_str!("app.js");
    HttpResponse::Ok()
        .content_type("text/javascript")
        .body(script)
}
