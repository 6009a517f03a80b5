//! The keys that a client registers (RFC 7591 §2): public ones, or where they are.

use serde_json::{Map, Value, json};

use super::{Refused, Result};
use crate::read::{self, Object};

/// Keys that a client may register; each of its assertions may be compared with all of them.
const MOST: usize = 100;

/// Reads `jwks` and `jwks_uri` into the attributes of a client.
pub(super) fn read(sent: &Object, attributes: &mut Map<String, Value>) -> Result<()> {
    let keys = sent.get("jwks").filter(|keys| !keys.is_null());
    let address = read::text(sent, "jwks_uri")?;
    if keys.is_some() && address.is_some() {
        return Err(Refused::metadata("Illegal to use both jwks_uri and jwks"));
    }
    if let Some(keys) = keys {
        check(keys)?;
        attributes.insert("jwks.string".to_owned(), json!(keys.to_string()));
    }
    if keys.is_some() || address.is_some() {
        let switch = |on: bool| json!(on.to_string());
        attributes.insert("use.jwks.string".to_owned(), switch(keys.is_some()));
        attributes.insert("use.jwks.url".to_owned(), switch(address.is_some()));
    }
    Ok(())
}

/// Refuses what is no set of public keys. A private one would be shown to whoever may read the client.
fn check(keys: &Value) -> Result<()> {
    let Some(list) = keys.get("keys").and_then(Value::as_array) else {
        return Err(Refused::metadata("jwks is not a key set"));
    };
    if list.len() > MOST {
        return Err(Refused::metadata("jwks has too many keys"));
    }
    let is_public =
        |key: &Value| key.is_object() && key.get("d").is_none() && key.get("k").is_none();
    if !list.iter().all(is_public) {
        return Err(Refused::metadata("jwks may hold nothing but public keys"));
    }
    Ok(())
}
