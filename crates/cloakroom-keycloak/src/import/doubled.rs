//! Reads JSON as Keycloak does, where the last one of two members of the same name counts, and notes where that happens.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The places in a text where a member stands twice; none where it is no JSON.
pub(super) fn find(text: &[u8]) -> Vec<String> {
    let mut noted = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = Watched {
        place: "",
        noted: &mut noted,
    }
    .deserialize(&mut reader);
    match read {
        Ok(_) => noted,
        Err(_) => Vec::new(),
    }
}

/// A value whose doubled members are noted by their places, `roles.realm` for example.
pub(super) struct Watched<'v> {
    pub(super) place: &'v str,
    pub(super) noted: &'v mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Watched<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Watched<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        let place = format!("{}[]", self.place);
        let noted = self.noted;
        while let Some(value) = list.next_element_seed(Watched {
            place: &place,
            noted: &mut *noted,
        })? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        let noted = self.noted;
        while let Some(name) = map.next_key::<String>()? {
            let place = match self.place {
                "" => name.clone(),
                above => format!("{above}.{name}"),
            };
            let value = map.next_value_seed(Watched {
                place: &place,
                noted: &mut *noted,
            })?;
            if all.insert(name, value).is_some() {
                noted.push(place);
            }
        }
        Ok(Value::Object(all))
    }
}
