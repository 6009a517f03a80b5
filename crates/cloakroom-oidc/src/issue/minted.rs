//! Tokens that are not signed yet, and signing them: after the commit, outside of any transaction.

use std::sync::Arc;

use cloakroom_jose::{Alg, half_hash};
use cloakroom_model::id::SessionId;
use cloakroom_model::{Fault, Realm, Secret};
use serde_json::{Map, Value};

use crate::client_keys::{KeysWanted, RemoteKeys};
use crate::encryption::Wish;
use crate::keyring::{INTERNAL_ALG, Keyring, MissingKey};

/// Claims with what their signature needs.
#[derive(Clone, Debug)]
pub(crate) struct Unsigned {
    pub(crate) alg: Alg,
    pub(crate) typ: &'static str,
    pub(crate) members: Map<String, Value>,
    /// Further members as the end of a JSON object, where they are written down already.
    pub(super) tail: Option<Arc<str>>,
}

impl Unsigned {
    /// Claims to be signed by the realm's key for this algorithm.
    pub(crate) fn new(alg: Alg, typ: &'static str, members: Map<String, Value>) -> Self {
        Self {
            alg,
            typ,
            members,
            tail: None,
        }
    }

    fn payload(&self) -> Result<Vec<u8>, Fault> {
        let mut payload = serde_json::to_vec(&self.members)?;
        if let Some(tail) = &self.tail {
            // The brace at the end gives way to what goes on.
            payload.pop();
            payload.push(b',');
            payload.extend_from_slice(tail.as_bytes());
        }
        Ok(payload)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Access {
    Jwt(Unsigned),
    Opaque(Secret),
    /// An answer of the authorization endpoint that has none.
    Absent,
}

/// An answer whose tokens are not signed yet.
#[derive(Clone, Debug)]
pub struct Minted {
    pub(super) access: Access,
    pub(super) id: Option<Unsigned>,
    /// How the ID token is encrypted; `None` if the client takes it in the clear.
    pub(super) encryption: Option<Wish>,
    /// The member of the answer that holds the ID token.
    pub(super) id_member: &'static str,
    pub(super) refresh: Option<Map<String, Value>>,
    pub(super) rest: Map<String, Value>,
}

/// Why tokens could not be signed.
#[derive(Debug)]
pub enum SignError {
    /// The realm has no key for this algorithm: one has to be made, and signing tried again.
    Missing(MissingKey),
    /// Something is broken.
    Fault(Fault),
}

impl From<Fault> for SignError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Minted {
    /// The claims of the access token; `None` if it is opaque, or there is none.
    pub(crate) fn access_claims(&self) -> Option<&Map<String, Value>> {
        match &self.access {
            Access::Jwt(unsigned) => Some(&unsigned.members),
            Access::Opaque(_) | Access::Absent => None,
        }
    }

    /// What an event says of the tokens: their ids, what the refresh token is, and what they are good for. Nothing that opens anything.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static str, String)> {
        fn text(members: Option<&Map<String, Value>>, name: &str) -> Option<String> {
            members?.get(name)?.as_str().map(str::to_owned)
        }
        let refresh = self.refresh.as_ref();
        let told = [
            ("token_id", text(self.access_claims(), "jti")),
            ("scope", text(Some(&self.rest), "scope")),
            ("refresh_token_id", text(refresh, "jti")),
            ("refresh_token_type", text(refresh, "typ")),
        ];
        told.into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The claims of the ID token, but for the hash of the access token.
    pub(crate) fn id_claims(&self) -> Option<&Map<String, Value>> {
        self.id.as_ref().map(|unsigned| &unsigned.members)
    }

    /// The session that the tokens are from, if they are from one.
    pub fn session(&self) -> Option<SessionId> {
        let claims = self.id_claims().or_else(|| self.access_claims())?;
        claims
            .get("sid")
            .and_then(Value::as_str)
            .map(SessionId::new)
    }

    /// What has to be fetched before the ID token can be encrypted.
    pub fn keys_wanted(&self) -> Option<KeysWanted> {
        self.encryption.as_ref()?.keys_wanted()
    }

    /// Signs the tokens with the realm's keys into the members of the answer.
    pub fn sign(&self, realm: &Realm) -> Result<Signed<'_>, SignError> {
        let keys = Keyring::of(realm)?;
        let mut answer = self.rest.clone();
        let access = match &self.access {
            Access::Jwt(unsigned) => Some(sign(&keys, unsigned)?),
            Access::Opaque(token) => Some(token.expose().to_owned()),
            Access::Absent => None,
        };
        if let Some(id) = &self.id {
            let mut id = id.clone();
            // OIDC Core §3.1.3.6: it binds the access token to the ID token.
            if let Some(access) = &access {
                let hash = half_hash(id.alg, access);
                id.members.insert("at_hash".to_owned(), Value::String(hash));
            }
            answer.insert("id_token".to_owned(), Value::String(sign(&keys, &id)?));
        }
        if let Some(members) = &self.refresh {
            let unsigned = Unsigned::new(INTERNAL_ALG, "JWT", members.clone());
            let token = sign(&keys, &unsigned)?;
            answer.insert("refresh_token".to_owned(), Value::String(token));
        }
        if let Some(access) = access {
            answer.insert("access_token".to_owned(), Value::String(access));
        }
        Ok(Signed {
            answer,
            encryption: self.encryption.as_ref(),
            id_member: self.id_member,
        })
    }
}

/// An answer whose tokens are signed. What the client wants encrypted is not, so it cannot be sent yet.
#[derive(Debug)]
pub struct Signed<'a> {
    answer: Map<String, Value>,
    encryption: Option<&'a Wish>,
    id_member: &'static str,
}

impl Signed<'_> {
    /// Encrypts the ID token, where the client wants that, and gives the answer.
    pub fn encrypt(mut self, fetched: Option<&Arc<RemoteKeys>>) -> crate::error::Result<Value> {
        if let (Some(wish), Some(id)) = (self.encryption, self.answer.get_mut(self.id_member)) {
            let signed = id.as_str().unwrap_or_default();
            *id = Value::String(wish.encrypt_token(signed, fetched)?);
        }
        Ok(Value::Object(self.answer))
    }
}

/// Signs claims with the realm's key for their algorithm.
pub(crate) fn sign(keys: &Keyring, unsigned: &Unsigned) -> Result<String, SignError> {
    let key = keys.signing_key(unsigned.alg).map_err(SignError::Missing)?;
    let payload = unsigned.payload()?;
    key.sign(unsigned.typ, &payload)
        .map_err(|error| SignError::Fault(Fault::corrupt(error)))
}
