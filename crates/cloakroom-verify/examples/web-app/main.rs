//! A web app with login, as the security best practice asks for it: docs/tutorials/web-app-in-rust.md reads it.
//!
//! The browser holds a cookie and nothing else. Tokens stay on this server (a "backend for frontend"), which
//! calls an API in the browser's name. To have all in one program, the API is here as well; it trusts
//! the app no more than anybody else.
mod api;
mod login;
mod logout;

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use cloakroom_verify::actix::{BackChannel, Sessions, metadata};
use cloakroom_verify::{Protection, Verifier};
use url::Url;

/// What the handlers share.
pub(crate) struct Shop {
    client: login::Client,
    /// Where a logout goes on.
    end: openidconnect::EndSessionUrl,
    /// Checks what the issuer has signed.
    verifier: Verifier,
    sessions: Sessions<login::Session>,
    /// Calls the API.
    http: reqwest::Client,
    /// The address of this app.
    here: String,
}

#[actix_web::main]
async fn main() -> Result<(), login::Failed> {
    let here = setting("APP_URL")?;
    let verifier = Verifier::builder(&setting("ISSUER")?, &setting("API_AUDIENCE")?).build()?;
    let (client, end) = login::discover(verifier.issuer(), &here).await?;
    let back_channel = BackChannel::new(verifier.issuer(), client.client_id());
    let protection = Protection::new(verifier.clone(), &format!("{here}/api"))?;
    // Whatever a page is made to load or send, it is from here and to here. Signing out ends at the issuer.
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self' {}; \
         base-uri 'none'; frame-ancestors 'none'",
        Url::parse(verifier.issuer().name())?
            .origin()
            .ascii_serialization()
    );
    let port = Url::parse(&here)?.port_or_known_default().unwrap_or(80);
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10));
    let (sessions, http) = (Sessions::default(), http.build()?);
    let shop = Data::new(Shop {
        client,
        end,
        verifier,
        sessions,
        http,
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
            .app_data(back_channel.clone())
            .route("/", file("text/html", include_str!("page.html")))
            .route("/app.js", file("text/javascript", include_str!("app.js")))
            .route("/login", web::get().to(login::start))
            .route("/callback", web::get().to(login::finish))
            .route("/me", web::get().to(api::me))
            .route("/orders", web::get().to(api::call))
            .route("/logout", web::post().to(logout::by_user))
            .route("/backchannel-logout", web::post().to(logout::by_issuer))
            .configure(api::protected)
            .service(metadata(&protection))
    })
    .workers(1)
    .bind(("127.0.0.1", port))?
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
