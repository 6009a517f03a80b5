//! Signed and encrypted tokens, as this crate sees them: what it asks of whoever knows cryptography.

use std::sync::Arc;

use cloakroom_model::Secret;
use serde_json::{Map, Value};

use crate::Result;

/// A provider's keys, as they were published or written.
#[derive(Clone, Debug)]
pub enum Keys {
    /// A JWK Set that the provider publishes.
    Published(Arc<Vec<u8>>),
    /// A JWK Set, a public key or a certificate in the settings, and the name of the key.
    Written(String, Option<String>),
}

/// A signed token that is out of its envelope, and not believed yet.
#[derive(Clone, Debug)]
pub struct Opened(pub Secret);

/// What an ID token is held against (OpenID Connect Core 1.0 §3.1.3.7).
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Whose token it has to be; where nobody said, whoever has the provider's key is it.
    pub issuers: &'a [String],
    /// What we are called there.
    pub client: &'a str,
    /// The nonce that the browser was sent with; `None` where the provider returns none.
    pub nonce: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// How many seconds its clock may be off, where the settings say.
    pub skew: Option<i64>,
    /// Seconds since 1970.
    pub now: i64,
}

/// What signs a token of ours.
#[derive(Clone, Copy, Debug)]
pub enum SignedBy<'a> {
    /// A secret that the provider has as well; the header names no key.
    Secret(&'a str),
    /// The realm's active key for the algorithm.
    Realm,
    /// A private key in PEM, and its name.
    Own(&'a str, &'a str),
}

/// What this crate asks of whoever knows cryptography and has the realm's keys.
pub trait Tokens {
    /// Takes a token out of the envelope that it may come in.
    ///
    /// # Errors
    /// If it cannot be read with the realm's keys.
    fn open(&self, token: &str) -> Result<Opened>;

    /// Whether one of these keys is the one that a token names.
    fn is_key_among(&self, keys: &[u8], token: &Opened) -> bool;

    /// Checks everything about an ID token; its claims are believed after that.
    ///
    /// # Errors
    /// The first thing that is wrong.
    fn verify_id_token(
        &self,
        token: &Opened,
        keys: &Keys,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>>;

    /// Checks a signature and nothing else.
    ///
    /// # Errors
    /// If none of the keys made it.
    fn verify_signature(&self, token: &Opened, keys: &Keys) -> Result<Map<String, Value>>;

    /// Checks a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).
    ///
    /// # Errors
    /// The first thing that is wrong.
    fn verify_logout_token(
        &self,
        token: &Opened,
        keys: &Keys,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>>;

    /// Signs claims with an algorithm of this name.
    ///
    /// # Errors
    /// If there is no such algorithm, or the key is not for it.
    fn sign(&self, alg: &str, by: SignedBy<'_>, claims: &Value) -> Result<String>;
}
