//! Names and values of a form or of an address, in their order.

use actix_web::HttpRequest;
use cloakroom_admin::multipart;
use url::form_urlencoded::{Serializer, parse};

/// Names and values; a name may be there more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query or a form. A NUL is in no text that a database takes, and is left out.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let pairs = parse(text);
        let clean = |text: &str| text.replace('\0', "");
        Self(
            pairs
                .map(|(name, value)| (clean(&name), clean(&value)))
                .collect(),
        )
    }

    /// Reads a form, with or without a file in it.
    pub(crate) fn of_form(request: &HttpRequest, body: &[u8]) -> Self {
        match multipart::texts(request, body) {
            Some(fields) => Self::of(fields),
            None => Self::parse(body),
        }
    }

    fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let clean = |text: String| text.replace('\0', "");
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(name, value)| (clean(name), clean(value)))
                .collect(),
        )
    }

    /// The first value of a name, if it is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// The first value of a name, which may be empty.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of a name without spaces around it; empty if there is none.
    pub(crate) fn trimmed(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default().trim()
    }

    /// Every value of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let mine = self.0.iter().filter(move |(own, _)| own == name);
        mine.map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Every pair.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with this value alone under the name; an empty one takes the name out.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(own, _)| own != name)
            .cloned()
            .collect();
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Self(pairs)
    }

    /// As the text of a query.
    pub(crate) fn encode(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in &self.0 {
            query.append_pair(name, value);
        }
        query.finish()
    }
}
