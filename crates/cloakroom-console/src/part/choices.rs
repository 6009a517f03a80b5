//! What one chooses between: a card of links, each with its sentence.

use askama::Template;
use askama::filters::HtmlSafe;

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Its name.
    pub(crate) text: String,
    /// The sentence on it.
    pub(crate) hint: String,
    /// Where it leads.
    pub(crate) url: String,
}

/// The card.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/choices.html")]
pub(crate) struct Choices {
    id: &'static str,
    title: String,
    all: Vec<Choice>,
}

impl HtmlSafe for Choices {}

impl Choices {
    /// A card of these; `id` is unique on its page.
    pub(crate) fn new(id: &'static str, title: String, all: Vec<Choice>) -> Self {
        Self { id, title, all }
    }
}
