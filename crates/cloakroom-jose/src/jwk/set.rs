//! Sets of keys, and the rule that exactly one of them may fit.
use serde_json::Value;

use super::Jwk;
use crate::error::{JoseError, Result};
use crate::header::Header;
use crate::json;
use crate::key::VerifyingKey;

/// A set a client publishes has a handful of keys; this is room for many certificates.
const LIMIT: usize = 256 * 1024;

/// More keys than any rotation leaves behind.
const MAX_KEYS: usize = 64;

/// The members of a set, whatever they are.
pub(super) fn members(text: &[u8]) -> Result<Vec<Value>> {
    match json::parse_object(text, LIMIT)?.remove("keys") {
        Some(Value::Array(list)) if list.len() <= MAX_KEYS => Ok(list),
        Some(Value::Array(_)) => Err(JoseError::malformed("JWK Set has too many keys")),
        _ => Err(JoseError::malformed("JWK Set has no keys")),
    }
}

/// Keys that may verify a token.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    refused: usize,
}

impl KeySet {
    /// A set of our own keys; secrets are welcome here.
    pub fn from_keys(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            refused: 0,
        }
    }

    /// Reads a JWK Set that somebody publishes (RFC 7517 §5).
    ///
    /// Members that are not usable for verifying (an unknown type, encryption, malformed, weak)
    /// are left out and counted, so that one bad key does not take the good ones away. So are
    /// private and symmetric ones: RFC 8725 §3.5 leaves no way to trust what everybody can read.
    ///
    /// # Errors
    /// If the set as a whole is malformed or too large.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let mut set = Self::default();
        for entry in &members(text)? {
            let key = entry
                .as_object()
                .ok_or(JoseError::malformed("JWK is no object"))
                .and_then(Jwk::from_members)
                .and_then(|jwk| jwk.verifying_key());
            match key {
                Ok(key) => set.keys.push(key),
                Err(_) => set.refused += 1,
            }
        }
        Ok(set)
    }

    /// The keys that may be used.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// How many members of a parsed set were left out.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// The one key that fits the header by `kid`, type and algorithm.
    ///
    /// A `kid` that is in the header must be the key's; there is no fallback to another key.
    ///
    /// # Errors
    /// `is_no_key` if none fits, `is_many_keys` if the choice would be a guess.
    pub fn select(&self, header: &Header) -> Result<&VerifyingKey> {
        let mut fitting = self.keys.iter().filter(|key| {
            key.may_verify(header.alg()) && (header.kid().is_none() || header.kid() == key.kid())
        });
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(JoseError::no_key()),
            (Some(_), Some(_)) => Err(JoseError::many_keys()),
        }
    }
}
