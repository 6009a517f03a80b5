//! Reads realm files of any size: the realm is taken whole, its users come one after the other.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::error::{ImportError, Result};
use crate::read::Object;

/// Gets each user with the place of its realm in the file.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(usize, Object) -> Result<()>;

/// Reads the realms of a file, one or a list, without their users; `visit` gets these.
pub(crate) fn realms(from: impl Read, visit: Visit<'_>) -> Result<Vec<Object>> {
    let mut heads = Vec::new();
    read(from, Some(&mut heads), visit)?;
    Ok(heads)
}

/// Reads the users of a file, and nothing else of it.
pub(crate) fn users(from: impl Read, visit: Visit<'_>) -> Result<()> {
    read(from, None, visit)
}

fn read(from: impl Read, heads: Option<&mut Vec<Object>>, visit: Visit<'_>) -> Result<()> {
    let mut failure = None;
    let mut reader = serde_json::Deserializer::from_reader(std::io::BufReader::new(from));
    let document = Document {
        heads,
        visit,
        failure: &mut failure,
    };
    let done = document
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    match (failure, done) {
        (Some(failure), _) => Err(failure),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(ImportError::invalid(format!("not a realm file: {error}"))),
    }
}

struct Document<'v> {
    heads: Option<&'v mut Vec<Object>>,
    visit: Visit<'v>,
    failure: &'v mut Option<ImportError>,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a realm or a list of realms")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<(), A::Error> {
        let mut one = One {
            index: 0,
            heads: self.heads,
            visit: self.visit,
            failure: self.failure,
        };
        one.read(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> std::result::Result<(), A::Error> {
        let mut index = 0;
        loop {
            let one = One {
                index,
                heads: self.heads.as_deref_mut(),
                visit: &mut *self.visit,
                failure: &mut *self.failure,
            };
            if list.next_element_seed(one)?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }
}

/// One realm of a file.
struct One<'v> {
    index: usize,
    heads: Option<&'v mut Vec<Object>>,
    visit: Visit<'v>,
    failure: &'v mut Option<ImportError>,
}

impl One<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> std::result::Result<(), A::Error> {
        let mut head = Object::new();
        let mut seen = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "users" {
                if std::mem::replace(&mut seen, true) {
                    return Err(serde::de::Error::custom("users stand there twice"));
                }
                map.next_value_seed(People(self))?;
            } else if self.heads.is_some() {
                head.insert(name, map.next_value::<Value>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if let Some(heads) = self.heads.as_deref_mut() {
            heads.push(head);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a realm")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> std::result::Result<(), A::Error> {
        self.read(map)
    }
}

/// The users of a realm; `null` is none.
struct People<'v, 'w>(&'v mut One<'w>);

impl<'de> DeserializeSeed<'de> for People<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for People<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_unit<E: serde::de::Error>(self) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        while let Some(user) = list.next_element::<Option<Object>>()? {
            let Some(user) = user else { continue };
            if let Err(failure) = (self.0.visit)(self.0.index, user) {
                *self.0.failure = Some(failure);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (Vec<Object>, Vec<(usize, String)>);

    fn read_all(text: &str) -> Result<Read> {
        let mut people = Vec::new();
        let heads = realms(text.as_bytes(), &mut |realm, user| {
            people.push((realm, user["username"].as_str().unwrap().to_owned()));
            Ok(())
        })?;
        Ok((heads, people))
    }

    #[test]
    fn a_file_holds_one_realm_or_a_list_of_them() {
        let one = r#"{"users":[{"username":"a"},{"username":"b"}],"realm":"x"}"#;
        let many = r#"[{"realm":"x","users":null},{"users":[{"username":"c"}],"realm":"y"}]"#;

        let (heads, people) = read_all(one).unwrap();
        assert_eq!(heads.len(), 1);
        assert_eq!(heads[0]["realm"], "x");
        assert_eq!(people, [(0, "a".to_owned()), (0, "b".to_owned())]);

        let (heads, people) = read_all(many).unwrap();
        assert_eq!((heads.len(), people), (2, vec![(1, "c".to_owned())]));
    }

    #[test]
    fn what_is_no_realm_file_is_refused() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        let table = [
            "",
            "{",
            "[",
            "1",
            "null",
            "\"x\"",
            "[1]",
            "{} x",
            "{\"users\":1}",
            "{\"users\":[1]}",
            "{\"users\":[],\"users\":[]}",
            "{\"a\":1e999}",
            &deep,
        ];
        for text in table {
            let refused = read_all(text).unwrap_err().to_string();

            assert!(refused.starts_with("not a realm file: "), "{refused}");
        }
    }

    #[test]
    fn a_failure_at_a_user_is_the_answer() {
        let text = r#"{"users":[{"username":"a"}]}"#;
        let refused = users(text.as_bytes(), &mut |_, _| Err(ImportError::invalid("no")));

        assert_eq!(refused.unwrap_err().to_string(), "no");
    }
}
