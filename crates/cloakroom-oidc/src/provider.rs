//! `Provider`: what outlives a request, which is the address that everything is named after.

use cloakroom_model::Realm;

use crate::redirect_uri::Roots;

/// The OpenID Connect provider at one address.
#[derive(Clone, Debug)]
pub struct Provider {
    base_url: String,
}

impl Provider {
    /// A provider at this address, without a slash at its end.
    pub fn new(base_url: impl Into<String>) -> Self {
        let mut base_url = base_url.into();
        while base_url.ends_with('/') {
            base_url.pop();
        }
        Self { base_url }
    }

    /// The address of the server itself, where it is administered.
    pub fn admin_url(&self) -> &str {
        &self.base_url
    }

    /// The address that browsers know a realm by: its own (`frontendUrl`), or that of the server.
    pub fn base_url<'a>(&'a self, realm: &'a Realm) -> &'a str {
        realm.frontend.as_deref().unwrap_or(&self.base_url)
    }

    /// What a client's addresses may begin with instead of a host.
    pub fn roots<'a>(&'a self, realm: &'a Realm) -> Roots<'a> {
        Roots {
            frontend: self.base_url(realm),
            admin: &self.base_url,
        }
    }

    /// A realm's issuer (`iss`).
    pub fn issuer(&self, realm: &Realm) -> String {
        format!("{}/realms/{}", self.base_url(realm), realm.name)
    }

    /// The address that a realm's protocol endpoints are below.
    pub fn protocol_url(&self, realm: &Realm) -> String {
        format!("{}/protocol/openid-connect", self.issuer(realm))
    }
}
