//! What an app puts in front of its API: access tokens checked against the issuer that made them.
//!
//! # A tour
//!
//! **A verifier** knows one issuer and one audience. It finds the issuer's keys by itself, keeps them for
//! an hour, and notices new ones without refusing a request:
//!
//! ```no_run
//! use cloakroom_verify::{Presented, Verifier};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("https://id.example/realms/shop", "orders-api").build()?;
//!
//! let access = verifier.verify(&Presented::read("Bearer eyJ…")?).await?;
//! println!("{} may read: {}", access.subject().unwrap_or("a machine"), access.has_scope("orders:read"));
//! access.need_realm_role("staff")?;
//! # Ok(())
//! # }
//! ```
//!
//! **A protection** adds the name of the API, so that whoever is refused learns what to do about it
//! (RFC 6750 §3, RFC 9449 §7.1, RFC 9728). With actix-web it is all there is to write; the feature `actix`
//! is on by default:
//!
//! ```no_run
//! use actix_web::{App, HttpServer, Responder, get, web};
//! use cloakroom_verify::actix::{Caller, Protect, Refusal, metadata};
//! use cloakroom_verify::{Protection, Verifier};
//!
//! #[get("/{id}")]
//! async fn order(caller: Caller) -> Result<impl Responder, Refusal> {
//!     caller.need_client_role("orders-api", "reader")?;
//!     Ok(format!("for {}", caller.subject().unwrap_or_default()))
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("https://id.example/realms/shop", "orders-api").build()?;
//! let protection = Protection::new(verifier, "https://api.example")?.scopes(&["orders:read"]);
//! HttpServer::new(move || {
//!     App::new()
//!         .app_data(protection.clone())
//!         .service(metadata(&protection))
//!         .service(web::scope("/orders").wrap(Protect::any().scope("orders:read")).service(order))
//! })
//! .bind("127.0.0.1:3001")?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! ```
//!
//! **Where to look.**
//!
//! | to | see | RFC |
//! |---|---|---|
//! | choose what is accepted | [`Builder`] | 8725, 9068 |
//! | hand in what a request carries | [`Presented`] | 6750, 8705, 9449 |
//! | ask who calls, and what they may do | [`Access`] | 9068, and Keycloak's roles |
//! | say why a request is refused | [`VerifyError`], [`Protection::challenges`] | 6750, 9449 |
//! | say what the API wants | [`Protection::metadata`] | 9728 |
//! | verify an ID token, a logout token, or use an issuer's keys for something else | [`Issuer::verify_login`], [`Issuer::verify`], [`Issuer::keys`] | 7517, 8414 |
//! | sign people in at an issuer, with the crate `openidconnect` | [`Issuer::exchange`], and the example `web-app` | 9700 |
//! | keep who is signed in, and learn that they are no more | `actix::Sessions`, `actix::Logout` | OpenID Connect Back-Channel Logout 1.0 |
//!
//! # What is checked
//!
//! - **A JWT**: strict form, `typ` (`at+jwt`, or Keycloak's `JWT` with the claim `typ`: an ID token is
//!   none), an asymmetric algorithm on the caller's list, the one key of the issuer that fits,
//!   signature, `iss`, `aud`, `iat`, `nbf`, `exp`.
//! - **Any other token** by introspection (RFC 7662), if the verifier has credentials for it.
//! - **A bound token** (`cnf`) together with its DPoP proof or its client certificate, and never without.
//! - **The status list**, if the verifier is asked to and the token names one.
//!
//! # What the issuer can do to the app
//!
//! Nothing it answers takes longer than five seconds or more memory than 256 KiB (a status list: 1.5 MiB); no redirect is
//! followed; addresses are `https`, except on the machine itself. If it does not answer, the keys of before
//! stay good for a day. Whoever sends tokens with made-up key names causes one request to it in 30 seconds.
//!
//! Times are in seconds. Errors hold no part of a token, and may be logged.

#![warn(missing_docs, clippy::missing_errors_doc)]

mod access;
#[cfg(feature = "actix")]
pub mod actix;
mod binding;
mod clock;
mod error;
mod expiring;
mod introspection;
mod issuer;
mod nonce;
mod presented;
mod protection;
mod status;
mod verifier;

/// The tokens, keys and kinds beneath.
pub use cloakroom_jose as jose;

pub use access::{Access, Binding};
pub use error::{SetupError, VerifyError};
pub use issuer::Issuer;
pub use nonce::NonceKey;
pub use presented::{Presented, Scheme};
pub use protection::Protection;
pub use verifier::{Builder, Verifier};
