//! `Provider`: what outlives a request, which is the address that everything is named after.

use cloakroom_model::Realm;

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

    /// The address of the server.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A realm's issuer (`iss`).
    pub fn issuer(&self, realm: &Realm) -> String {
        format!("{}/realms/{}", self.base_url, realm.name)
    }

    /// The address that a realm's protocol endpoints are below.
    pub fn protocol_url(&self, realm: &Realm) -> String {
        format!("{}/protocol/openid-connect", self.issuer(realm))
    }
}
