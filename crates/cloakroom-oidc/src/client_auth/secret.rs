//! `client_secret_basic` and `client_secret_post` (RFC 6749 §2.3.1).

use cloakroom_model::client::Client;
use cloakroom_model::{Cx, Digest};

use super::wrong_credentials;
use crate::error::Result;

/// Client attribute: when the secret ends, in seconds since 1970.
pub const ENDS: &str = "client.secret.expiration.time";
/// Client attribute: the secret before.
pub const ROTATED: &str = "client.secret.rotated";
/// Client attribute: when that one ends.
pub const ROTATED_ENDS: &str = "client.secret.rotated.expiration.time";

/// Compares digests, so that the time taken says nothing about the secret.
///
/// A client policy may let a secret end, and the one before it live on for a while.
pub(super) fn check(cx: &Cx<'_>, client: &Client, given: Option<&str>) -> Result<()> {
    let kind = client.settings.client_authenticator_type.as_str();
    // A client that registered another method is not let in by a secret that it also has.
    if !matches!(kind, "" | "client-secret") {
        return Err(wrong_credentials());
    }
    let (Some(own), Some(given)) = (&client.secret, given) else {
        return Err(wrong_credentials());
    };
    let given = Digest::of(given.as_bytes());
    let lives = |name: &str, usually: bool| {
        let end = client.settings.attribute(name);
        let end = end.and_then(|text| text.parse::<i64>().ok());
        end.map_or(usually, |end| end > cx.now.seconds())
    };
    let before = client.settings.attribute(ROTATED);
    let before = before.map(|text| Digest::of(text.as_bytes()));
    let is_current = own.matches(&given) && lives(ENDS, true);
    let is_before =
        before.is_some_and(|before| before.matches(&given)) && lives(ROTATED_ENDS, false);
    if is_current || is_before {
        Ok(())
    } else {
        Err(wrong_credentials())
    }
}
