//! `options`: values from a list.

use super::{About, BadSetting, Complaint, Setting, Settings, Validator, texts};

pub(super) struct Options;

impl Validator for Options {
    fn id(&self) -> &'static str {
        "options"
    }

    fn help(&self) -> &'static str {
        "One of the values of a list."
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting {
            name: "options",
            label: "Options",
            kind: "MultivaluedString",
            help: "The values that are accepted.",
        }]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        match texts(settings, "options").is_empty() {
            true => vec![BadSetting::missing("options")],
            false => Vec::new(),
        }
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let is_known = texts(settings, "options").iter().any(|one| one == value);
        (!is_known).then(|| Complaint::new("error-invalid-value", Vec::new()))
    }
}
