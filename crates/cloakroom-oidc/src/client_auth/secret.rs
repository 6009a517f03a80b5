//! `client_secret_basic` and `client_secret_post` (RFC 6749 §2.3.1).

use cloakroom_model::Digest;
use cloakroom_model::client::Client;

use super::wrong_credentials;
use crate::error::Result;

/// Compares digests, so that the time taken says nothing about the secret.
pub(super) fn check(client: &Client, given: Option<&str>) -> Result<()> {
    let kind = client.settings.client_authenticator_type.as_str();
    // A client that registered another method is not let in by a secret that it also has.
    if !matches!(kind, "" | "client-secret") {
        return Err(wrong_credentials());
    }
    let (Some(own), Some(given)) = (&client.secret, given) else {
        return Err(wrong_credentials());
    };
    if own.matches(&Digest::of(given.as_bytes())) {
        Ok(())
    } else {
        Err(wrong_credentials())
    }
}
