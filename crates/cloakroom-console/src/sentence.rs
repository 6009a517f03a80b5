//! What the API says by the name of a message, as a sentence in the reader's language.

use cloakroom_web::i18n::Locale;
use serde_json::Value;

/// Keycloak's name of a message, the key of ours, and what its parameters after the attribute's name are called.
type Row = (&'static str, &'static str, &'static [&'static str]);

const LIMITS: &[&str] = &["min", "max"];
const MOST: &[&str] = &["", "max"];

const SENTENCES: &[Row] = &[
    ("error-user-attribute-required", "said-required", &[]),
    ("error-user-attribute-read-only", "said-read-only", &[]),
    ("error-column-not-kept", "said-not-kept", &[]),
    ("error-invalid-length", "said-length", LIMITS),
    ("error-invalid-length-too-short", "said-too-short", LIMITS),
    ("error-invalid-length-too-long", "said-too-long", MOST),
    ("error-invalid-email", "said-email", &[]),
    ("error-invalid-number", "said-number", &[]),
    ("error-number-out-of-range", "said-range", LIMITS),
    (
        "error-number-out-of-range-too-small",
        "said-too-small",
        LIMITS,
    ),
    ("error-number-out-of-range-too-big", "said-too-big", MOST),
    ("error-invalid-date", "said-date", &[]),
    ("error-invalid-value", "said-value", &[]),
    ("error-invalid-multivalued-size", "said-count", LIMITS),
    ("error-invalid-uri", "said-uri", &[]),
    (
        "error-invalid-uri-scheme",
        "said-uri-scheme",
        &["", "scheme"],
    ),
    ("error-invalid-uri-fragment", "said-uri-fragment", &[]),
    ("error-pattern-no-match", "said-pattern", &["pattern"]),
    (
        "error-person-name-invalid-character",
        "said-characters",
        &[],
    ),
    ("error-username-invalid-character", "said-characters", &[]),
    ("error-brand-color", "said-color", &[]),
    ("error-brand-contrast", "said-contrast", &["ratio", "near"]),
    ("error-brand-logo-size", "said-logo-size", &[]),
    ("error-brand-logo-kind", "said-logo-kind", &[]),
    ("error-brand-logo-unsafe", "said-logo-unsafe", &[]),
];

/// The sentence for what a field is refused with. `params` are the attribute's name and what the message mentions.
/// Words that are no name of a message stay as they are, or are looked up where they are `${…}`.
pub(crate) fn of(locale: &Locale, said: &str, params: &[Value]) -> String {
    let Some((_, key, names)) = SENTENCES.iter().find(|(name, ..)| *name == said) else {
        return locale.resolve(said);
    };
    let values = names.iter().zip(params.iter().skip(1));
    let mut filled: Vec<(&str, String)> = values
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (*name, words(value)))
        .collect();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !filled.iter().any(|(own, _)| own == name) {
            filled.push((name, words(&Value::Null)));
        }
    }
    locale.text_with_all(key, &filled)
}

/// A limit that is not set has no number.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "∞".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use cloakroom_web::i18n::Locales;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_name_of_a_message_is_a_sentence_in_each_language() {
        let params = [json!("email"), json!(3), json!(255)];
        for locale in Locales::embedded().iter() {
            for (name, ..) in SENTENCES {
                let sentence = of(locale, name, &params);

                assert!(sentence.ends_with('.'), "{}: {name}", locale.tag());
                let is_open = sentence.contains(['{', '$']) || sentence.contains("said-");
                assert!(!is_open, "{}: {sentence}", locale.tag());
            }
        }
    }

    #[test]
    fn a_sentence_names_the_limits() {
        let english = Locales::embedded().find("en").unwrap();
        for (said, params, expected) in [
            (
                "error-invalid-length",
                vec![json!("a"), json!(3), json!(9)],
                "It needs between 3 and 9 letters.",
            ),
            (
                "error-invalid-length-too-long",
                vec![json!("a"), json!(null), json!(9)],
                "It may have at most 9 letters.",
            ),
            (
                "error-number-out-of-range",
                vec![json!("a"), json!(1)],
                "It has to be between 1 and ∞.",
            ),
            ("User exists", Vec::new(), "User exists"),
            ("${nothingOfOurs}", Vec::new(), "nothingOfOurs"),
        ] {
            assert_eq!(of(english, said, &params), expected);
        }
    }
}
