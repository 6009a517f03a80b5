//! `pattern`: values that a regular expression matches as a whole.

use serde_json::{Value, json};

use super::{About, BadSetting, Complaint, MESSAGE, Setting, Settings, Validator};
use crate::policy;

pub(super) struct Pattern;

impl Validator for Pattern {
    fn id(&self) -> &'static str {
        "pattern"
    }

    fn help(&self) -> &'static str {
        "A regular expression matches the whole value."
    }

    fn settings(&self) -> &'static [Setting] {
        const PATTERN: Setting = Setting {
            name: "pattern",
            label: "RegExp pattern",
            kind: "String",
            help: "The regular expression.",
        };
        &[PATTERN, MESSAGE]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        let Some(text) = text(settings) else {
            return vec![BadSetting::missing("pattern")];
        };
        match policy::matcher(text) {
            Some(_) => Vec::new(),
            None => {
                let why = "not a regular expression that can be matched in bounded time";
                let params = vec![text.to_owned(), why.to_owned()];
                vec![BadSetting::invalid("pattern", params)]
            }
        }
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let text = text(settings)?;
        let is_match = policy::matcher(text).is_none_or(|matches| matches(value));
        let params = vec![json!(text)];
        (!is_match).then(|| Complaint::or_custom("error-pattern-no-match", settings, params))
    }
}

fn text(settings: &Settings) -> Option<&str> {
    let text = settings.get("pattern").and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}
