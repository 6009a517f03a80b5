//! The flattened and the general form (RFC 7515 §7.2), which may have several signatures.
use serde_json::{Map, Value, json};

use crate::alg::Alg;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::{self, Header, Payload, parse_protected};
use crate::json;
use crate::jwk::set::KeySet;
use crate::jws::encode_header;
use crate::key::SigningKey;

/// More signatures than a message has that is meant for us; each costs a verification.
const SIGNATURES: usize = 4;

type Members = Map<String, Value>;

/// A message in JSON whose signatures nobody has checked.
#[derive(Debug)]
pub struct Signed {
    /// As it stands in the message; `None` if it is detached.
    payload: Option<String>,
    signatures: Vec<Result<Signature>>,
}

#[derive(Debug)]
struct Signature {
    header: Header,
    protected: String,
    bytes: Vec<u8>,
}

/// A payload that one signature vouches for; only verification makes one.
#[derive(Debug)]
pub struct Verified {
    header: Header,
    signature: usize,
    payload: Vec<u8>,
}

impl Signed {
    /// Takes a message of at most `limit` bytes apart.
    ///
    /// # Errors
    /// If it is malformed, has more than four signatures, or none that could be verified.
    pub fn parse(text: &str, limit: usize) -> Result<Self> {
        let members = json::parse_object(text.as_bytes(), limit)?;
        check_members(&members)?;
        let parts = match members.get("signatures") {
            None => vec![members.clone()],
            Some(list) => list
                .as_array()
                .ok_or(JoseError::malformed("signatures"))?
                .iter()
                .map(|part| part.as_object().cloned())
                .collect::<Option<_>>()
                .ok_or(JoseError::malformed("signature"))?,
        };
        if !(1..=SIGNATURES).contains(&parts.len()) {
            return Err(JoseError::malformed("no signature, or too many"));
        }
        // One that cannot be read does not take the others away; the result says which one counted.
        let signatures: Vec<_> = parts.iter().map(Signature::read).collect();
        if let [Err(only)] = &signatures[..] {
            return Err(only.clone());
        }
        // RFC 7797 §3: the payload is encoded for all of them, or for none.
        let mut encoded = signatures.iter().flatten().map(|it| it.header.is_encoded());
        if let Some(first) = encoded.next()
            && encoded.any(|other| other != first)
        {
            return Err(JoseError::malformed("b64 differs between signatures"));
        }
        Ok(Self {
            payload: text_of(&members, "payload")?.map(str::to_owned),
            signatures,
        })
    }

    /// The headers, which are only claims until a key has confirmed them.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        let read = self.signatures.iter().flatten();
        read.map(|signature| &signature.header)
    }

    /// Verifies with the keys of the set, and says which signature was right.
    ///
    /// # Errors
    /// What was wrong with the last one, if none is right; also if the payload is detached.
    pub fn verify(self, keys: &KeySet, allowed: &[Alg]) -> Result<Verified> {
        let payload = self.payload.clone();
        let payload = payload.ok_or(JoseError::malformed("the payload is detached"))?;
        let signed = |_: &Header| payload.as_bytes();
        self.find(signed, keys, allowed, |header| {
            if header.is_encoded() {
                base64url::decode(&payload)
            } else {
                Ok(payload.clone().into_bytes())
            }
        })
    }

    /// Verifies a payload that came by other means, encoded or not (RFC 7797).
    ///
    /// # Errors
    /// As [`Signed::verify`]; also if the message has a payload of its own.
    pub fn verify_detached(
        self,
        payload: &[u8],
        keys: &KeySet,
        allowed: &[Alg],
    ) -> Result<Verified> {
        if self.payload.is_some() {
            return Err(JoseError::malformed("the payload is not detached"));
        }
        let encoded = base64url::encode(payload);
        let signed = |header: &Header| match header.is_encoded() {
            true => encoded.as_bytes(),
            false => payload,
        };
        self.find(signed, keys, allowed, |_| Ok(payload.to_vec()))
    }

    fn find<'p>(
        &self,
        signed: impl Fn(&Header) -> &'p [u8],
        keys: &KeySet,
        allowed: &[Alg],
        payload: impl Fn(&Header) -> Result<Vec<u8>>,
    ) -> Result<Verified> {
        let mut reason = JoseError::no_key();
        for (index, signature) in self.signatures.iter().enumerate() {
            let verified = signature
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|signature| {
                    signature.check(signed(&signature.header), keys, allowed)?;
                    Ok(Verified {
                        header: signature.header.clone(),
                        signature: index,
                        payload: payload(&signature.header)?,
                    })
                });
            match verified {
                Ok(verified) => return Ok(verified),
                Err(refused) => reason = refused,
            }
        }
        Err(reason)
    }
}

impl Signature {
    fn read(part: &Members) -> Result<Self> {
        let protected = text_of(part, "protected")?;
        let protected = protected.ok_or(JoseError::malformed("no protected header"))?;
        let unprotected = match part.get("header") {
            None => None,
            Some(Value::Object(members)) => Some(header::Members::of(members)?),
            Some(_) => return Err(JoseError::malformed("header is no object")),
        };
        let signature = text_of(part, "signature")?;
        let members = parse_protected(protected)?;
        Ok(Self {
            header: Header::read(members, unprotected.as_ref(), Payload::MayBeUnencoded)?,
            protected: protected.to_owned(),
            bytes: base64url::decode(signature.ok_or(JoseError::malformed("no signature"))?)?,
        })
    }

    fn check(&self, payload: &[u8], keys: &KeySet, allowed: &[Alg]) -> Result<()> {
        let alg = self.header.alg();
        if !allowed.contains(&alg) {
            return Err(JoseError::unsupported("alg is not allowed here"));
        }
        let input = [self.protected.as_bytes(), b".", payload].concat();
        keys.select(&self.header)?.verify(alg, &input, &self.bytes)
    }
}

impl Verified {
    /// The header of the signature that was right.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Which signature of the message was right, from 0; nothing is known of the others.
    pub fn signature(&self) -> usize {
        self.signature
    }

    /// The verified payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// Signs into the flattened form (RFC 7515 §7.2.2), everything protected.
///
/// # Errors
/// If the cryptography library fails.
pub fn flattened(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String> {
    let mut message = sign(key, typ, &base64url::encode(payload))?;
    message.insert("payload".to_owned(), base64url::encode(payload).into());
    Ok(Value::Object(message).to_string())
}

/// Signs with several keys into the general form (RFC 7515 §7.2.1).
///
/// # Errors
/// If there is no key, more than four, or the cryptography library fails.
pub fn general(keys: &[&SigningKey], typ: &str, payload: &[u8]) -> Result<String> {
    if !(1..=SIGNATURES).contains(&keys.len()) {
        return Err(JoseError::key("no key, or too many"));
    }
    let payload = base64url::encode(payload);
    let signatures = keys.iter().map(|key| sign(key, typ, &payload));
    let signatures = signatures.collect::<Result<Vec<_>>>()?;
    Ok(json!({ "payload": payload, "signatures": signatures }).to_string())
}

fn sign(key: &SigningKey, typ: &str, payload: &str) -> Result<Members> {
    let protected = encode_header(key.alg(), key.kid(), typ)?;
    let signature = key.sign_bytes(format!("{protected}.{payload}").as_bytes())?;
    let mut members = Members::new();
    members.insert("protected".to_owned(), protected.into());
    members.insert("signature".to_owned(), base64url::encode(&signature).into());
    Ok(members)
}

/// RFC 7515 §7.2: one form, and no JWE in the same object, which two readers would take for two
/// messages.
fn check_members(members: &Members) -> Result<()> {
    let has = |names: &[&str]| names.iter().any(|name| members.contains_key(*name));
    let is_general = has(&["signatures"]);
    let is_flattened = has(&["signature", "protected", "header"]);
    let is_encrypted = has(&["ciphertext", "iv", "tag", "recipients", "encrypted_key"]);
    if is_general && is_flattened || is_encrypted {
        return Err(JoseError::malformed("JWS JSON is of two forms at once"));
    }
    Ok(())
}

fn text_of<'a>(members: &'a Members, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::malformed("JWS member is no string")),
    }
}
