//! The smallest parts: a word with a colour that means something, and a point in time.

use askama::Template;
use askama::filters::HtmlSafe;
use cloakroom_web::i18n::clean;
use cloakroom_web::page::Moment;

/// A word on a state. The colour repeats what the word says.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/pill.html")]
pub(crate) struct Pill {
    class: &'static str,
    text: String,
}

impl HtmlSafe for Pill {}

impl Pill {
    fn new(class: &'static str, text: impl Into<String>) -> Self {
        Self {
            class,
            text: clean(&text.into()).into_owned(),
        }
    }

    /// The same words behind what they are about.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.text = format!("{}: {}", clean(what), self.text);
        self
    }

    /// A state that needs no attention and is not good either.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new("", text)
    }

    /// As it should be.
    pub(crate) fn ok(text: impl Into<String>) -> Self {
        Self::new("ok", text)
    }

    /// Somebody should look.
    pub(crate) fn warn(text: impl Into<String>) -> Self {
        Self::new("warn", text)
    }

    /// Something is off or broken.
    pub(crate) fn danger(text: impl Into<String>) -> Self {
        Self::new("danger", text)
    }

    /// Something to know.
    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self::new("info", text)
    }
}

/// A point in time: UTC in the page, local by `local-time.js`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/when.html")]
pub(crate) struct When {
    moment: Moment,
}

impl HtmlSafe for When {}

impl When {
    /// Takes milliseconds since 1970.
    pub(crate) fn millis(millis: i64) -> Self {
        Self::seconds(millis.div_euclid(1000))
    }

    /// Takes seconds since 1970.
    pub(crate) fn seconds(seconds: i64) -> Self {
        Self {
            moment: Moment::from_unix_seconds(seconds),
        }
    }
}
