//! What an issuer says of itself (RFC 8414 §3.2, OpenID Connect Discovery 1.0 §4.2).
use cloakroom_jose::json;
use serde_json::Value;
use url::Url;

use super::Fetcher;

/// The largest document, in bytes; usual are four to eight thousand.
pub(super) const LIMIT: usize = 64 * 1024;

/// The addresses that a verifier needs.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) jwks_uri: Url,
    /// `None` if the issuer offers no introspection.
    pub(crate) introspection: Option<Url>,
}

impl Metadata {
    pub(super) fn read(
        document: &[u8],
        issuer: &str,
        fetcher: &Fetcher,
    ) -> Result<Self, &'static str> {
        let members = json::parse_object(document, LIMIT)
            .map_err(|_| "its discovery document is no JSON object")?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        // RFC 8414 §3.3: otherwise one issuer could pass its keys off as another's.
        if text("issuer") != Some(issuer) {
            return Err("its discovery document is another issuer's");
        }
        let jwks_uri = text("jwks_uri").ok_or("its discovery document names no keys")?;
        let introspection = text("introspection_endpoint")
            .map(|address| fetcher.check(address))
            .transpose()?;
        Ok(Self {
            jwks_uri: fetcher.check(jwks_uri)?,
            introspection,
        })
    }
}
