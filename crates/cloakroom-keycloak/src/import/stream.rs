//! Reads realm files of any size: the realm is taken whole, its users come one after the other.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::doubled::Watched;
use super::error::{ImportError, Result};
use super::people::Unread;
use crate::read::Object;

/// A realm without its users.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) sent: Object,
    /// What of the text did not count, and why.
    pub(crate) unread: Vec<Unread>,
}

const DOUBLED: &str = "it stands there twice, and as in Keycloak the last one counts";
const BEHIND: &str = "as in Keycloak, what stands behind the end of the realm is not read";

/// So many doubled members of people are told of.
const MOST: usize = 1_000;

/// Gets each user with the place of its realm in the file.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(usize, Object) -> Result<()>;

/// Reads the realms of a file, one or a list, without their users; `visit` gets these.
pub(crate) fn realms(from: impl Read, visit: Visit<'_>) -> Result<Vec<Head>> {
    let mut heads = Vec::new();
    read(from, Some(&mut heads), visit)?;
    Ok(heads)
}

/// Reads the users of a file whose realms were read before, and nothing else of it.
pub(crate) fn users(from: impl Read, visit: Visit<'_>) -> Result<()> {
    read(from, None, visit).map(drop)
}

/// Reads a file of users alone, which ends with them; what of them did not count.
pub(crate) fn users_alone(from: impl Read, visit: Visit<'_>) -> Result<Vec<Unread>> {
    match read(from, None, visit)? {
        (true, noted) => Ok(noted),
        (false, _) => Err(ImportError::invalid(
            "not a file of users: something stands behind its end",
        )),
    }
}

/// Tells whether the file ends with the document, and what of its users did not count where no head says so.
fn read(
    from: impl Read,
    mut heads: Option<&mut Vec<Head>>,
    visit: Visit<'_>,
) -> Result<(bool, Vec<Unread>)> {
    let (mut failure, mut noted) = (None, Vec::new());
    let from = without_mark(from)?;
    let mut reader = serde_json::Deserializer::from_reader(std::io::BufReader::new(from));
    let document = Document {
        heads: heads.as_deref_mut(),
        visit,
        failure: &mut failure,
        noted: &mut noted,
    };
    let done = document.deserialize(&mut reader);
    let is_whole = reader.end().is_ok();
    if !is_whole && let Some(last) = heads.and_then(|heads| heads.last_mut()) {
        last.unread.push(Unread {
            place: "the end".to_owned(),
            who: String::new(),
            why: BEHIND,
        });
    }
    match (failure, done) {
        (Some(failure), _) => Err(failure),
        (None, Ok(())) => Ok((is_whole, noted)),
        (None, Err(error)) => Err(ImportError::invalid(format!("not a realm file: {error}"))),
    }
}

/// The text without the mark by which some editors begin one in UTF-8. Others write UTF-16, which no JSON is.
fn without_mark(mut from: impl Read) -> Result<impl Read> {
    let mut first = Vec::new();
    let wrong =
        |error: &dyn fmt::Display| ImportError::invalid(format!("not a realm file: {error}"));
    from.by_ref()
        .take(3)
        .read_to_end(&mut first)
        .map_err(|error| wrong(&error))?;
    if first.starts_with(&[0xFF, 0xFE]) || first.starts_with(&[0xFE, 0xFF]) {
        return Err(wrong(&"it is written in UTF-16, and JSON is UTF-8"));
    }
    if first == [0xEF, 0xBB, 0xBF] {
        first.clear();
    }
    Ok(std::io::Cursor::new(first).chain(from))
}

struct Document<'v> {
    heads: Option<&'v mut Vec<Head>>,
    visit: Visit<'v>,
    failure: &'v mut Option<ImportError>,
    noted: &'v mut Vec<Unread>,
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
            noted: self.noted,
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
                noted: &mut *self.noted,
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
    heads: Option<&'v mut Vec<Head>>,
    visit: Visit<'v>,
    failure: &'v mut Option<ImportError>,
    /// What of people did not count.
    noted: &'v mut Vec<Unread>,
}

impl One<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> std::result::Result<(), A::Error> {
        let mut head = Head::default();
        let mut noted = Vec::new();
        let mut seen = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "users" {
                if std::mem::replace(&mut seen, true) {
                    return Err(serde::de::Error::custom("users stand there twice"));
                }
                map.next_value_seed(People(self))?;
            } else if self.heads.is_some() {
                let value = map.next_value_seed(Watched {
                    place: &name,
                    noted: &mut noted,
                })?;
                if head.sent.insert(name.clone(), value).is_some() {
                    noted.push(name);
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if let Some(heads) = self.heads.as_deref_mut() {
            head.unread
                .extend(noted.into_iter().map(|place| doubled(place, "")));
            head.unread.append(self.noted);
            heads.push(head);
        }
        Ok(())
    }
}

fn doubled(place: String, who: &str) -> Unread {
    Unread {
        place,
        who: who.to_owned(),
        why: DOUBLED,
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
        let mut places = Vec::new();
        while let Some(user) = list.next_element_seed(Watched {
            place: "users[]",
            noted: &mut places,
        })? {
            let user = match user {
                Value::Null => continue,
                Value::Object(user) => user,
                _ => return Err(serde::de::Error::custom("a user is no object")),
            };
            let who = user.get("username").and_then(Value::as_str);
            let room = MOST.saturating_sub(self.0.noted.len());
            let each = places.drain(..).take(room);
            let each = each.map(|place| doubled(place, who.unwrap_or_default()));
            self.0.noted.extend(each.collect::<Vec<_>>());
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

    type Read = (Vec<Head>, Vec<(usize, String)>);

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
        assert_eq!(heads[0].sent["realm"], "x");
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
            "\u{FEFF}",
            "\u{FEFF}\u{FEFF}{}",
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
    fn what_does_not_count_is_noted() {
        let unread = |text: &str| -> Vec<String> {
            let (mut heads, _) = read_all(text).unwrap();
            let unread = std::mem::take(&mut heads.last_mut().unwrap().unread);
            unread.into_iter().map(|unread| unread.place).collect()
        };
        assert!(unread("\u{FEFF}{\"realm\":\"x\"} \n").is_empty());
        assert_eq!(unread("{\"realm\":\"x\"} {\"realm\":\"y\"}"), ["the end"]);
        assert_eq!(
            unread(r#"{"a":1,"b":[{"c":{"d":1,"d":2}}],"a":2}"#),
            ["b[].c.d", "a"]
        );
        let person = r#"{"users":[{"username":"u","a":{"b":1,"b":2},"username":"v"}],"a":1}"#;
        assert_eq!(unread(person), ["users[].a.b", "users[].username"]);
    }

    #[test]
    fn what_does_not_count_of_people_in_a_file_of_their_own_is_noted_with_their_names() {
        let text = r#"{"users":[{"username":"u","email":"a","email":"b"},null,{"username":"v"}]}"#;
        let mut emails = Vec::new();
        let noted = users_alone(text.as_bytes(), &mut |_, user| {
            emails.extend(user.get("email").cloned());
            Ok(())
        });

        let noted = noted.unwrap();
        assert_eq!(emails, ["b"]);
        assert_eq!(noted.len(), 1);
        assert_eq!(
            (noted[0].place.as_str(), noted[0].who.as_str()),
            ("users[].email", "u")
        );
    }

    #[test]
    fn the_last_of_two_members_counts() {
        let (heads, _) = read_all(r#"{"a":{"b":1,"b":[true,null,-1,1.5,"x"]}}"#).unwrap();

        let expected = serde_json::json!({"b": [true, null, -1, 1.5, "x"]});
        assert_eq!(heads[0].sent["a"], expected);
    }

    #[test]
    fn a_text_in_utf_16_is_called_that() {
        let text: Vec<u8> = "\u{FEFF}{}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let refused = realms(&*text, &mut |_, _| Ok(())).unwrap_err();

        assert!(refused.to_string().contains("UTF-16"), "{refused}");
    }

    #[test]
    fn a_failure_at_a_user_is_the_answer() {
        let text = r#"{"users":[{"username":"a"}]}"#;
        let refused = users(text.as_bytes(), &mut |_, _| Err(ImportError::invalid("no")));

        assert_eq!(refused.unwrap_err().to_string(), "no");
    }
}
