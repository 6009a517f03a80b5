//! The server as the browsers of one realm know it, where the realm has an address of its own (`frontendUrl`).

use std::sync::Arc;

use actix_web::web::Data;
use cloakroom_model::Realm;

use super::App;

impl App {
    /// The server under the address that browsers know this realm by; where there is no such realm, as it is.
    ///
    /// What it is administered at stays what it was ([`cloakroom_oidc::Provider::admin_url`]): whoever may change a realm does
    /// not say where the console is, and whose pages may speak to it.
    #[must_use]
    pub fn of(app: Data<Self>, realm: Option<&Realm>) -> Data<Self> {
        match realm.and_then(|realm| realm.frontend.as_ref()) {
            Some(url) if *url != app.base_url => {
                Data::new(app.named(Arc::clone(&app.provider), url))
            }
            _ => app,
        }
    }

    /// The realm is known by an https address.
    pub(crate) fn is_https_for(&self, realm: &Realm) -> bool {
        match &realm.frontend {
            Some(url) => url.starts_with("https://"),
            None => self.is_https,
        }
    }
}
