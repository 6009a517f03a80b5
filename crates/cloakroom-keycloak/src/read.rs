//! Reads a representation that was sent: strict about its members, lenient about what is absent.

mod filled;
mod kind;
mod length;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use filled::{attributes, settings};

/// A representation that was sent.
pub type Object = Map<String, Value>;

/// Why a text is not the representation that it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The text is not JSON.
    #[error("Cannot parse the JSON")]
    Syntax,
    /// A member, or the whole, has the wrong type.
    #[error("Cannot parse the JSON")]
    Type,
    /// A text has more characters than there is room for. Keycloak's database refuses it, and its caller is told nothing.
    #[error("'{member}' has more than {most} characters")]
    Long {
        /// The member that holds it.
        member: String,
        /// How many there may be.
        most: usize,
    },
    /// A member that the representation does not have. The sentence is Keycloak's, to the letter,
    /// because its clients look for it.
    #[error(
        "Invalid json representation for {representation}. \
         Unrecognized field \"{field}\" at line {line} column {column}."
    )]
    Unknown {
        /// The name of the representation.
        representation: &'static str,
        /// The member.
        field: String,
        /// Where its value ends.
        line: usize,
        /// Where its value ends.
        column: usize,
    },
}

/// Reads a body that is one text, as it is.
///
/// # Errors
/// [`Unreadable::Syntax`] if it is not UTF-8 or holds a NUL.
pub fn bare(text: &[u8]) -> Result<&str, Unreadable> {
    match std::str::from_utf8(text) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(Unreadable::Syntax),
    }
}

/// Reads a body that is one name: JSON text, or the name without quotes.
///
/// # Errors
/// [`Unreadable::Syntax`] if it is not UTF-8 or holds a NUL.
pub fn name(text: &[u8]) -> Result<String, Unreadable> {
    let text = bare(text)?.trim();
    match text.starts_with('"') {
        true => match value(text.as_bytes())? {
            Value::String(name) => Ok(name),
            _ => Err(Unreadable::Type),
        },
        false => Ok(text.to_owned()),
    }
}

/// Reads any JSON value.
///
/// # Errors
/// [`Unreadable::Syntax`] if it is not JSON or holds a NUL.
pub fn value(text: &[u8]) -> Result<Value, Unreadable> {
    let value = serde_json::from_slice(text).map_err(|_| Unreadable::Syntax)?;
    // Nothing has a NUL in it, and one of the databases cannot hold one.
    match has_nul(&value) {
        true => Err(Unreadable::Syntax),
        false => Ok(value),
    }
}

/// The parser has limited how deep this goes.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// Reads an object with no other members than `fields`, each of the kind that its name says. A number or a switch stands
/// for its text.
///
/// # Errors
/// What is no such object, and a text for which there is no room.
pub fn object(
    text: &[u8],
    representation: &'static str,
    fields: &[&str],
) -> Result<Object, Unreadable> {
    let value = value(text)?;
    check_members(text, &value, representation, fields)?;
    let Value::Object(mut object) = value else {
        return Err(Unreadable::Type);
    };
    kind::check(&object, representation)?;
    kind::write_texts(&mut object);
    length::check(&object, representation)?;
    Ok(object)
}

/// Refuses an object inside `text` that has other members than `fields`.
pub fn check_members(
    text: &[u8],
    object: &Value,
    representation: &'static str,
    fields: &[&str],
) -> Result<(), Unreadable> {
    let mut names = object.as_object().into_iter().flat_map(Map::keys);
    let Some(field) = names.find(|name| !fields.contains(&name.as_str())) else {
        return Ok(());
    };
    let (line, column) = end_of_value(&String::from_utf8_lossy(text), field);
    Err(Unreadable::Unknown {
        representation,
        field: field.clone(),
        line,
        column,
    })
}

/// Reads an object with any members.
pub fn map(text: &[u8]) -> Result<Object, Unreadable> {
    let value = value(text)?;
    serde_json::from_value(value).map_err(|_| Unreadable::Type)
}

/// Reads a list of objects.
pub fn list(text: &[u8]) -> Result<Vec<Object>, Unreadable> {
    let value = value(text)?;
    serde_json::from_value(value).map_err(|_| Unreadable::Type)
}

/// How long an id may be, in bytes: it stands in addresses and in indexes.
const LONGEST_ID: usize = 255;

/// Reads the id that a new thing is to have; `None` where none is given.
///
/// # Errors
/// [`Unreadable::Type`] for what cannot stand in an address: control characters, or too many.
pub fn id<'a>(object: &'a Object, name: &str) -> Result<Option<&'a str>, Unreadable> {
    let given = text(object, name)?.filter(|id| !id.is_empty());
    match given {
        Some(id) if !is_id(id) => Err(Unreadable::Type),
        given => Ok(given),
    }
}

/// Refuses a text that is the whole of what was sent and has more characters than there is room for.
pub fn check_room(member: &str, text: &str, most: usize) -> Result<(), Unreadable> {
    length::check_text(member, text, most)
}

/// Tells whether a text can be an id.
pub fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && !text.contains(char::is_control)
}

/// A text member; `None` if it is absent or null.
pub fn text<'a>(object: &'a Object, name: &str) -> Result<Option<&'a str>, Unreadable> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Unreadable::Type),
    }
}

/// A text member, also where a number or a switch was sent; `None` if it is absent or null.
pub fn plain(object: &Object, name: &str) -> Result<Option<String>, Unreadable> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(on)) => Ok(Some(on.to_string())),
        Some(_) => Err(Unreadable::Type),
    }
}

/// Settings by name, each a text, also where a number or a switch was sent; `None` if the member is absent or null.
pub fn texts(
    object: &Object,
    name: &str,
) -> Result<Option<BTreeMap<String, Option<String>>>, Unreadable> {
    let Some(sent) = member::<Object>(object, name)? else {
        return Ok(None);
    };
    let mut texts = BTreeMap::new();
    for name in sent.keys() {
        texts.insert(name.clone(), plain(&sent, name)?);
    }
    Ok(Some(texts))
}

/// A switch; `None` if it is absent or null.
pub fn switch(object: &Object, name: &str) -> Result<Option<bool>, Unreadable> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(*on)),
        Some(Value::String(text)) if text == "true" => Ok(Some(true)),
        Some(Value::String(text)) if text == "false" => Ok(Some(false)),
        Some(_) => Err(Unreadable::Type),
    }
}

/// Any member of a type that serde knows; `None` if it is absent or null.
pub fn member<T: serde::de::DeserializeOwned>(
    object: &Object,
    name: &str,
) -> Result<Option<T>, Unreadable> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|_| Unreadable::Type),
    }
}

/// Free attributes: each has a list of texts, or a single one; `None` if the member is absent or null.
pub fn lists(
    object: &Object,
    name: &str,
) -> Result<Option<BTreeMap<String, Vec<String>>>, Unreadable> {
    let Some(sent) = member::<BTreeMap<String, Value>>(object, name)? else {
        return Ok(None);
    };
    let mut lists = BTreeMap::new();
    for (name, value) in sent {
        let values = match value {
            Value::Null => continue,
            Value::Array(values) => values.iter().filter_map(scalar).collect(),
            Value::Object(_) => return Err(Unreadable::Type),
            single => scalar(&single).into_iter().collect(),
        };
        lists.insert(name, values);
    }
    Ok(Some(lists))
}

/// The same where a single text does not stand for a list of it.
pub fn lists_only(
    object: &Object,
    name: &str,
) -> Result<Option<BTreeMap<String, Vec<String>>>, Unreadable> {
    let sent = object.get(name).and_then(Value::as_object);
    let mut values = sent.into_iter().flat_map(Map::values);
    match values.all(|value| value.is_array() || value.is_null()) {
        true => lists(object, name),
        false => Err(Unreadable::Type),
    }
}

/// The text of a value that is not made of others; `None` for null.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Puts a member into an object that is to be shown.
pub fn set(shown: &mut Value, name: &str, member: Value) {
    if let Value::Object(members) = shown {
        members.insert(name.to_owned(), member);
    }
}

/// Line and column right after the member's value, where Keycloak's reader stands when it complains.
fn end_of_value(text: &str, field: &str) -> (usize, usize) {
    let quoted = format!("\"{field}\"");
    let (before, after) = text.split_once(&quoted).unwrap_or((text, ""));
    let rest = after.trim_start().trim_start_matches(':').trim_start();
    // Keycloak's reader has only begun a text, a list or an object when it complains.
    let value = match rest.starts_with(['"', '[', '{']) {
        true => 1,
        false => rest
            .find([',', '}', ']', ' ', '\n', '\r'])
            .unwrap_or(rest.len()),
    };
    let used = before.len() + quoted.len() + (after.len() - rest.len()) + value;
    let read = text.get(..used).unwrap_or(text);
    let line = read.matches('\n').count() + 1;
    let column = read.rsplit('\n').next().map_or(0, str::len) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_text_that_can_stand_in_an_address() {
        let long = "x".repeat(LONGEST_ID + 1);
        for text in ["a\nb", "a\r\nSet-Cookie: a=b", "\u{7f}", "a\u{85}", &long] {
            let sent = Object::from_iter([("id".to_owned(), text.into())]);
            assert_eq!(id(&sent, "id"), Err(Unreadable::Type), "{text:?}");
        }
        let given = |text: &str| Object::from_iter([("id".to_owned(), text.into())]);

        assert_eq!(id(&given("my id/é"), "id"), Ok(Some("my id/é")));
        assert_eq!(id(&given(""), "id"), Ok(None));
        assert_eq!(id(&Object::new(), "id"), Ok(None));
    }

    #[test]
    fn an_unknown_member_is_named_with_its_place() {
        let table = [
            (r#"{"nonsense":true}"#, 17),
            (r#"{"nonsense":"xyz"}"#, 14),
            (r#"{"nonsense":{"a":1}}"#, 14),
            (r#"{ "nonsense" :  [1]}"#, 18),
            (r#"{"clientId":"bad","nonsense":1}"#, 31),
        ];
        for (text, column) in table {
            let refused = object(text.as_bytes(), "RealmRepresentation", &["clientId"]);

            let expected = format!(
                "Invalid json representation for RealmRepresentation. \
                 Unrecognized field \"nonsense\" at line 1 column {column}."
            );
            assert_eq!(refused.unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn settings_are_texts_whatever_scalar_they_are_sent_as() {
        let sent = |text: &str| map(text.as_bytes()).unwrap();
        let all = sent(r#"{"config": {"a": "x", "b": true, "c": 5, "d": null}}"#);
        let read = texts(&all, "config").unwrap().unwrap();
        let found: Vec<(&str, Option<&str>)> = read
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_deref()))
            .collect();
        let expected = [
            ("a", Some("x")),
            ("b", Some("true")),
            ("c", Some("5")),
            ("d", None),
        ];
        assert_eq!(found, expected);
        assert_eq!(texts(&all, "none"), Ok(None));
        let nested = sent(r#"{"config": {"a": ["x"]}}"#);
        assert_eq!(texts(&nested, "config"), Err(Unreadable::Type));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for (text, why) in [
            ("", Unreadable::Syntax),
            ("{\"a\":", Unreadable::Syntax),
            ("[]", Unreadable::Type),
            ("1", Unreadable::Type),
        ] {
            assert_eq!(object(text.as_bytes(), "X", &["a"]), Err(why), "{text}");
        }
    }

    #[test]
    fn a_name_comes_with_quotes_or_without_and_never_with_a_nul() {
        let good: [&[u8]; 4] = [b"acme", b" acme\n", b"\"acme\"", br#""\u0061cme""#];
        for text in good {
            assert_eq!(name(text), Ok("acme".to_owned()));
        }
        let bad: [&[u8]; 6] = [
            b"ac\0me",
            b"\"ac\0me\"",
            br#""ac\u0000me""#,
            b"\"acme",
            b"\"acme\" x",
            b"\xffacme",
        ];
        for text in bad {
            assert_eq!(name(text), Err(Unreadable::Syntax), "{text:?}");
        }
    }
}
