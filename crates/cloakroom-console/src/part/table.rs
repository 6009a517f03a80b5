//! A table: named columns, rows that lead somewhere, and boxes to choose them by.

use askama::Template;
use askama::filters::HtmlSafe;
use cloakroom_web::i18n::clean;

use super::{Pill, When};
use crate::desk::Desk;

/// What stands in one place of a table.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// A few words that stay in one line.
    Short(String),
    /// Several texts, one a line.
    Lines(Vec<String>),
    /// Words of less weight.
    Muted(String),
    /// An id, an address, a code.
    Mono(String),
    /// An id, an address, a code that somebody takes elsewhere: what its button says before and after, and what it is.
    Copied {
        text: String,
        name: String,
        words: [String; 2],
    },
    /// Words that lead somewhere.
    Link { text: String, url: String },
    /// Words that stand further in the deeper they are in a tree, and may lead somewhere.
    Inset {
        level: usize,
        text: String,
        url: String,
    },
    /// States.
    Pills(Vec<Pill>),
    /// A point in time.
    When(When),
    /// A number, in figures of one width.
    Number(String),
    /// A number with its unit, one below the other.
    Amount(String),
    /// A button that changes something about this row.
    Button {
        text: String,
        url: String,
        fields: Vec<(String, String)>,
        is_danger: bool,
    },
}

impl Cell {
    /// Words.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(clean(&text.into()).into_owned())
    }

    /// A few words that stay in one line.
    pub(crate) fn short(text: impl Into<String>) -> Self {
        Self::Short(clean(&text.into()).into_owned())
    }

    /// Several texts, one a line.
    pub(crate) fn lines(texts: Vec<String>) -> Self {
        let texts = texts.iter().map(|text| clean(text).into_owned());
        Self::Lines(texts.collect())
    }

    /// Words of less weight.
    pub(crate) fn muted(text: impl Into<String>) -> Self {
        Self::Muted(clean(&text.into()).into_owned())
    }

    /// An id, an address, a code.
    pub(crate) fn mono(text: impl Into<String>) -> Self {
        Self::Mono(clean(&text.into()).into_owned())
    }

    /// An id, an address, a code that somebody takes elsewhere, with a button that copies it; `name` says what it is.
    pub(crate) fn copied(desk: &Desk, name: &str, text: impl Into<String>) -> Self {
        Self::Copied {
            text: clean(&text.into()).into_owned(),
            name: name.to_owned(),
            words: ["copy", "copied"].map(|key| desk.text(key)),
        }
    }

    /// Words that lead somewhere.
    pub(crate) fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Link {
            text: clean(&text.into()).into_owned(),
            url: url.into(),
        }
    }

    /// Words that stand further in the deeper they are in a tree; an empty address leads nowhere.
    pub(crate) fn inset(level: usize, text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Inset {
            // The styles know no more.
            level: level.min(6),
            text: clean(&text.into()).into_owned(),
            url: url.into(),
        }
    }

    /// Milliseconds since 1970; `never` where there is none.
    pub(crate) fn when(millis: Option<i64>, never: &str) -> Self {
        millis.filter(|millis| *millis > 0).map_or_else(
            || Self::muted(never),
            |millis| Self::When(When::millis(millis)),
        )
    }

    /// A button that sends what it stands for.
    pub(crate) fn button(text: String, url: String, fields: &[(&str, &str)]) -> Self {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::Button {
            text,
            url,
            fields: fields.collect(),
            is_danger: false,
        }
    }
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What its box sends.
    pub(crate) id: String,
    /// What its box is called.
    pub(crate) label: String,
    /// A cell for each column.
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// A row that cannot be chosen.
    pub(crate) fn of(cells: Vec<Cell>) -> Self {
        Self {
            id: String::new(),
            label: String::new(),
            cells,
        }
    }

    /// A row that can be chosen.
    pub(crate) fn choosable(id: &str, label: &str, cells: Vec<Cell>) -> Self {
        Self {
            id: id.to_owned(),
            label: clean(label).into_owned(),
            cells,
        }
    }
}

/// A table.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/table.html")]
pub(crate) struct Table {
    caption: String,
    csrf: String,
    choose: Option<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl HtmlSafe for Table {}

impl Table {
    /// A table; the caption is read aloud, the columns stand above it.
    pub(crate) fn new(caption: String, columns: Vec<String>, rows: Vec<Row>) -> Self {
        Self {
            caption,
            csrf: String::new(),
            choose: None,
            columns,
            rows,
        }
    }

    /// Lets rows be chosen: what a box is called, and what the box for all is called.
    pub(crate) fn choosable(mut self, one: String, all: String) -> Self {
        self.choose = Some((one, all));
        self
    }

    /// Lets buttons in rows change something.
    pub(crate) fn with_token(mut self, csrf: &str) -> Self {
        csrf.clone_into(&mut self.csrf);
        self
    }

    /// There is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
