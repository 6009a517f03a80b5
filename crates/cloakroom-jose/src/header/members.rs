//! The parameters of one header: few, each once, and looked through in their order.
//!
//! Every token costs this much before anything is known of it, so the names of the RFCs are not copied, and there
//! is no table to fill.
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{JoseError, Result};
use crate::json::{self, Strict};

/// The parameters of RFC 7515 §4.1, RFC 7516 §4.1, RFC 7518 §4 and RFC 7797 §3.
const KNOWN: [&str; 21] = [
    "alg", "typ", "kid", "enc", "cty", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t",
    "x5t#S256", "zip", "epk", "apu", "apv", "p2s", "p2c", "iv", "tag",
];

/// Three times as many as there are in the RFCs. Looking through them stays cheap, whoever wrote them.
const MOST: usize = 64;

/// The most that usual headers have, so that their list is made in one piece.
const USUAL: usize = 4;

/// A name: one of the RFCs', or another.
type Name = Cow<'static, str>;

/// The parameters of a header.
#[derive(Debug, Default)]
pub(crate) struct Members(Vec<(Name, Value)>);

impl Members {
    /// Parses the text of a header of at most `limit` bytes, as strictly as all JSON.
    pub(crate) fn parse(bytes: &[u8], limit: usize) -> Result<Self> {
        json::parse_with(bytes, limit, Object)
    }

    /// Takes a header that stands in a larger text.
    pub(crate) fn of(object: &Map<String, Value>) -> Result<Self> {
        if object.len() > MOST {
            return Err(JoseError::malformed("header has too many parameters"));
        }
        let members = object
            .iter()
            .map(|(name, value)| (named(name), value.clone()));
        Ok(Self(members.collect()))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value)
    }

    /// Takes the value away; its name stays.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        let found = self.0.iter_mut().find(|(own, _)| own == name);
        found.map(|(_, value)| std::mem::take(value))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether a name is in both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().any(|(name, _)| other.has(name))
    }

    /// Whether a name is one of the RFCs' in another letter case.
    pub(super) fn has_near_miss(&self) -> bool {
        let is_near = |name: &Name| match name {
            Cow::Borrowed(_) => false,
            Cow::Owned(own) => KNOWN.iter().any(|known| known.eq_ignore_ascii_case(own)),
        };
        self.0.iter().any(|(name, _)| is_near(name))
    }
}

fn named(name: &str) -> Name {
    let known = KNOWN.iter().find(|known| **known == name);
    known.map_or_else(
        || Cow::Owned(name.to_owned()),
        |known| Cow::Borrowed(*known),
    )
}

/// Reads the object.
struct Object;

impl<'de> DeserializeSeed<'de> for Object {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(
        self,
        reader: D,
    ) -> std::result::Result<Members, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut members: A,
    ) -> std::result::Result<Members, A::Error> {
        let inner = Strict::inside_object();
        let mut object = Members(Vec::with_capacity(USUAL));
        while let Some(name) = members.next_key_seed(NameSeed)? {
            let value = members.next_value_seed(inner)?;
            if object.has(&name) || object.0.len() == MOST {
                return Err(A::Error::custom("duplicate member, or too many"));
            }
            object.0.push((name, value));
        }
        Ok(object)
    }
}

/// Reads a name.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<Name, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> std::result::Result<Name, E> {
        Ok(named(name))
    }
}
