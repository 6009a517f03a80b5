//! Keys that one may encrypt to, and which of them it is.
use serde_json::Value;

use super::{Jwk, Use, set};
use crate::error::{JoseError, Result};
use crate::jwe::{EncryptionKey, KeyAlg};

/// The keys of somebody to whom messages are encrypted, such as a client that publishes them.
///
/// ```
/// use cloakroom_jose::jwe::KeyAlg;
/// use cloakroom_jose::{DecryptionKey, RecipientSet};
///
/// # fn main() -> cloakroom_jose::Result<()> {
/// let key = DecryptionKey::generate_with_keycloak_kid()?.for_alg(KeyAlg::RsaOaep256)?;
/// let published = serde_json::json!({ "keys": [key.public_jwk()?] }).to_string();
///
/// let recipients = RecipientSet::parse(published.as_bytes())?;
/// let to = recipients.choose(KeyAlg::RsaOaep256)?;
/// assert_eq!(to.kid(), Some(key.kid()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct RecipientSet {
    keys: Vec<Jwk>,
}

impl RecipientSet {
    /// Reads a JWK Set that somebody publishes (RFC 7517 §5).
    ///
    /// Members that cannot be read are left out, so that one bad key does not take the good ones away.
    /// So are private and symmetric ones, to which nobody should encrypt.
    ///
    /// # Errors
    /// If the set as a whole is malformed or too large.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let members = set::members(text)?;
        let keys = members.iter().filter_map(Value::as_object);
        let keys = keys.filter_map(|members| Jwk::from_members(members).ok());
        Ok(Self {
            keys: keys.collect(),
        })
    }

    /// The key to encrypt to with `alg`.
    ///
    /// One that is said to be for encryption goes before one that is not said to be for anything, and one
    /// with this `alg` before one without. Of several that are alike it is the first: whoever publishes
    /// two while they are exchanged can read both, and the message names the one that was taken.
    ///
    /// # Errors
    /// `is_no_key` if none is for encryption with this algorithm.
    pub fn choose(&self, alg: KeyAlg) -> Result<EncryptionKey> {
        let fitting = self
            .keys
            .iter()
            .filter_map(|jwk| Some((jwk, jwk.encryption_key(alg).ok()?)));
        let best = fitting.min_by_key(|(jwk, _)| {
            let is_said = jwk.key_use() == Some(Use::Encryption);
            (!is_said, jwk.alg().is_none())
        });
        best.map(|(_, key)| key).ok_or(JoseError::no_key())
    }
}
