//! `email`: values that look like an address; only a letter that arrives proves one.

use serde_json::json;

use super::{About, BadSetting, Complaint, Setting, Settings, Validator, whole};

pub(super) struct Email;

/// RFC 5321 §4.5.3.1.1: the longest part before the `@`.
const LOCAL_LONGEST: i64 = 64;
/// RFC 5321 §4.5.3.1.2: the longest part after it.
const DOMAIN_LONGEST: usize = 255;

impl Validator for Email {
    fn id(&self) -> &'static str {
        "email"
    }

    fn help(&self) -> &'static str {
        "A valid address of e-mail."
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting {
            name: "max-local-length",
            label: "Maximum length of the local part",
            kind: "String",
            help: "The most characters before the @; 64 if empty.",
        }]
    }

    fn check_settings(&self, settings: &Settings) -> Vec<BadSetting> {
        let longest = whole(settings, "max-local-length");
        longest.err().into_iter().collect()
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let longest = whole(settings, "max-local-length").ok().flatten();
        let longest = usize::try_from(longest.unwrap_or(LOCAL_LONGEST)).unwrap_or_default();
        let is_good = is_address(value, longest);
        (!is_good).then(|| Complaint::new("error-invalid-email", vec![json!(value)]))
    }
}

fn is_address(text: &str, longest: usize) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || "<>\"(),:;@[]\\".contains(c);
    let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_name = domain.split('.').all(|label| {
        is_label(label)
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    });
    let is_ip = domain.starts_with('[') && domain.ends_with(']') && domain.len() > 4;
    !local.is_empty()
        && local.chars().count() <= longest
        && !local.contains(is_bad)
        && !dots(local)
        && domain.len() <= DOMAIN_LONGEST
        && (is_name || is_ip)
}
