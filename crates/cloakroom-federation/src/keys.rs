//! A provider's keys: those written into its settings, else those it publishes.

use std::sync::Arc;

use cloakroom_jose::{Header, KeySet, VerifyingKey, pem};

use crate::cache::Cache;
use crate::endpoints::{self, Endpoints};
use crate::network::Network;
use crate::{Problem, Result, Upstream};

/// The keys that an ID token with this header may be checked with.
///
/// A key of a name that is not known yet has the set fetched anew: providers change their keys.
///
/// # Errors
/// If there are none.
pub async fn find(
    upstream: &Upstream,
    endpoints: &Endpoints,
    header: &Header,
    (cache, network): (&Cache<KeySet>, &impl Network),
) -> Result<Arc<KeySet>> {
    if let Some(text) = written(upstream) {
        return parse(upstream, text).map(Arc::new);
    }
    let Some(address) = &endpoints.jwks else {
        // Keycloak lets a provider without keys be believed, if `validateSignature` is off.
        return Err(Problem::settings(
            "it has no keys to check its ID tokens with: set jwksUrl",
        ));
    };
    let has = |keys: &KeySet| match header.kid() {
        Some(kid) => keys.keys().iter().any(|key| key.kid() == Some(kid)),
        None => keys.select(header).is_ok(),
    };
    let fetch = async || {
        let body = endpoints::get(address, "application/json", network).await?;
        KeySet::parse(&body).map_err(|_| Problem::untrusted("its keys cannot be read"))
    };
    cache.get(address, has, || network.now(), fetch).await
}

/// Keys in the settings count unless those at an address are asked for.
fn written(upstream: &Upstream) -> Option<&str> {
    if upstream.has("useJwksUrl") {
        return None;
    }
    upstream.text("publicKeySignatureVerifier")
}

fn parse(upstream: &Upstream, text: &str) -> Result<KeySet> {
    let unreadable = || Problem::settings("publicKeySignatureVerifier cannot be read");
    if text.starts_with('{') {
        return KeySet::parse(text.as_bytes()).map_err(|_| unreadable());
    }
    let kid = upstream.text("publicKeySignatureVerifierKeyId");
    let key = VerifyingKey::from_pem(None, kid, text).or_else(|_| {
        // Keycloak keeps keys without the lines around them.
        let (_, der) = pem::decode(text)?;
        VerifyingKey::from_spki(None, kid, &der)
            .or_else(|_| VerifyingKey::from_certificate(None, kid, &der))
    });
    key.map(|key| KeySet::from_keys([key]))
        .map_err(|_| unreadable())
}
