//! A provider's keys: those written into its settings, else those it publishes.

use crate::cache::Cache;
use crate::endpoints::{self, Endpoints};
use crate::network::Network;
use crate::tokens::{Keys, Opened, Tokens};
use crate::{Problem, Result, Upstream};

/// The keys that a token may be checked with.
///
/// A key of a name that is not known yet has the set fetched anew: providers change their keys.
///
/// # Errors
/// If there are none.
pub async fn find(
    upstream: &Upstream,
    endpoints: &Endpoints,
    token: &Opened,
    (cache, tokens, network): (&Cache<Vec<u8>>, &impl Tokens, &impl Network),
) -> Result<Keys> {
    if let Some(text) = written(upstream) {
        let kid = upstream.text("publicKeySignatureVerifierKeyId");
        return Ok(Keys::Written(text.to_owned(), kid.map(str::to_owned)));
    }
    let Some(address) = &endpoints.jwks else {
        // Keycloak lets a provider without keys be believed, if `validateSignature` is off.
        return Err(Problem::settings(
            "it has no keys to check its ID tokens with: set jwksUrl",
        ));
    };
    let has = |keys: &Vec<u8>| tokens.is_key_among(keys, token);
    let fetch = async || endpoints::get(address, "application/json", network).await;
    let found = cache.get(address, has, || network.now(), fetch).await;
    found.map(Keys::Published)
}

/// Keys in the settings count unless those at an address are asked for.
fn written(upstream: &Upstream) -> Option<&str> {
    if upstream.has("useJwksUrl") {
        return None;
    }
    upstream.text("publicKeySignatureVerifier")
}
