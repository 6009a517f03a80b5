//! Characters that names of people and usernames must not have.

use std::sync::LazyLock;

use regex::Regex;

use super::{About, Complaint, MESSAGE, Setting, Settings, Validator};

/// `person-name-prohibited-characters`.
pub(super) struct PersonName;
/// `username-prohibited-characters`.
pub(super) struct Username;
/// `up-username-not-idn-homograph`.
pub(super) struct NotHomograph;

/// There is no character in it that usernames have nothing to do with.
pub(crate) fn is_plain(text: &str) -> bool {
    let is_bad = |c: char| {
        c.is_whitespace() || c.is_control() || "<>&\"'$%!#?§,;:*~/\\|^=[]{}()`".contains(c)
    };
    !text.contains(is_bad)
}

impl Validator for PersonName {
    fn id(&self) -> &'static str {
        "person-name-prohibited-characters"
    }

    fn help(&self) -> &'static str {
        "No character that could be markup or code, as a guard for pages that show names."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MESSAGE]
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let is_bad = |c: char| c.is_control() || "<>&\"$%!#?§;*~/\\|^=[]{}()".contains(c);
        let message = "error-person-name-invalid-character";
        value
            .contains(is_bad)
            .then(|| Complaint::or_custom(message, settings, Vec::new()))
    }
}

impl Validator for Username {
    fn id(&self) -> &'static str {
        "username-prohibited-characters"
    }

    fn help(&self) -> &'static str {
        "No blank and no character that could be markup or code."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MESSAGE]
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        (!is_plain(value)).then(|| Complaint::or_custom(INVALID_USERNAME, settings, Vec::new()))
    }
}

impl Validator for NotHomograph {
    fn id(&self) -> &'static str {
        "up-username-not-idn-homograph"
    }

    fn help(&self) -> &'static str {
        "Latin letters and characters that all scripts share, so that no name looks like another."
    }

    fn settings(&self) -> &'static [Setting] {
        &[MESSAGE]
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        static LATIN: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"\A[\p{Latin}\p{Common}]+\z").ok());
        let is_latin = LATIN.as_ref().is_none_or(|latin| latin.is_match(value));
        (!is_latin).then(|| Complaint::or_custom(INVALID_USERNAME, settings, Vec::new()))
    }
}

const INVALID_USERNAME: &str = "error-username-invalid-character";
