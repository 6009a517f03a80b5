//! Where a claim goes and as what: `claim.name`, `jsonType.label` and `multivalued`.

use cloakroom_model::mapper::Mapper as Config;
use serde_json::{Map, Value};

/// Claims that are said of a token by who issues it: when it ends, what kind it is, for whom, what it may be used for.
/// The realm itself reads them in its own tokens, so no setting of a client may say otherwise.
const ISSUED: [&str; 15] = [
    "exp",
    "iat",
    "nbf",
    "jti",
    "iss",
    "typ",
    "azp",
    "sid",
    "session_state",
    "scope",
    "nonce",
    "cnf",
    "active",
    "act",
    "authorization",
];

/// Puts a value where `claim.name` says: dots lead into objects, and `\.` is a dot.
pub(super) fn set(
    members: &mut Map<String, Value>,
    config: &Config,
    client_id: &str,
    value: Value,
) {
    let Some(name) = config.text("claim.name") else {
        return;
    };
    set_at(members, name, client_id, value);
}

pub(super) fn set_at(members: &mut Map<String, Value>, name: &str, client_id: &str, value: Value) {
    // Most names are one plain word, and each token has a dozen of them.
    if !name.contains(['.', '$', '\\']) {
        if !ISSUED.contains(&name) {
            put(members, name, value);
        }
        return;
    }
    let mut path: Vec<String> = split(name)
        .into_iter()
        // A client's own name may hold dots, so it is filled in after the split.
        .map(|part| part.replace("${client_id}", client_id))
        .collect();
    if path
        .first()
        .is_some_and(|first| ISSUED.contains(&first.as_str()))
    {
        return;
    }
    let Some(last) = path.pop() else { return };
    let mut place = members;
    for part in path {
        let inner = place
            .entry(part)
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = inner else { return };
        place = inner;
    }
    put(place, &last, value);
}

fn put(place: &mut Map<String, Value>, name: &str, value: Value) {
    match (place.get_mut(name), value) {
        // Two mappers of one list add to it.
        (Some(Value::Array(old)), Value::Array(new)) => {
            for item in new {
                if !old.contains(&item) {
                    old.push(item);
                }
            }
        }
        (_, value) => {
            place.insert(name.to_owned(), value);
        }
    }
}

fn split(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'.') => {
                letters.next();
                push(&mut parts, '.');
            }
            '.' => parts.push(String::new()),
            other => push(&mut parts, other),
        }
    }
    parts
}

fn push(parts: &mut [String], letter: char) {
    if let Some(last) = parts.last_mut() {
        last.push(letter);
    }
}

/// A text as the type that `jsonType.label` names; `None` if it is no such thing.
pub(super) fn typed(config: &Config, text: &str) -> Option<Value> {
    match config.text("jsonType.label").unwrap_or("String") {
        "long" | "int" => text.trim().parse::<i64>().ok().map(Value::from),
        "boolean" => Some(Value::Bool(text.trim().eq_ignore_ascii_case("true"))),
        "JSON" => serde_json::from_str(text).ok(),
        _ => Some(Value::String(text.to_owned())),
    }
}

/// Several texts: a list where the mapper is for many, the first otherwise.
pub(super) fn typed_all(config: &Config, texts: &[String]) -> Option<Value> {
    if config.has("multivalued", false) {
        let all: Vec<Value> = texts
            .iter()
            .filter_map(|text| typed(config, text))
            .collect();
        return Some(Value::Array(all)).filter(|_| !texts.is_empty());
    }
    texts.first().and_then(|text| typed(config, text))
}
