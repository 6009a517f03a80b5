//! Strict JSON objects: each member once, bounded in size and depth, nothing before or after.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{JoseError, Result};

/// Deeper than any claim set or key in use, shallower than any stack.
const DEPTH: u8 = 32;

/// Parses one object of at most `limit` bytes.
///
/// Duplicate members are refused (RFC 7515 §4, RFC 7519 §4), whether written alike or by
/// escapes, because two readers would see two different tokens. So are a byte order mark,
/// lone surrogates, numbers out of range, and anything after the object.
///
/// # Errors
/// Malformed for all of these.
pub fn parse_object(bytes: &[u8], limit: usize) -> Result<Map<String, Value>> {
    match parse(bytes, limit)? {
        Value::Object(members) => Ok(members),
        _ => Err(JoseError::malformed("JSON is no object")),
    }
}

fn parse(bytes: &[u8], limit: usize) -> Result<Value> {
    parse_with(bytes, limit, Strict { depth: DEPTH })
}

/// Parses one text of at most `limit` bytes into what the seed makes of it.
pub(crate) fn parse_with<'t, S: DeserializeSeed<'t>>(
    bytes: &'t [u8],
    limit: usize,
    seed: S,
) -> Result<S::Value> {
    if bytes.len() > limit {
        return Err(JoseError::malformed("JSON too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| JoseError::malformed("JSON not in UTF-8"))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    seed.deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|_| JoseError::malformed("JSON"))
}

/// Parses one array of at most `limit` bytes, by the same rules.
pub(crate) fn parse_array(bytes: &[u8], limit: usize) -> Result<Vec<Value>> {
    match parse(bytes, limit)? {
        Value::Array(elements) => Ok(elements),
        _ => Err(JoseError::malformed("JSON is no array")),
    }
}

/// Builds a value, and knows how deep it may still go.
#[derive(Clone, Copy)]
pub(crate) struct Strict {
    depth: u8,
}

impl Strict {
    /// For the values of an object that the caller builds itself.
    pub(crate) const fn inside_object() -> Self {
        Self { depth: DEPTH - 1 }
    }

    fn deeper<E: serde::de::Error>(self) -> std::result::Result<Self, E> {
        let depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> std::result::Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number"))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> std::result::Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(object))
    }
}
