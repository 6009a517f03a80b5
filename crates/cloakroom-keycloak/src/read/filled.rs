//! What is sent empty and counts as not sent.

use std::collections::BTreeMap;

use super::{Object, Unreadable, texts};

/// Settings by name, each a text; `None` if the member is absent or null.
///
/// A setting without a text is one that is not
/// set: Keycloak keeps none, and tools that compare what they read with what they sent would find it for ever.
pub fn settings(
    object: &Object,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, Unreadable> {
    let Some(sent) = texts(object, name)? else {
        return Ok(None);
    };
    let filled = sent.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    Ok(Some(filled.collect()))
}

/// Attributes without those that have no value.
pub fn attributes(mut lists: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    lists.retain(|_, values| !values.is_empty());
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_empty_is_not_set() {
        let sent = json!({"config": {"a": "", "b": null, "c": " ", "d": 5}});
        let sent = sent.as_object().cloned().unwrap_or_default();
        let set = settings(&sent, "config").unwrap().unwrap();
        assert_eq!(set.keys().collect::<Vec<_>>(), ["c", "d"]);
        assert_eq!(settings(&sent, "other"), Ok(None));
    }

    #[test]
    fn an_attribute_without_a_value_is_none() {
        let lists = [
            ("a".to_owned(), vec![]),
            ("b".to_owned(), vec![String::new()]),
        ];
        let kept = attributes(lists.into_iter().collect());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["b"]);
    }
}
