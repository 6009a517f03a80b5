//! Writes XML: elements with attributes and what is inside, all of it escaped.

/// An element that is being written.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    inside: String,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: String::new(),
            inside: String::new(),
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes
            .push_str(&format!(" {name}=\"{}\"", escape(value)));
        self
    }

    /// Adds an attribute if it has a value.
    #[must_use]
    pub(super) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a text.
    #[must_use]
    pub(super) fn text(mut self, text: &str) -> Self {
        self.inside.push_str(&escape(text));
        self
    }

    /// Adds an element.
    #[must_use]
    pub(super) fn push(mut self, element: Self) -> Self {
        self.inside.push_str(&element.finish());
        self
    }

    /// Adds an element if there is one.
    #[must_use]
    pub(super) fn push_some(self, element: Option<Self>) -> Self {
        match element {
            Some(element) => self.push(element),
            None => self,
        }
    }

    /// The element as text; an empty one has both its tags, as in the canonical form.
    pub(super) fn finish(self) -> String {
        let Self {
            name,
            attributes,
            inside,
        } = self;
        format!("<{name}{attributes}>{inside}</{name}>")
    }
}

/// A text as it may stand in an element or in an attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#x9;"),
            '\n' => escaped.push_str("&#xA;"),
            '\r' => escaped.push_str("&#xD;"),
            // XML 1.0 §2.2 has no way to write these.
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
