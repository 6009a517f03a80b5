//! Claims by the paths that settings name them with.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

/// A pattern may not become larger than this when it is read, in bytes.
const PATTERN: usize = 64 * 1024;

/// The value at a path as Keycloak writes it: members separated by dots, `\.` for a dot in a name,
/// `[0]` for an element of a list. A member of the whole name comes before the path.
pub fn find<'a>(claims: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(whole) = claims.get(path) {
        return Some(whole);
    }
    let mut value = claims;
    for step in steps(path) {
        let (name, index) = indexed(&step);
        if !name.is_empty() {
            value = value.get(name)?;
        }
        if let Some(index) = index {
            value = value.get(index)?;
        }
    }
    Some(value).filter(|_| !path.is_empty())
}

fn steps(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match (letter, steps.last_mut()) {
            ('.', _) => steps.push(String::new()),
            ('\\', Some(last)) => last.extend(letters.next()),
            (letter, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    steps
}

fn indexed(step: &str) -> (&str, Option<usize>) {
    let found = step
        .strip_suffix(']')
        .and_then(|step| step.rsplit_once('['))
        .and_then(|(name, index)| Some((name, index.parse().ok()?)));
    match found {
        Some((name, index)) => (name, Some(index)),
        None => (step, None),
    }
}

/// A claim's value as text: texts, numbers and truths; nothing for what has parts.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A claim's values as texts: one, or those of a list; an object as JSON, as Keycloak keeps it.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|value| text(value).or_else(|| json(value)))
            .collect(),
        value => text(value).or_else(|| json(value)).into_iter().collect(),
    }
}

fn json(value: &Value) -> Option<String> {
    (value.is_object() || value.is_array()).then(|| value.to_string())
}

/// Whether a claim is this value, or has it among its values.
pub fn has(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Array(list) => list
            .iter()
            .any(|value| text(value).is_some_and(|own| own == wanted)),
        value => text(value).is_some_and(|own| own == wanted),
    }
}

/// A pattern that fits whole values, as in Java; `None` for one that cannot be read.
pub fn pattern(text: &str) -> Option<Regex> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(PATTERN).build().ok();
    // By itself first: a bracket that closes the one around it would fit less than a whole.
    build(text)?;
    build(&format!("^(?:{text})$"))
}

/// Whether a pattern fits a whole value; one that cannot be read fits nothing.
pub fn fits(value: &str, text: &str) -> bool {
    pattern(text).is_some_and(|pattern| pattern.is_match(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_through_members_lists_and_names_with_dots() {
        let claims = json!({
            "sub": "1", "a": {"b": [{"c": 7}, true], "d.e": "dot"}, "https://x.test/role": "r",
            "top.level": "whole", "list": ["x", "y"],
        });
        let rows = [
            ("sub", Some("1")),
            ("a.b[0].c", Some("7")),
            ("a.b[1]", Some("true")),
            (r"a.d\.e", Some("dot")),
            ("https://x.test/role", Some("r")),
            ("top.level", Some("whole")),
            ("list[1]", Some("y")),
            ("list[2]", None),
            ("a.nothing", None),
            ("sub.more", None),
            ("", None),
            ("a.b[9", None),
        ];
        for (path, expected) in rows {
            let found = find(&claims, path).and_then(text);

            assert_eq!(found.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_fits_a_whole_value_or_is_none() {
        let rows = [
            ("staff|admins?", "admin", true),
            ("staff|admins?", "staffing", false),
            ("", "", true),
            (".*", "any", true),
            ("a)|(b", "a", false),
            ("a)|(b", "ab", false),
            ("(*", "(*", false),
            ("(?!no).*", "yes", false),
        ];
        for (text, value, expected) in rows {
            assert_eq!(fits(value, text), expected, "{text} {value}");
        }
        assert!(pattern("a)|(b").is_none() && pattern("(?!no).*").is_none());
    }

    #[test]
    fn values_are_texts_and_a_list_is_several() {
        assert_eq!(
            texts(&json!(["a", 1, null, {"b": 2}])),
            ["a", "1", r#"{"b":2}"#]
        );
        assert_eq!(texts(&json!(true)), ["true"]);
        assert!(has(&json!(["a", "b"]), "b") && has(&json!(3), "3"));
        assert!(!has(&json!({"a": "b"}), "b") && !has(&json!(["ab"]), "a"));
    }
}
