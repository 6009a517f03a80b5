//! Every public path on one screen.

mod account;
mod authorize;
mod brand;
pub(crate) mod broker;
mod claim;
mod course;
mod deliver;
mod device;
mod discovery;
mod document;
mod even;
mod home;
mod introspect;
mod judge;
mod jwks;
mod kerberos;
mod limits;
mod login;
mod logout;
mod negotiate;
mod par;
pub(crate) mod protocol;
mod refusal;
mod request_object;
mod revoke;
mod robots;
mod session_frames;
mod setup;
mod sign_in;
mod token;
mod userinfo;
mod visit;

use actix_web::HttpResponse;
use cloakroom_web::assets;
use cloakroom_web::web::{self, FormConfig, PayloadConfig};

/// The largest body that a public endpoint reads, in bytes.
const BODY: usize = 1024 * 1024;

/// All paths of the public port. Of two that fit the first one counts.
pub(crate) fn public(cfg: &mut web::ServiceConfig) {
    cfg.app_data(PayloadConfig::new(BODY));
    cfg.app_data(FormConfig::default().limit(BODY));
    cfg.scope("/realms/{realm}/protocol/openid-connect", protocol);
    cfg.configure(discovery::configure);
    cfg.configure(assets::configure);
    cfg.configure(brand::configure);
    cfg.configure(robots::configure);
    cfg.configure(home::configure);
    cfg.configure(setup::configure);
    cfg.configure(account::configure);
    cfg.configure(device::configure_pages);
    cfg.configure(login::configure);
    cfg.configure(broker::configure);
    cfg.configure(cloakroom_admin::routes::configure);
    // The API's addresses below `/admin/{realm}/console` come first.
    cfg.configure(cloakroom_console::routes::configure);
}

/// The protocol's endpoints, which are told apart by what follows their common beginning.
fn protocol(cfg: &mut web::ServiceConfig) {
    cfg.configure(token::configure);
    cfg.configure(introspect::configure);
    cfg.configure(userinfo::configure);
    cfg.configure(jwks::configure);
    cfg.configure(authorize::configure);
    cfg.route("/forgot-credentials", web::get().to(login::forgotten));
    cfg.configure(device::configure);
    cfg.configure(par::configure);
    cfg.configure(logout::configure);
    cfg.route(
        "/logout/backchannel-logout",
        web::post().to(broker::backchannel),
    );
    cfg.configure(session_frames::configure);
    cfg.configure(revoke::configure);
}

/// Keycloak's words for an address that is none.
pub(crate) async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(serde_json::json!({"error": "HTTP 404 Not Found"}))
}
