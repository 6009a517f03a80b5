//! The first page of a realm: what happened lately, and what needs attention.

pub(super) mod attention;
mod days;

use std::rc::Rc;

use askama::Template;
use serde_json::Value;

use crate::desk::Desk;
use crate::frame::{Frame, Heading, Step};
use crate::part::Bars;
use crate::routes::{Route, Shown};
use attention::Notice;

pub(super) const ROUTES: &[Route] = &[Route::show("/dashboard", |desk| Box::pin(show(desk)))];

/// One figure.
#[derive(Clone, Debug)]
struct Figure {
    name: String,
    value: String,
    note: String,
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
    let mut figures = Vec::new();
    if let Some(counted) = &counted {
        let name = |key| desk.text(key);
        figures.extend(
            days::figures(counted)
                .into_iter()
                .map(|(key, value, note)| Figure {
                    name: name(key),
                    value,
                    note: if note.is_empty() {
                        note
                    } else {
                        desk.text_with("of-attempts", "share", note)
                    },
                }),
        );
        figures.extend(days::latency(counted).map(|(value, count)| Figure {
            name: name("figure-latency"),
            value: desk.text_with("milliseconds", "count", value),
            note: desk.text_with("figure-latency-note", "count", count),
        }));
    }
    let ranges = [7_u32, 14, 30].map(|number| {
        let url = desk.here(&desk.query.with("days", &number.to_string()));
        Step::new(desk.text_with("last-days", "count", number), url).current(number == range)
    });
    let bars = counted
        .as_ref()
        .filter(|counted| counted.get("days").is_some_and(Value::is_array));
    let bars = bars.map(|counted| days::bars(&desk, counted));
    let heading = Heading::new(&desk.text("nav-dashboard"));
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
