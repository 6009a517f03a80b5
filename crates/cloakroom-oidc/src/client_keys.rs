//! The keys that a client signs with, and those it is encrypted to: written into its settings, or behind an address of its own.

pub mod given;

use std::sync::Arc;

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Claims, Policy};
use cloakroom_jose::{JoseError, KeySet, RecipientSet, VerifyingKey};
use cloakroom_model::client::Client;

/// Keys that were fetched from a client's `jwks.url`.
#[derive(Debug)]
pub struct RemoteKeys {
    verifying: KeySet,
    recipients: RecipientSet,
}

impl RemoteKeys {
    /// Reads a JWK Set; `None` if it is none.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Some(Self {
            verifying: KeySet::parse(body).ok()?,
            recipients: RecipientSet::parse(body).ok()?,
        })
    }

    /// A key of this name is among them.
    pub fn has(&self, kid: &str) -> bool {
        let mut keys = self.verifying.keys().iter();
        keys.any(|key| key.kid() == Some(kid))
    }

    /// Those that the client is encrypted to.
    pub(crate) fn recipients(&self) -> &RecipientSet {
        &self.recipients
    }
}

/// Keys that have to be fetched before a token of the client can be verified, or one encrypted to it. No rule has the
/// network, so the caller does it and comes back with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysWanted {
    /// The client's `jwks.url`.
    pub address: String,
    /// The name of the key that the token was signed with; `None` also if something is to be encrypted.
    pub kid: Option<String>,
}

/// What has to be fetched to verify this token of the client.
pub(crate) fn wanted(client: &Client, token: &Unverified<'_>) -> Option<KeysWanted> {
    let settings = &client.settings;
    if settings.has("use.jwks.string") || !settings.has("use.jwks.url") {
        return None;
    }
    Some(KeysWanted {
        address: settings.attribute("jwks.url")?.to_owned(),
        kid: token.header().kid().map(str::to_owned),
    })
}

/// The keys of a client.
pub(crate) enum Keys {
    Set(KeySet),
    One(VerifyingKey),
    Remote(Arc<RemoteKeys>),
}

impl Keys {
    /// The client's keys; `None` if it has none that can be read, or they were not fetched.
    pub(crate) fn of(client: &Client, fetched: Option<&Arc<RemoteKeys>>) -> Option<Self> {
        let settings = &client.settings;
        if settings.has("use.jwks.string") {
            let text = settings.attribute("jwks.string")?;
            return KeySet::parse(text.as_bytes()).ok().map(Self::Set);
        }
        if settings.has("use.jwks.url") {
            return fetched.map(|keys| Self::Remote(Arc::clone(keys)));
        }
        if let Some(text) = settings.attribute("jwt.credential.certificate") {
            return VerifyingKey::from_pem(None, None, text)
                .or_else(|_| {
                    let (_, der) = cloakroom_jose::pem::decode(text)?;
                    VerifyingKey::from_certificate(None, None, &der)
                })
                .ok()
                .map(Self::One);
        }
        let text = settings.attribute("jwt.credential.public.key")?;
        let (_, der) = cloakroom_jose::pem::decode(text).ok()?;
        VerifyingKey::from_spki(None, None, &der)
            .ok()
            .map(Self::One)
    }

    /// Verifies a token with the one key that fits, and its claims by the policy.
    pub(crate) fn verify(
        &self,
        token: Unverified<'_>,
        policy: &Policy,
        now: i64,
    ) -> Result<Claims, JoseError> {
        match self {
            Self::Set(keys) => jwt::verify_parsed(token, keys, policy, now),
            Self::Remote(keys) => jwt::verify_parsed(token, &keys.verifying, policy, now),
            Self::One(key) => jwt::verify_with(token, key, policy, now),
        }
    }
}
