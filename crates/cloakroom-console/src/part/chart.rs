//! A chart drawn by the server: stacked bars as SVG, with a sentence for who cannot see it and a table of the figures.

use askama::Template;
use askama::filters::HtmlSafe;

/// One bar: what went well at the bottom, what did not on top.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    /// What it stands for.
    pub(crate) label: String,
    /// What went well.
    pub(crate) good: i64,
    /// What did not.
    pub(crate) bad: i64,
}

/// Bars beside each other.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/bars.html")]
pub(crate) struct Bars {
    title: String,
    sentence: String,
    names: [String; 3],
    as_table: String,
    bars: Vec<Bar>,
}

impl HtmlSafe for Bars {}

/// The drawing, in its own units: a page scales it.
const HEIGHT: i64 = 140;
const STEP: usize = 30;

/// Where a bar is drawn.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    x: usize,
    good_y: i64,
    good_height: i64,
    bad_y: i64,
    bad_height: i64,
}

impl Bars {
    /// Bars under a title. `names` are those of the columns: what a bar is, what went well, what did not.
    pub(crate) fn new(title: String, sentence: String, names: [String; 3], bars: Vec<Bar>) -> Self {
        Self {
            title,
            sentence,
            names,
            as_table: String::new(),
            bars,
        }
    }

    /// The words that open the table.
    pub(crate) fn with_table(mut self, words: String) -> Self {
        self.as_table = words;
        self
    }

    fn width(&self) -> usize {
        (self.bars.len() * STEP).max(STEP)
    }

    fn drawn(&self) -> Vec<Drawn> {
        let most = self.bars.iter().map(|bar| bar.good + bar.bad).max();
        let most = most.unwrap_or(0).max(1);
        let place = |(index, bar): (usize, &Bar)| {
            // Whatever is there at all is seen.
            let height = |value: i64| match value {
                0 => 0,
                some => (some * HEIGHT / most).max(2),
            };
            let (good_height, bad_height) = (height(bar.good), height(bar.bad));
            Drawn {
                x: index * STEP + 5,
                good_y: HEIGHT - good_height,
                good_height,
                bad_y: (HEIGHT - good_height - bad_height).max(0),
                bad_height,
            }
        };
        self.bars.iter().enumerate().map(place).collect()
    }
}
