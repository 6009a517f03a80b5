//! Cargo.toml: actix-web = "4", and cloakroom-verify from this server's own sources.

use actix_web::{App, HttpServer, web};
use cloakroom_verify::actix::{Caller, Protect, metadata};
use cloakroom_verify::{Protection, Verifier};

async fn me(caller: Caller) -> String {
    caller.access().subject().unwrap_or_default().to_owned()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let verifier = Verifier::builder("{issuer}", "{client_id}").build()?;
    let protection = Protection::new(verifier, "https://YOUR-APP")?;
    HttpServer::new(move || {
        App::new()
            .app_data(protection.clone())
            .service(metadata(&protection))
            .service(
                web::scope("/me")
                    .wrap(Protect::any())
                    .route("", web::get().to(me)),
            )
    })
    .bind(("127.0.0.1", 3000))?
    .run()
    .await?;
    Ok(())
}
