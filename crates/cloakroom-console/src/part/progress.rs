//! How far something is: a bar, the same in words, and where news of it come from.

use askama::Template;
use askama::filters::HtmlSafe;

/// A bar with its words.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/progress.html")]
pub(crate) struct Progress {
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) total: i64,
    pub(crate) handled: i64,
    /// Where news come from; empty when it is over.
    pub(crate) url: String,
}

impl HtmlSafe for Progress {}
