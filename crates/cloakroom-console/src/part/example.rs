//! A page of the realm as people see it, in a frame of its own.

use askama::Template;
use askama::filters::HtmlSafe;

/// Which page, and how wide.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/example.html")]
pub(crate) struct Example {
    /// What it is.
    pub(crate) title: String,
    /// Where it is.
    pub(crate) url: String,
    /// As wide as a telephone.
    pub(crate) is_narrow: bool,
    /// What the link to it says.
    pub(crate) open: String,
}

impl HtmlSafe for Example {}
