//! Taking an encrypted message apart: five parts (RFC 7516 §7.1) or JSON (§7.2).
use serde_json::{Map, Value};

use super::allowed::Allowed;
use super::header::Header;
use crate::base64url;
use crate::compact;
use crate::error::{JoseError, Result};
use crate::header::{self, parse_protected};
use crate::json;

type Members = Map<String, Value>;

/// A message nobody has decrypted yet.
#[derive(Debug)]
pub struct Encrypted {
    pub(super) recipients: Vec<Recipient>,
    /// What is authenticated beside the content (RFC 7516 §5.1 step 14).
    pub(super) authenticated: String,
    pub(super) aad: Option<Vec<u8>>,
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

/// One recipient: its header, and its encrypted key.
#[derive(Debug)]
pub(super) struct Recipient {
    pub(super) header: Header,
    pub(super) encrypted_key: Vec<u8>,
}

impl Encrypted {
    /// Takes a message apart, in whichever of the three forms it is.
    ///
    /// # Errors
    /// If it is malformed, too large, or its headers demand what is not offered.
    pub fn parse(message: &str, allowed: &Allowed) -> Result<Self> {
        if message.starts_with('{') {
            allowed.check_size(message)?;
            Self::parse_json(message, allowed)
        } else {
            Self::parse_compact(message, allowed)
        }
    }

    /// Takes a compact message apart; a JWT has no other form (RFC 7519 §1).
    ///
    /// # Errors
    /// As [`Encrypted::parse`].
    pub fn parse_compact(message: &str, allowed: &Allowed) -> Result<Self> {
        const PARTS: JoseError = JoseError::malformed("a compact JWE has five parts");
        allowed.check_size(message)?;
        let [protected, key, iv, ciphertext, tag] = compact::split(message).ok_or(PARTS)?;
        let nothing = header::Members::default();
        let header = Header::read(&parse_protected(protected)?, &nothing, &nothing)?;
        let recipient = Recipient::new(header, Some(key))?;
        Ok(Self {
            recipients: vec![recipient],
            authenticated: protected.to_owned(),
            aad: None,
            iv: base64url::decode(iv)?,
            ciphertext: base64url::decode(ciphertext)?,
            tag: base64url::decode(tag)?,
        })
    }

    fn parse_json(message: &str, allowed: &Allowed) -> Result<Self> {
        let members = json::parse_object(message.as_bytes(), message.len())?;
        check_members(&members)?;
        let protected_text = text(&members, "protected")?.unwrap_or_default();
        let protected = match protected_text {
            "" => header::Members::default(),
            text => parse_protected(text)?,
        };
        let shared = object(&members, "unprotected")?;
        let parts = recipients(&members)?;
        allowed.check_recipients(parts.len())?;
        let mut recipients = Vec::new();
        for part in &parts {
            let header = Header::read(&protected, &shared, &object(part, "header")?)?;
            recipients.push(Recipient::new(header, text(part, "encrypted_key")?)?);
        }
        check_together(&recipients)?;
        let aad = text(&members, "aad")?;
        let authenticated = match aad {
            None => protected_text.to_owned(),
            Some(aad) => format!("{protected_text}.{aad}"),
        };
        Ok(Self {
            recipients,
            authenticated,
            aad: aad.map(base64url::decode).transpose()?,
            iv: base64url::decode(text(&members, "iv")?.unwrap_or_default())?,
            ciphertext: base64url::decode(
                text(&members, "ciphertext")?.ok_or(JoseError::malformed("no ciphertext"))?,
            )?,
            tag: base64url::decode(text(&members, "tag")?.unwrap_or_default())?,
        })
    }

    /// What the headers say to each recipient; nobody has confirmed it yet.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        self.recipients.iter().map(|recipient| &recipient.header)
    }
}

impl Recipient {
    fn new(header: Header, encrypted_key: Option<&str>) -> Result<Self> {
        let encrypted_key = base64url::decode(encrypted_key.unwrap_or_default())?;
        // RFC 7516 §5.2 steps 6 and 10: where there is nothing to decrypt, nothing may be there.
        if header.alg().is_direct() != encrypted_key.is_empty() {
            return Err(JoseError::malformed("encrypted key"));
        }
        Ok(Self {
            header,
            encrypted_key,
        })
    }
}

/// RFC 7516 §7.2.1: `recipients`, or their members at the top; and no JWS in the same object,
/// which two readers would take for two messages.
fn check_members(members: &Members) -> Result<()> {
    let is_general = members.contains_key("recipients");
    let is_flattened = ["header", "encrypted_key"]
        .iter()
        .any(|name| members.contains_key(*name));
    let is_signed = ["payload", "signature", "signatures"]
        .iter()
        .any(|name| members.contains_key(*name));
    if is_general && is_flattened || is_signed {
        return Err(JoseError::malformed("JWE JSON is of two forms at once"));
    }
    Ok(())
}

fn recipients(members: &Members) -> Result<Vec<Members>> {
    let Some(list) = members.get("recipients") else {
        return Ok(vec![members.clone()]);
    };
    list.as_array()
        .ok_or(JoseError::malformed("recipients"))?
        .iter()
        .map(|part| {
            part.as_object()
                .cloned()
                .ok_or(JoseError::malformed("recipient"))
        })
        .collect()
}

/// RFC 7518 §4.5, RFC 7516 §7.2.1: a key that is fixed cannot be shared; and a password is
/// stretched once a message, so that recipients do not multiply the work.
fn check_together(recipients: &[Recipient]) -> Result<()> {
    let alone = |recipient: &Recipient| {
        let alg = recipient.header.alg();
        alg.is_direct() || alg.is_password()
    };
    if recipients.len() > 1 && recipients.iter().any(alone) {
        return Err(JoseError::malformed("algorithm for one recipient alone"));
    }
    Ok(())
}

fn text<'a>(members: &'a Members, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::malformed("JWE member is no string")),
    }
}

fn object(members: &Members, name: &str) -> Result<header::Members> {
    match members.get(name) {
        None => Ok(header::Members::default()),
        Some(Value::Object(object)) => header::Members::of(object),
        Some(_) => Err(JoseError::malformed("JWE header is no object")),
    }
}
