//! Putting the shown claims back into their places (RFC 9901 §7.1).
use serde_json::{Map, Value};

use super::disclosure::Disclosure;
use super::{ELEMENT, SD, SD_ALG};
use crate::error::{JoseError, Result};

/// Hidden claims in hidden claims, at most.
const DEPTH: u8 = 32;

/// Replaces digests by what was shown of them.
struct Unpacking<'a> {
    disclosures: &'a [Disclosure],
    /// Every digest that was met; §7.1 step 4 demands that none is met twice.
    seen: Vec<String>,
    used: usize,
}

/// The payload as the issuer had it, without what was not shown.
pub(super) fn unpack(
    payload: &Map<String, Value>,
    disclosures: &[Disclosure],
) -> Result<Map<String, Value>> {
    match payload.get(SD_ALG) {
        // §4.1.1: without a name it is SHA-256. Others would be a choice of the sender's.
        None => {}
        Some(Value::String(name)) if name == "sha-256" => {}
        Some(_) => return Err(JoseError::unsupported("_sd_alg")),
    }
    let mut unpacking = Unpacking {
        disclosures,
        seen: Vec::new(),
        used: 0,
    };
    let mut claims = unpacking.object(payload, DEPTH)?;
    // §7.1 step 5: a disclosure that belongs nowhere was not the issuer's.
    if unpacking.used != disclosures.len() {
        return Err(JoseError::malformed("disclosure of no digest"));
    }
    claims.remove(SD_ALG);
    Ok(claims)
}

impl<'a> Unpacking<'a> {
    fn find(&mut self, digest: &str) -> Result<Option<&'a Disclosure>> {
        if self.seen.iter().any(|seen| seen == digest) {
            return Err(JoseError::malformed("digest twice"));
        }
        self.seen.push(digest.to_owned());
        let found = self
            .disclosures
            .iter()
            .find(|disclosure| disclosure.digest == digest);
        self.used += usize::from(found.is_some());
        Ok(found)
    }

    fn value(&mut self, value: &Value, depth: u8) -> Result<Value> {
        let depth = depth
            .checked_sub(1)
            .ok_or(JoseError::malformed("disclosures too deep"))?;
        match value {
            Value::Object(members) => self.object(members, depth).map(Value::Object),
            Value::Array(elements) => self.array(elements, depth).map(Value::Array),
            other => Ok(other.clone()),
        }
    }

    fn object(&mut self, members: &Map<String, Value>, depth: u8) -> Result<Map<String, Value>> {
        const BAD: JoseError = JoseError::malformed("_sd");
        let mut claims = Map::new();
        for (name, value) in members {
            // §7.1 step 3: the name of an element has no place in an object.
            if name == ELEMENT {
                return Err(JoseError::malformed("digest of an element in an object"));
            }
            if name != SD {
                claims.insert(name.clone(), self.value(value, depth)?);
            }
        }
        let Some(digests) = members.get(SD) else {
            return Ok(claims);
        };
        for digest in digests.as_array().ok_or(BAD)? {
            let Some(shown) = self.find(digest.as_str().ok_or(BAD)?)? else {
                continue;
            };
            let name = shown.name.clone().ok_or(BAD)?;
            let value = self.value(&shown.value, depth)?;
            // §7.1 step 3.3.2: a claim that is there cannot be shown as another one.
            if name == SD_ALG || claims.insert(name, value).is_some() {
                return Err(JoseError::malformed("disclosure of a claim that is there"));
            }
        }
        Ok(claims)
    }

    fn array(&mut self, elements: &[Value], depth: u8) -> Result<Vec<Value>> {
        const BAD: JoseError = JoseError::malformed("digest of an element");
        let mut shown = Vec::new();
        for element in elements {
            let Some(digest) = element.get(ELEMENT) else {
                shown.push(self.value(element, depth)?);
                continue;
            };
            if element.as_object().is_none_or(|members| members.len() != 1) {
                return Err(BAD);
            }
            if let Some(found) = self.find(digest.as_str().ok_or(BAD)?)? {
                if found.name.is_some() {
                    return Err(BAD);
                }
                shown.push(self.value(&found.value, depth)?);
            }
        }
        Ok(shown)
    }
}
