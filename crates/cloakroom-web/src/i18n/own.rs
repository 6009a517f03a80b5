//! What a realm says in place of the built-in messages: under the names of Keycloak's messages, or under ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::localization::Texts;
use fluent_bundle::{FluentArgs, FluentValue};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

use super::{Locale, clean};

/// The name under which Keycloak keeps the terms that people accept; they have no built-in text.
pub const TERMS: &str = "termsText";

/// The texts that a realm changes most often, page by page.
///
/// For each part the key of its name, and for each text our name and Keycloak's, empty where Keycloak has no such text.
/// One that is not listed is changed under our name.
pub const PARTS: &[(&str, &[(&str, &str)])] = &[
    (
        "texts-sign-in",
        &[
            ("title-sign-in", "loginTitle"),
            ("login-heading", "loginAccountTitle"),
            ("field-username-or-email", "usernameOrEmail"),
            ("field-username", "username"),
            ("field-email", "email"),
            ("field-password", "password"),
            ("login-remember-me", "rememberMe"),
            ("login-forgot-password", "doForgotPassword"),
            ("login-submit", "doLogIn"),
            ("login-no-account", "noAccount"),
            ("login-register", "doRegister"),
            ("login-or-with", "identity-provider-login-label"),
            ("notice-invalid-credentials", "invalidUserMessage"),
            ("notice-account-disabled", "accountDisabledMessage"),
            ("field-otp", "loginTotpOneTime"),
            ("otp-other", "doTryAnotherWay"),
            ("notice-invalid-code", "invalidTotpMessage"),
            ("enrol-heading", "loginTotpTitle"),
            ("notice-set-up-otp", "configureTotpMessage"),
            ("field-device-name", "loginTotpDeviceName"),
        ],
    ),
    (
        "texts-people",
        &[
            ("register-heading", "registerTitle"),
            ("field-first-name", "firstName"),
            ("field-last-name", "lastName"),
            ("field-password-confirm", "passwordConfirm"),
            ("update-profile-heading", "loginProfileTitle"),
            ("notice-update-profile", "updateProfileMessage"),
        ],
    ),
    (
        "texts-passwords",
        &[
            ("reset-heading", "emailForgotTitle"),
            ("reset-explanation", "emailInstruction"),
            ("notice-reset-requested", "emailSentMessage"),
            ("update-password-heading", "updatePasswordTitle"),
            ("notice-update-password", "updatePasswordMessage"),
            ("field-password-new", "passwordNew"),
            ("update-password-logout-sessions", "logoutOtherSessions"),
        ],
    ),
    (
        "texts-terms",
        &[
            ("terms-heading", "termsTitle"),
            ("terms-built-in", TERMS),
            ("terms-accept", "doAccept"),
            ("terms-decline", "doDecline"),
            ("consent-gives", "oauthGrantRequest"),
        ],
    ),
    (
        "texts-end",
        &[
            ("logout-heading", "logoutConfirmHeader"),
            ("logout-submit", "doLogout"),
            ("signed-out-heading", "successLogout"),
            ("error-heading", "errorTitle"),
            ("error-help", ""),
            ("expired-heading", "pageExpiredTitle"),
        ],
    ),
];

/// The name under which a realm keeps its own words for one of our messages.
#[must_use]
pub fn name_of(key: &str) -> &str {
    let mut all = PARTS.iter().flat_map(|(_, texts)| texts.iter());
    let found = all.find(|(ours, theirs)| *ours == key && !theirs.is_empty());
    found.map_or(key, |(_, theirs)| theirs)
}

/// Messages that Keycloak has names for, as `(our name, theirs, the text)`; `{0}` stands for what is filled in, as in its files.
pub fn under_their_names(locale: &Locale) -> impl Iterator<Item = (&'static str, String, String)> {
    let all = PARTS.iter().flat_map(|(_, texts)| texts.iter());
    // Its terms have no text: ours is a sentence on that.
    let named = all.filter(|(_, theirs)| !theirs.is_empty() && *theirs != TERMS);
    named.map(|(ours, theirs)| {
        let text = locale.text_with(ours, "realm", "{0}");
        (*ours, (*theirs).to_owned(), text)
    })
}

/// A realm's texts in one language, and in the language that stands in for it.
#[derive(Clone, Default)]
pub(super) struct Own {
    mine: Option<Arc<Texts>>,
    fallback: Option<Arc<Texts>>,
}

impl Own {
    /// Picks the two of all that a realm has.
    pub(super) fn of(
        texts: &BTreeMap<String, Arc<Texts>>,
        tag: &str,
        fallback: Option<&str>,
    ) -> Self {
        Self {
            mine: in_language(texts, tag),
            fallback: fallback.and_then(|tag| in_language(texts, tag)),
        }
    }

    /// What the realm says in the reader's language: it comes before our own message.
    pub(super) fn first(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        find(self.mine.as_ref()?, key, args)
    }

    /// What it says in the other language: it comes after our message in the reader's.
    pub(super) fn second(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        find(self.fallback.as_ref()?, key, args)
    }

    /// A text as it is kept, in the one language or the other.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        let both = self.mine.iter().chain(&self.fallback);
        let mut found = both.filter_map(|texts| texts.get(name));
        found.next().map(String::as_str)
    }
}

/// The texts of a language, whatever the realm calls it: `zh-CN` is `zh-Hans`.
fn in_language(texts: &BTreeMap<String, Arc<Texts>>, tag: &str) -> Option<Arc<Texts>> {
    if let Some(found) = texts.get(tag) {
        return Some(Arc::clone(found));
    }
    let wanted: LanguageIdentifier = tag.parse().ok()?;
    let is_same = |name: &str| {
        let Ok(id) = name.replace('_', "-").parse::<LanguageIdentifier>() else {
            return false;
        };
        let filtering = NegotiationStrategy::Filtering;
        !negotiate_languages(&[&wanted], &[id], None, filtering).is_empty()
    };
    let mut all = texts.iter();
    all.find_map(|(name, found)| is_same(name).then(|| Arc::clone(found)))
}

fn find(texts: &Texts, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let text = texts.get(name_of(key)).or_else(|| texts.get(key))?;
    Some(fill(text, args))
}

/// Fills in what a message mentions: by its place, as in Java's `MessageFormat` (`{0}`), or by our name (`{ $client }`).
fn fill(text: &str, args: Option<&FluentArgs<'_>>) -> String {
    let mut filled = clean(&text.replace("''", "'").replace(['\n', '\r'], " ")).into_owned();
    let args = args.into_iter().flat_map(FluentArgs::iter);
    for (index, (name, value)) in args.enumerate() {
        let value = match value {
            FluentValue::String(text) => text.to_string(),
            FluentValue::Number(number) => number.as_string().into_owned(),
            _ => continue,
        };
        for place in [
            format!("{{{index}}}"),
            format!("{{ ${name} }}"),
            format!("{{${name}}}"),
        ] {
            filled = filled.replace(&place, &value);
        }
    }
    filled
}

/// A text of several paragraphs as plain ones: tags, which Keycloak lets stand in such texts, are taken out.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(['<', '\n']) {
        let is_line = rest.as_bytes().get(before.len()) == Some(&b'\n');
        let tag = after.split_once('>').filter(|(tag, _)| is_tag(tag));
        if let Some(last) = parts.last_mut() {
            last.push_str(before);
            if !is_line && tag.is_none() {
                last.push('<');
            }
        }
        rest = match tag {
            Some((_, after)) if !is_line => after,
            _ => after,
        };
        let is_block = |tag: &str| {
            let name = tag.trim_start_matches('/').to_ascii_lowercase();
            ["p", "br", "li", "div", "h1", "h2", "h3"]
                .iter()
                .any(|block| {
                    name.strip_prefix(block)
                        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
                })
        };
        if is_line || tag.is_some_and(|(tag, _)| is_block(tag)) {
            parts.push(String::new());
        }
    }
    if let Some(last) = parts.last_mut() {
        last.push_str(rest);
    }
    let parts = parts
        .iter()
        .map(|part| clean(part.replace("''", "'").trim()).into_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// What stands between the brackets begins as a tag does.
fn is_tag(inside: &str) -> bool {
    let name = inside.strip_prefix('/').unwrap_or(inside);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && !inside.contains(['<', '\n'])
}

#[cfg(test)]
mod tests {
    use super::super::Locales;
    use super::*;

    fn realm(all: &[(&str, &str, &str)]) -> BTreeMap<String, Arc<Texts>> {
        let mut texts: BTreeMap<String, Texts> = BTreeMap::new();
        for (locale, name, text) in all {
            let texts = texts.entry((*locale).to_owned()).or_default();
            texts.insert((*name).to_owned(), (*text).to_owned());
        }
        let all = texts.into_iter();
        all.map(|(locale, texts)| (locale, Arc::new(texts)))
            .collect()
    }

    #[test]
    fn a_realm_speaks_in_the_readers_language_before_we_do_and_in_english_after_us() {
        let texts = realm(&[
            ("de", "doLogIn", "Hinein"),
            ("en", "doLogIn", "Go in"),
            ("en", "loginAccountTitle", "Welcome"),
            ("de", "loginTitle", "Zu {0}, bei ''Acme''"),
            ("de", "back-to-client", "Heim zu { $client }"),
            ("en", "client_shop", "The shop"),
            ("zh-CN", "doLogIn", "去"),
        ]);
        let say = |tag, key| {
            let locale = Locales::embedded().find(tag).unwrap().clone();
            locale.with_texts(&texts).text(key)
        };
        for (tag, key, expected) in [
            ("de", "login-submit", "Hinein"),
            ("en", "login-submit", "Go in"),
            ("zh-Hans", "login-submit", "去"),
            ("de", "login-heading", "Anmelden"),
            ("en", "login-heading", "Welcome"),
            ("de", "client_shop", "The shop"),
        ] {
            assert_eq!(say(tag, key), expected, "{tag}: {key}");
        }
        let german = Locales::embedded().find("de").unwrap().clone();
        let german = german.with_texts(&texts);
        let filled = german.text_with("title-sign-in", "realm", "<b>Haus\u{202e}");
        assert_eq!(filled, "Zu <b>Haus, bei 'Acme'");
        let filled = german.text_with("back-to-client", "client", "Laden");
        assert_eq!(filled, "Heim zu Laden");
        assert_eq!(german.resolve("${client_shop}"), "The shop");
    }

    #[test]
    fn a_listed_text_is_a_message_and_stands_there_once() {
        let english = Locales::embedded().find("en").unwrap();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for (key, name) in PARTS.iter().flat_map(|(_, texts)| texts.iter()) {
            assert_ne!(english.text(key), *key, "{key} is no message");
            assert!(!ours.contains(key), "{key} is there twice");
            assert!(
                name.is_empty() || !theirs.contains(name),
                "{name} is there twice"
            );
            ours.push(key);
            theirs.push(name);
        }
        for (part, _) in PARTS {
            assert_ne!(english.text(part), *part, "{part} has no name");
        }
    }

    #[test]
    fn terms_are_paragraphs_without_tags() {
        for (text, expected) in [
            ("Be kind.", vec!["Be kind."]),
            ("One.\n\nTwo.", vec!["One.", "Two."]),
            (
                "<p>One <b>bold</b> word.</p><p class=x>Two</p>",
                vec!["One bold word.", "Two"],
            ),
            ("a < b, 1 <2", vec!["a < b, 1 <2"]),
            ("<script>x", vec!["x"]),
            ("<script", vec!["<script"]),
            ("don''t", vec!["don't"]),
            ("", vec![]),
        ] {
            assert_eq!(paragraphs(text), expected, "{text}");
        }
    }
}
