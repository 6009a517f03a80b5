//! `length`: how many characters a value has.

use serde_json::json;

use super::{About, BadSetting, Complaint, MAX, MIN, Setting, Settings, Validator};
use super::{is_on, limit, whole};

pub(super) struct Length;

impl Validator for Length {
    fn id(&self) -> &'static str {
        "length"
    }

    fn help(&self) -> &'static str {
        "The number of characters lies between a least and a most."
    }

    fn settings(&self) -> &'static [Setting] {
        const TRIM: Setting = Setting {
            name: "trim-disabled",
            label: "Trimming disabled",
            kind: "boolean",
            help: "Spaces at the beginning and at the end count as well.",
        };
        &[MIN, MAX, TRIM]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        match (whole(settings, "min"), whole(settings, "max")) {
            (Ok(None), Ok(None)) => vec![BadSetting::missing("min"), BadSetting::missing("max")],
            (Ok(Some(min)), Ok(Some(max))) if min > max => {
                vec![BadSetting::invalid("max", Vec::new())]
            }
            (min, max) => min.err().into_iter().chain(max.err()).collect(),
        }
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let min = whole(settings, "min").ok().flatten();
        let max = whole(settings, "max").ok().flatten();
        let is_trimmed = !is_on(settings, "trim-disabled", false);
        let value = if is_trimmed { value.trim() } else { value };
        // Keycloak counts UTF-16 units, and so do the forms of browsers.
        let length = i64::try_from(value.encode_utf16().count()).unwrap_or(i64::MAX);
        if min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max) {
            return None;
        }
        let message = match (min, max) {
            (Some(_), None) => "error-invalid-length-too-short",
            (None, _) => "error-invalid-length-too-long",
            _ => "error-invalid-length",
        };
        Some(Complaint::new(
            message,
            vec![json!(limit(min)), json!(limit(max))],
        ))
    }
}
