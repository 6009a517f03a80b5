//! Lanes over time drawn by the server: what was when, where now is, and what comes next.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Table, When};

/// A stretch of a lane.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// What it means; the class of its colour.
    pub(crate) class: &'static str,
    /// Milliseconds since 1970.
    pub(crate) from: i64,
    /// Milliseconds since 1970.
    pub(crate) until: i64,
}

/// One thing and its stretches.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// What it is.
    pub(crate) label: String,
    /// The same as the drawing, in words.
    pub(crate) sentence: String,
    /// Its stretches.
    pub(crate) spans: Vec<Span>,
}

/// A stretch as it is drawn.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    class: &'static str,
    x: i64,
    width: i64,
}

/// Lanes under each other.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/timeline.html")]
pub(crate) struct Timeline {
    title: String,
    lanes: Vec<Lane>,
    begin: i64,
    now: i64,
    end: i64,
    /// The class of each colour, and what it means.
    legend: Vec<(&'static str, String)>,
    now_word: String,
    as_table: String,
    table: Table,
}

impl HtmlSafe for Timeline {}

/// The drawing is so many units wide; a page scales it.
const WIDTH: i64 = 1000;

impl Timeline {
    /// Lanes from a beginning to an end, in milliseconds since 1970, and the same as a table.
    pub(crate) fn new(title: String, (begin, now, end): (i64, i64, i64), table: Table) -> Self {
        Self {
            title,
            lanes: Vec::new(),
            begin,
            now,
            end: end.max(begin + 1),
            legend: Vec::new(),
            now_word: String::new(),
            as_table: String::new(),
            table,
        }
    }

    /// Adds the lanes.
    pub(crate) fn lanes(mut self, lanes: Vec<Lane>) -> Self {
        self.lanes = lanes;
        self
    }

    /// Says what the colours mean, what the line is, and what opens the table.
    pub(crate) fn words(
        mut self,
        legend: Vec<(&'static str, String)>,
        now: String,
        as_table: String,
    ) -> Self {
        (self.legend, self.now_word, self.as_table) = (legend, now, as_table);
        self
    }

    fn x(&self, at: i64) -> i64 {
        let at = at.clamp(self.begin, self.end) - self.begin;
        at.saturating_mul(WIDTH) / (self.end - self.begin)
    }

    fn now_x(&self) -> i64 {
        self.x(self.now).min(WIDTH - 3)
    }

    fn drawn(&self, lane: &Lane) -> Vec<Drawn> {
        let place = |span: &Span| {
            let (x, end) = (self.x(span.from), self.x(span.until));
            Drawn {
                class: span.class,
                x,
                // Whatever is there at all is seen.
                width: (end - x).max(4),
            }
        };
        lane.spans.iter().map(place).collect()
    }

    fn begins(&self) -> When {
        When::millis(self.begin)
    }

    fn ends(&self) -> When {
        When::millis(self.end)
    }
}
