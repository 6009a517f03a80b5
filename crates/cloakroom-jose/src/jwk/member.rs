//! The members that say what a key is for, and how its numbers are written (RFC 7517 §4).
use serde_json::{Map, Value};

use crate::base64url;
use crate::error::{JoseError, Result};

/// What a key is for (RFC 7517 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Signatures.
    Signature,
    /// Encryption.
    Encryption,
}

impl Use {
    /// The value of `use`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "sig",
            Self::Encryption => "enc",
        }
    }
}

pub(crate) fn read_use(members: &Map<String, Value>) -> Result<Option<Use>> {
    match text(members, "use")? {
        None => Ok(None),
        Some("sig") => Ok(Some(Use::Signature)),
        Some("enc") => Ok(Some(Use::Encryption)),
        Some(_) => Err(JoseError::unsupported("use of JWK")),
    }
}

/// RFC 7517 §4.3: operations are unique, and agree with `use`.
pub(crate) fn read_key_ops(
    members: &Map<String, Value>,
    usage: Option<Use>,
) -> Result<Option<Vec<String>>> {
    const BAD: JoseError = JoseError::malformed("key_ops of JWK");
    let Some(value) = members.get("key_ops") else {
        return Ok(None);
    };
    let mut ops: Vec<String> = Vec::new();
    for op in value.as_array().ok_or(BAD)? {
        let op = op.as_str().ok_or(BAD)?;
        if ops.iter().any(|known| known == op) {
            return Err(BAD);
        }
        ops.push(op.to_owned());
    }
    let is_signature = |op: &String| op == "sign" || op == "verify";
    let agrees = match usage {
        None => true,
        Some(Use::Signature) => ops.iter().all(is_signature),
        Some(Use::Encryption) => !ops.iter().any(is_signature),
    };
    if agrees {
        Ok(Some(ops))
    } else {
        Err(JoseError::key("use and key_ops of JWK disagree"))
    }
}

/// Whether `use` and `key_ops` leave one of these operations open.
pub(crate) fn is_for(
    usage: Option<Use>,
    key_ops: Option<&[String]>,
    wanted: Use,
    any_of: &[&str],
) -> bool {
    usage.is_none_or(|usage| usage == wanted)
        && key_ops.is_none_or(|ops| ops.iter().any(|op| any_of.contains(&op.as_str())))
}

pub(crate) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::malformed("JWK member is no string")),
    }
}

pub(crate) fn bytes(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>> {
    base64url::decode(text(members, name)?.ok_or(JoseError::malformed("JWK member is missing"))?)
}
