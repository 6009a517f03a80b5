//! What can be traded for tokens. To add one: a file in `grant/`, and its two lines below.

pub(crate) mod authorization_code;
pub(crate) mod client_credentials;
mod device_code;
pub mod password;
mod refresh_token;
pub mod token_exchange;

use cloakroom_model::Cx;

use crate::client_auth::ProvenClient;
use crate::error::{OAuthError, Result};
use crate::issue::Authorization;
use crate::provider::Provider;
use crate::token::TokenRequest;

/// Every grant, in the order discovery lists them.
pub static ALL: &[&dyn Grant] = &[
    &authorization_code::AuthorizationCode,
    &client_credentials::ClientCredentials,
    &device_code::DeviceCode,
    &password::Password,
    &refresh_token::RefreshToken,
    &token_exchange::TokenExchange,
];

/// One way to obtain tokens. The endpoint does what all grants share before `authorize` is called.
pub trait Grant: Sync {
    /// The value of `grant_type`.
    fn grant_type(&self) -> &'static str;
    /// Keycloak's name of its event.
    fn event(&self) -> &'static str;
    /// Checks all that this grant demands, and spends what can be spent once.
    fn authorize(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization>;
}

/// The grant that a request names.
pub(crate) fn named(grant_type: &str) -> Result<&'static dyn Grant> {
    ALL.iter()
        .copied()
        .find(|grant| grant.grant_type() == grant_type)
        .ok_or_else(|| OAuthError::new("unsupported_grant_type", "Unsupported grant_type").into())
}
