//! `uri`: values that are an absolute address with a scheme that is allowed.

use serde_json::json;

use super::{About, Complaint, Setting, Settings, Validator, is_on, texts};

pub(super) struct Uri;

impl Validator for Uri {
    fn id(&self) -> &'static str {
        "uri"
    }

    fn help(&self) -> &'static str {
        "A valid address, with a scheme that is allowed."
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "allowedSchemes",
                label: "Allowed schemes",
                kind: "MultivaluedString",
                help: "The schemes that are accepted; http and https if empty.",
            },
            Setting {
                name: "allowFragment",
                label: "Allow fragments",
                kind: "boolean",
                help: "The address may have a part after #.",
            },
            Setting {
                name: "requireValidUrl",
                label: "Require a valid URL",
                kind: "boolean",
                help: "The address must name a host.",
            },
        ]
    }

    fn check(&self, value: &str, settings: &Settings, _: &About<'_>) -> Option<Complaint> {
        let invalid = |why: &str| {
            Some(Complaint::new(
                "error-invalid-uri",
                vec![json!(value), json!(why)],
            ))
        };
        let is_plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"{}|\\^`".contains(c);
        if !value.chars().all(is_plain) {
            return invalid("Illegal character");
        }
        let Some((scheme, rest)) = value
            .split_once(':')
            .filter(|(scheme, _)| is_scheme(scheme))
        else {
            return invalid("URI is not absolute");
        };
        let mut allowed = texts(settings, "allowedSchemes");
        if allowed.is_empty() {
            allowed = vec!["http".to_owned(), "https".to_owned()];
        }
        if !allowed.iter().any(|one| one.eq_ignore_ascii_case(scheme)) {
            let params = vec![json!(value), json!(scheme)];
            return Some(Complaint::new("error-invalid-uri-scheme", params));
        }
        let (address, fragment) = match rest.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (rest, None),
        };
        if fragment.is_some() && !is_on(settings, "allowFragment", true) {
            let params = vec![json!(value), json!(fragment)];
            return Some(Complaint::new("error-invalid-uri-fragment", params));
        }
        let host = address.strip_prefix("//").map(|rest| {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default()
        });
        let has_host = host.is_some_and(|host| !host.is_empty());
        let needs_host = is_on(settings, "requireValidUrl", true) || host.is_some();
        if address.is_empty() || (needs_host && !has_host) {
            return invalid("Expected authority");
        }
        None
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}
