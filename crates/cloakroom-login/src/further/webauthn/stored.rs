//! Keys as Keycloak stores them: the public half and its counter in what may be shown, and nothing secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cloakroom_model::credential::Credential;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::cose::PublicKey;

/// What may be shown of a key; the names are Keycloak's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aaguid: Option<String>,
    pub(super) credential_id: String,
    #[serde(default)]
    pub(super) counter: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attestation_statement: Option<String>,
    pub(super) credential_public_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attestation_statement_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) transports: Option<Vec<String>>,
    /// What a later Keycloak writes beside it stays.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Shown {
    pub(super) fn new(id: &[u8], key: &[u8], counter: u32) -> Self {
        Self {
            aaguid: None,
            credential_id: STANDARD.encode(id),
            counter,
            attestation_statement: None,
            credential_public_key: URL_SAFE_NO_PAD.encode(key),
            attestation_statement_format: None,
            transports: None,
            rest: Map::new(),
        }
    }
}

/// A key of somebody.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) shown: Shown,
    /// The id that the authenticator knows it by.
    pub(super) id: Vec<u8>,
}

impl Stored {
    /// Reads a credential; `None` if it is none of a key.
    pub(super) fn read(credential: &Credential) -> Option<Self> {
        let shown: Shown = serde_json::from_str(&credential.credential_data).ok()?;
        let id = decode(&shown.credential_id)?;
        Some(Self { shown, id })
    }

    /// The key, if it is of a kind that is known.
    pub(super) fn key(&self) -> Option<PublicKey> {
        PublicKey::read(&decode(&self.shown.credential_public_key)?)
    }
}

/// What is stored of a key (`credentialData`) is one that can verify something.
#[must_use]
pub fn is_readable(credential_data: &str) -> bool {
    let shown: Option<Shown> = serde_json::from_str(credential_data).ok();
    shown.is_some_and(|shown| {
        let key = decode(&shown.credential_public_key);
        let key = key.and_then(|bytes| PublicKey::read(&bytes));
        decode(&shown.credential_id).is_some() && key.is_some_and(|key| key.is_usable())
    })
}

/// Keycloak writes ids in one alphabet of Base64 and keys in the other.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let plain = text
        .trim_end_matches('=')
        .replace('-', "+")
        .replace('_', "/");
    STANDARD_NO_PAD.decode(plain).ok()
}
