//! Issuing: claims out of the payload, digests in (RFC 9901 §4).
use serde_json::{Map, Value, json};

use super::disclosure::Disclosure;
use super::{ELEMENT, SD, SD_ALG};
use crate::error::{JoseError, Result};
use crate::jwk::Jwk;
use crate::key::SigningKey;
use crate::random::Random;

/// What an issuer makes disclosable, and whom it binds the token to.
#[derive(Clone, Debug)]
pub struct Issuer<'a> {
    hidden: &'a [&'a str],
    holder: Option<&'a Jwk>,
    decoys: usize,
}

/// The claims that a verifier must always see (RFC 9901 §9.7 gives the reason).
const ALWAYS_SHOWN: [&str; 7] = ["iss", "aud", "exp", "nbf", "cnf", "status", "vct"];

impl<'a> Issuer<'a> {
    /// Makes the claims at these JSON pointers (RFC 6901) disclosable, inner ones before outer ones.
    pub fn new(hidden: &'a [&'a str]) -> Self {
        Self {
            hidden,
            holder: None,
            decoys: 0,
        }
    }

    /// Binds the token to the key of its holder (`cnf`, RFC 7800).
    #[must_use]
    pub fn holder(mut self, key: &'a Jwk) -> Self {
        self.holder = Some(key);
        self
    }

    /// Adds so many digests of nothing, so that nobody can count the claims (RFC 9901 §4.2.5).
    #[must_use]
    pub fn decoys(mut self, count: usize) -> Self {
        self.decoys = count;
        self
    }

    /// Signs, and gives the token with all disclosures.
    ///
    /// # Errors
    /// If a pointer leads nowhere or to a claim that verifiers must see, or `claims` is no object or
    /// has members whose names belong to this format.
    pub fn issue(
        &self,
        key: &SigningKey,
        typ: &str,
        claims: &Value,
        random: &mut dyn Random,
    ) -> Result<String> {
        let mut payload = claims.clone();
        if !payload.is_object() || has_reserved_name(&payload) {
            return Err(JoseError::malformed("claims"));
        }
        let mut pointers = self.hidden.to_vec();
        pointers.sort_by_key(|pointer| std::cmp::Reverse(pointer.matches('/').count()));
        let mut disclosures = Vec::new();
        for pointer in pointers {
            disclosures.push(hide(&mut payload, pointer, random)?);
        }
        let members = payload.as_object_mut();
        let members = members.ok_or(JoseError::malformed("claims"))?;
        for _ in 0..self.decoys {
            let decoy = Disclosure::new(None, &Value::Null, random)?;
            add_digest(members, &decoy.digest)?;
        }
        members.insert(SD_ALG.to_owned(), "sha-256".into());
        if let Some(holder) = self.holder {
            members.insert("cnf".to_owned(), json!({ "jwk": holder }));
        }
        let token = key.sign(typ, payload.to_string().as_bytes())?;
        let mut message = format!("{token}~");
        for disclosure in disclosures {
            message.push_str(&disclosure.text);
            message.push('~');
        }
        Ok(message)
    }
}

fn hide(payload: &mut Value, pointer: &str, random: &mut dyn Random) -> Result<Disclosure> {
    const NOWHERE: JoseError = JoseError::malformed("pointer to a claim");
    let (parent, last) = pointer.rsplit_once('/').ok_or(NOWHERE)?;
    let name = last.replace("~1", "/").replace("~0", "~");
    if parent.is_empty() && ALWAYS_SHOWN.contains(&name.as_str()) {
        return Err(JoseError::malformed("claim that verifiers must see"));
    }
    match payload.pointer_mut(parent).ok_or(NOWHERE)? {
        Value::Object(members) => {
            let value = members.remove(&name).ok_or(NOWHERE)?;
            let disclosure = Disclosure::new(Some(&name), &value, random)?;
            add_digest(members, &disclosure.digest)?;
            Ok(disclosure)
        }
        Value::Array(elements) => {
            let index: usize = name.parse().map_err(|_| NOWHERE)?;
            let element = elements.get_mut(index).ok_or(NOWHERE)?;
            let disclosure = Disclosure::new(None, element, random)?;
            *element = json!({ ELEMENT: disclosure.digest });
            Ok(disclosure)
        }
        _ => Err(NOWHERE),
    }
}

/// RFC 9901 §4.2.4.1: the digests are sorted, so that their order says nothing of the claims'.
fn add_digest(members: &mut Map<String, Value>, digest: &str) -> Result<()> {
    let digests = members
        .entry(SD)
        .or_insert_with(|| Value::Array(Vec::new()))
        .as_array_mut()
        .ok_or(JoseError::malformed("claims"))?;
    digests.push(digest.into());
    digests.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    Ok(())
}

fn has_reserved_name(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            [SD, ELEMENT, SD_ALG].contains(&name.as_str()) || has_reserved_name(value)
        }),
        Value::Array(elements) => elements.iter().any(has_reserved_name),
        _ => false,
    }
}
