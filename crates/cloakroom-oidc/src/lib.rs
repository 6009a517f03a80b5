//! The OpenID Connect provider: authorize, token, userinfo, logout.

/// The protocol of all realms: what lives longer than a request.
#[derive(Clone, Debug)]
pub struct Provider {
    base_url: String,
}

impl Provider {
    /// Takes the public address, without a slash at its end.
    pub fn new(base_url: String) -> Self {
        Self { base_url }
    }

    /// The issuer of a realm.
    pub fn issuer(&self, realm: &cloakroom_model::Realm) -> String {
        format!("{}/realms/{}", self.base_url, realm.name)
    }
}
