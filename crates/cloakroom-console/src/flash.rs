//! What the next page says first: a message that outlives one redirect.

use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_web::i18n::Locale;
use serde::{Deserialize, Serialize};

use crate::cookie::{self, Name};

/// A message with what stands in it, and the way to undo what it tells of.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Flash {
    /// The key of the message.
    key: String,
    /// What stands in it.
    argument: Option<String>,
    /// It went well.
    is_good: bool,
    /// The entry of the recycle bin that undoes it.
    #[serde(default)]
    undo: Option<String>,
}

impl Flash {
    /// Says what went well.
    pub(crate) fn done(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            argument: None,
            is_good: true,
            undo: None,
        }
    }

    /// Says what did not.
    pub(crate) fn failed(key: &str) -> Self {
        Self {
            is_good: false,
            ..Self::done(key)
        }
    }

    /// The same was done with many things: with how many, or for how many it failed.
    pub(crate) fn many(done: u32, failed: u32) -> Self {
        match failed {
            0 => Self::done("done-many").about(&done.to_string()),
            _ => Self::failed("done-many-failed").about(&failed.to_string()),
        }
    }

    /// Fills in what the message is about, where it says `{ $name }`.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.argument = Some(what.chars().take(200).collect());
        self
    }

    /// Offers to take it back: by this entry of the recycle bin, if there is one.
    pub(crate) fn undo(mut self, entry: &str) -> Self {
        self.undo = (!entry.is_empty()).then(|| entry.to_owned());
        self
    }

    /// The entry of the recycle bin that undoes it.
    pub(crate) fn entry(&self) -> Option<&str> {
        self.undo.as_deref()
    }

    /// The class of the toast.
    pub(crate) fn class(&self) -> &'static str {
        if self.is_good { "ok" } else { "danger" }
    }

    /// The words.
    pub(crate) fn text(&self, locale: &Locale) -> String {
        match &self.argument {
            Some(what) => locale.text_with(&self.key, "name", what),
            None => locale.text(&self.key),
        }
    }

    /// Keeps it for the next page.
    pub(crate) fn keep(&self, answer: &mut HttpResponse, is_https: bool) {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let value = URL_SAFE_NO_PAD.encode(text);
        cookie::set(answer, Name::Flash, &value, is_https, Some(60));
    }

    /// What the page before left. Only texts of the console are shown, whoever set the cookie.
    pub(crate) fn take(request: &HttpRequest, is_https: bool) -> Option<Self> {
        let value = cookie::get(request, Name::Flash, is_https)?;
        let text = URL_SAFE_NO_PAD.decode(value).ok()?;
        let flash: Self = serde_json::from_slice(&text).ok()?;
        flash.key.starts_with("done-").then_some(flash)
    }
}
