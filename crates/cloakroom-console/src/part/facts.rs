//! A card of facts: names and what is known under them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Cell;

/// One fact.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    name: String,
    value: Cell,
}

/// Facts under a title.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/facts.html")]
pub(crate) struct Facts {
    id: &'static str,
    title: String,
    csrf: String,
    facts: Vec<Fact>,
}

impl HtmlSafe for Facts {}

impl Facts {
    /// A card with a title; `id` is unique on its page.
    pub(crate) fn new(id: &'static str, title: String) -> Self {
        Self {
            id,
            title,
            csrf: String::new(),
            facts: Vec::new(),
        }
    }

    /// Adds a fact.
    pub(crate) fn fact(mut self, name: String, value: Cell) -> Self {
        self.facts.push(Fact { name, value });
        self
    }

    /// Adds a text that may not be there.
    pub(crate) fn text(self, name: String, value: &str) -> Self {
        match value {
            "" => self.fact(name, Cell::muted("–")),
            text => self.fact(name, Cell::text(text)),
        }
    }
}
