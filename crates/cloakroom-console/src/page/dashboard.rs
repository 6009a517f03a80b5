//! The first page of a realm: what happened lately, and what needs attention.

pub(super) mod attention;
mod days;

use std::rc::Rc;

use askama::Template;
use serde_json::Value;

use crate::desk::{Desk, text_of};
use crate::frame::{Frame, Heading, Step};
use crate::part::Bars;
use crate::routes::{Route, Shown};
use attention::Notice;
use days::Factors;

pub(super) const ROUTES: &[Route] = &[Route::show("/dashboard", |desk| Box::pin(show(desk)))];

/// What stands for a number that is not known yet.
const COUNTING: &str = "…";

/// One figure.
#[derive(Clone, Debug)]
struct Figure {
    name: String,
    value: String,
    note: String,
    /// The page that lists what is counted; empty for none.
    url: String,
}

#[derive(Debug, Template)]
#[template(path = "console/dashboard.html")]
struct Dashboard {
    layout: Frame,
    figures: Vec<Figure>,
    bars: Option<Bars>,
    notices: Vec<Notice>,
    ranges: Vec<Step>,
}

async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(&[])?;
    let range = days::range(&desk);
    let counted = desk
        .get_if_allowed(&format!("ui-ext/days?days={range}"))
        .await?;
    let figures = match &counted {
        Some(counted) => figures(&desk, counted),
        None => Vec::new(),
    };
    let ranges = [7_u32, 14, 30].map(|number| {
        let url = desk.here(&desk.query.with("days", &number.to_string()));
        Step::new(desk.text_with("last-days", "count", number), url).current(number == range)
    });
    let bars = counted
        .as_ref()
        .filter(|counted| counted.get("days").is_some_and(Value::is_array));
    let bars = bars.map(|counted| days::bars(&desk, counted));
    let mut heading = Heading::new(&desk.text("nav-dashboard"));
    // What runs here is told to administrators of `master` alone.
    if let Some(system) = desk.get_if_allowed("ui-ext/system").await? {
        let version = text_of(&system, "version");
        heading = heading.lead(desk.text_with("dashboard-version", "name", &version));
    }
    let notices = attention::list(&desk).await?;
    desk.show(&Dashboard {
        layout: desk.frame(heading),
        figures,
        bars,
        notices,
        ranges: if counted.is_some() {
            ranges.to_vec()
        } else {
            Vec::new()
        },
    })
}

/// What was counted, each with the way to what is behind it.
fn figures(desk: &Desk, counted: &Value) -> Vec<Figure> {
    let mut figures: Vec<Figure> = days::figures(counted)
        .into_iter()
        .map(|(key, value, share, page)| {
            let note = match (&value, share.is_empty()) {
                (None, _) => desk.text("figure-counting"),
                (_, true) => share,
                _ => desk.text_with("of-attempts", "share", share),
            };
            Figure {
                name: desk.text(key),
                value: value.unwrap_or_else(|| COUNTING.to_owned()),
                note,
                url: desk.url(&page),
            }
        })
        .collect();
    figures.extend(days::factors(counted).map(|told| {
        let (value, note) = match told {
            Factors::Counted(share, people) => {
                let note = desk.text_with("figure-factors-note", "count", people);
                (share, note)
            }
            Factors::Counting => (COUNTING.to_owned(), desk.text("figure-counting")),
        };
        Figure {
            name: desk.text("figure-factors"),
            value,
            note,
            url: String::new(),
        }
    }));
    figures.extend(days::latency(counted).map(|(value, count)| Figure {
        name: desk.text("figure-latency"),
        value: desk.text_with("milliseconds", "count", value),
        note: desk.text_with("figure-latency-note", "count", count),
        url: String::new(),
    }));
    figures
}
