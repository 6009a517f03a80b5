//! A page of the realm in small, light and dark, with a style of its own.

use askama::Template;
use askama::filters::HtmlSafe;

/// What the preview is made of.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/preview.html")]
pub(crate) struct Preview {
    /// Where its style is, but for the values.
    pub(crate) style: String,
    /// The values that are saved.
    pub(crate) query: String,
    /// The logo of the light page; empty for the product's.
    pub(crate) light: String,
    /// The logo of the dark page; empty for the product's.
    pub(crate) dark: String,
    /// The name of the realm.
    pub(crate) realm: String,
    /// Title, sentence, and the words of the page in small.
    pub(crate) words: [String; 7],
}

impl HtmlSafe for Preview {}

impl Preview {
    fn pages(&self) -> [(&'static str, &str); 2] {
        [("light", &self.light), ("dark", &self.dark)]
    }
}
