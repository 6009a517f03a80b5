//! `/realms/{realm}/authz/protection`: what a resource server asks of the realm (UMA 2.0 Federated
//! Authorization), and what owners of resources do through it.

mod caller;
mod permission;
mod policies;
mod resources;
mod tickets;

use cloakroom_web::web::{self, ServiceConfig};

use crate::error::AdminError;

pub(crate) use caller::UMA_PROTECTION;

const BASE: &str = "/realms/{realm}/authz/protection";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    resources::configure(cfg);
    tickets::configure(cfg);
    permission::configure(cfg);
    policies::configure(cfg);
    // Whatever else there might be below is none of its addresses.
    for path in [BASE.to_owned(), format!("{BASE}/{{rest}}")] {
        cfg.service(web::resource(path));
    }
}

fn invalid(why: impl Into<String>) -> AdminError {
    AdminError::described(400, "invalid_request", why)
}
