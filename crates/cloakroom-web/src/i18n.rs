//! Texts in the reader's language: Fluent messages, and which language that is.
//!
//! The messages are files of `web/messages/`, embedded in the binary.
//! Plural and number rules come from Fluent; no code here knows any.

mod negotiate;
mod notice;
pub mod own;

pub use negotiate::Wanted;
pub use notice::Notice;
use own::Own;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cloakroom_model::localization::Texts;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The languages the pages exist in. The first one also stands in for a message another lacks: the console's, in all but
/// the first two.
const SOURCES: &[(&str, &str)] = &[
    (
        "en",
        concat!(
            include_str!("../../../web/messages/en.ftl"),
            "\n",
            include_str!("../../../web/messages/console/en.ftl"),
        ),
    ),
    (
        "de",
        concat!(
            include_str!("../../../web/messages/de.ftl"),
            "\n",
            include_str!("../../../web/messages/console/de.ftl"),
        ),
    ),
    ("fr", include_str!("../../../web/messages/fr.ftl")),
    ("es", include_str!("../../../web/messages/es.ftl")),
    ("pt-BR", include_str!("../../../web/messages/pt-BR.ftl")),
    ("tr", include_str!("../../../web/messages/tr.ftl")),
    ("ja", include_str!("../../../web/messages/ja.ftl")),
    ("zh-Hans", include_str!("../../../web/messages/zh-Hans.ftl")),
    ("ar", include_str!("../../../web/messages/ar.ftl")),
    ("he", include_str!("../../../web/messages/he.ftl")),
];

static LOCALES: LazyLock<Locales> = LazyLock::new(|| Locales::parse(SOURCES));

/// Every language the pages exist in.
#[derive(Debug)]
pub struct Locales {
    list: Vec<Locale>,
}

impl Locales {
    /// Returns the languages embedded in the binary.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &LOCALES
    }

    /// Returns the language of this exact tag.
    #[must_use]
    pub fn find(&self, tag: &str) -> Option<&Locale> {
        self.list.iter().find(|locale| locale.tag() == tag)
    }

    /// Returns all languages, the fallback first.
    pub fn iter(&self) -> impl Iterator<Item = &Locale> {
        self.list.iter()
    }

    /// A file that does not parse loses the faulty message alone; a test keeps that from shipping.
    fn parse(sources: &[(&'static str, &str)]) -> Self {
        let mut list: Vec<Locale> = Vec::new();
        for (tag, source) in sources {
            let Ok(id) = tag.parse::<LanguageIdentifier>() else {
                continue;
            };
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            let mut bundle = FluentBundle::new_concurrent(vec![id.clone()]);
            // Isolation marks would sit between the words that clients and tests look for;
            // `clean` removes the characters they would defend against.
            bundle.set_use_isolating(false);
            bundle.add_resource_overriding(resource);
            list.push(Locale::of(Messages {
                tag,
                id,
                bundle,
                fallback: list.first().cloned(),
            }));
        }
        Self { list }
    }
}

/// One language: its messages, its tag and its writing direction, and what a realm says instead. Cloning it is cheap.
#[derive(Clone)]
pub struct Locale {
    messages: Arc<Messages>,
    own: Own,
}

struct Messages {
    tag: &'static str,
    id: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
    fallback: Option<Locale>,
}

impl Locale {
    fn of(messages: Messages) -> Self {
        Self {
            messages: Arc::new(messages),
            own: Own::default(),
        }
    }

    /// The same language with a realm's own texts, which it has by language.
    #[must_use]
    pub fn with_texts(mut self, texts: &BTreeMap<String, Arc<Texts>>) -> Self {
        if !texts.is_empty() {
            let fallback = self.messages.fallback.as_ref();
            self.own = Own::of(texts, self.tag(), fallback.map(Self::tag));
        }
        self
    }

    /// Returns the BCP 47 tag, for `lang` and for links.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.messages.tag
    }

    /// Returns the writing direction, for `dir`.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        match self.messages.id.character_direction() {
            CharacterDirection::RTL => "rtl",
            CharacterDirection::LTR | CharacterDirection::TTB => "ltr",
        }
    }

    /// Returns the message of this key.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// Returns the message of this key with its one argument filled in.
    #[must_use]
    pub fn text_with(&self, key: &str, name: &str, value: impl Argument) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), value.into_value());
        self.format(key, Some(&args))
    }

    /// Returns the message of this key with all of its arguments filled in.
    #[must_use]
    pub fn text_with_all(&self, key: &str, all: &[(&str, String)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in all {
            args.set((*name).to_owned(), value.into_value());
        }
        self.format(key, Some(&args))
    }

    /// Returns the words of a notice.
    #[must_use]
    pub fn notice(&self, notice: &Notice) -> String {
        match notice.argument() {
            Some((name, value)) => self.text_with(notice.key(), name, value),
            None => self.text(notice.key()),
        }
    }

    /// Returns the message that a setting names by its bare key; `None` if there is none of that name.
    #[must_use]
    pub fn named(&self, key: &str) -> Option<String> {
        self.lookup(key, None)
    }

    /// Returns the text that a realm stores for people to read.
    /// Keycloak lets such a text be `${key}`, the name of a message.
    #[must_use]
    pub fn resolve(&self, stored: &str) -> String {
        let key = stored
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        match key {
            Some(key) => self
                .lookup(key, None)
                .unwrap_or_else(|| clean(key).into_owned()),
            None => clean(stored).into_owned(),
        }
    }

    /// Returns the paragraphs of the terms that a realm has people accept, without tags; none where it has no terms.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        self.own
            .raw(own::TERMS)
            .map(own::paragraphs)
            .unwrap_or_default()
    }

    /// Makes a language that has no messages: its pages show the keys.
    fn without_messages() -> Self {
        Self::of(Messages {
            tag: "en",
            id: LanguageIdentifier::default(),
            bundle: FluentBundle::new_concurrent(Vec::new()),
            fallback: None,
        })
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        // The key itself is the last resort: a page with a strange word beats no page.
        self.lookup(key, args).unwrap_or_else(|| key.to_owned())
    }

    fn lookup(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        if let Some(text) = self.own.first(key, args) {
            return Some(text);
        }
        let messages = &*self.messages;
        let Some(pattern) = messages
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
        else {
            let fallback = || messages.fallback.as_ref()?.lookup(key, args);
            return self.own.second(key, args).or_else(fallback);
        };
        let mut faults = Vec::new();
        Some(
            messages
                .bundle
                .format_pattern(pattern, args, &mut faults)
                .into_owned(),
        )
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Locale").field(&self.messages.tag).finish()
    }
}

/// What can stand in a message: a text or a number.
pub trait Argument {
    /// Turns it into Fluent's value; texts lose the characters that reorder their surroundings.
    fn into_value(self) -> FluentValue<'static>;
}

impl Argument for &str {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::from(clean(self).into_owned())
    }
}

impl Argument for &String {
    fn into_value(self) -> FluentValue<'static> {
        self.as_str().into_value()
    }
}

impl Argument for String {
    fn into_value(self) -> FluentValue<'static> {
        self.as_str().into_value()
    }
}

impl Argument for u32 {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::from(self)
    }
}

impl Argument for FluentValue<'static> {
    fn into_value(self) -> FluentValue<'static> {
        self
    }
}

/// Removes control and direction-changing characters: with them, a client's name
/// could rewrite the sentence it stands in (Unicode Technical Report 36, 2.10.2).
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(is_unsafe) {
        Cow::Owned(text.chars().filter(|c| !is_unsafe(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests;
