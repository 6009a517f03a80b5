//! One disclosure: a salt, a name unless it is of an array, and a value (RFC 9901 §4.2).
use serde_json::{Value, json};

use super::{ELEMENT, SD};
use crate::backend;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::json;
use crate::random::Random;

/// Bytes of a salt (RFC 9901 §9.3: 128 bits at least).
const SALT_LEN: usize = 16;

/// A disclosure as it was sent, and what it says.
#[derive(Clone, Debug)]
pub(super) struct Disclosure {
    pub(super) text: String,
    pub(super) digest: String,
    /// `None` for an element of an array.
    pub(super) name: Option<String>,
    pub(super) value: Value,
}

impl Disclosure {
    pub(super) fn new(name: Option<&str>, value: &Value, random: &mut dyn Random) -> Result<Self> {
        let mut salt = [0; SALT_LEN];
        random.fill(&mut salt)?;
        let salt = base64url::encode(&salt);
        let content = match name {
            Some(name) => json!([salt, name, value]),
            None => json!([salt, value]),
        };
        Self::parse(&base64url::encode(content.to_string().as_bytes()))
    }

    /// Reads a disclosure; its digest is of the text as it was sent (RFC 9901 §4.2.3).
    pub(super) fn parse(text: &str) -> Result<Self> {
        const BAD: JoseError = JoseError::malformed("disclosure");
        let content = json::parse_array(&base64url::decode(text)?, super::LIMIT)?;
        let (name, value) = match &content[..] {
            [Value::String(_), value] => (None, value),
            [Value::String(_), Value::String(name), value] => (Some(name), value),
            _ => return Err(BAD),
        };
        // RFC 9901 §7.1 step 3.3: names that have a meaning of their own.
        if name.is_some_and(|name| [SD, ELEMENT].contains(&name.as_str())) {
            return Err(BAD);
        }
        Ok(Self {
            digest: digest(text),
            name: name.cloned(),
            value: value.clone(),
            text: text.to_owned(),
        })
    }
}

/// SHA-256 over the ASCII text, in base64url.
pub(super) fn digest(text: &str) -> String {
    base64url::encode(backend::sha256(text.as_bytes()).as_ref())
}
