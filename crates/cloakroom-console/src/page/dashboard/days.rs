//! Figures and bars of the last days, from the events that the realm keeps.

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Bar, Bars};

/// How many days are looked back.
pub(super) fn range(desk: &Desk) -> u32 {
    let asked = desk.query.get("days").and_then(|text| text.parse().ok());
    asked.filter(|days| (1..=30).contains(days)).unwrap_or(14)
}

fn number(counted: &Value, name: &str) -> i64 {
    counted.get(name).and_then(Value::as_i64).unwrap_or(0)
}

/// A figure: the key of its name, a number unless it is being counted, the share that it has of something, and the page that lists what
/// is counted.
pub(super) type Counted = (&'static str, Option<String>, String, String);

/// The figures of sign-ins and sessions.
pub(super) fn figures(counted: &Value) -> Vec<Counted> {
    let (good, bad) = (number(counted, "signIns"), number(counted, "failures"));
    let share = match good + bad {
        0 => String::new(),
        all => share(bad, all),
    };
    // The list behind a figure begins with the day that the figure begins with.
    let days = counted.get("days").and_then(Value::as_array);
    let first = days.and_then(|days| days.first());
    let first = first.map(|day| text_of(day, "day")).unwrap_or_default();
    let events = |kind: &str| format!("/events?q={}", encode(&format!("type:{kind} from:{first}")));
    let all = [
        ("signIns", "figure-sign-ins", String::new(), events("LOGIN")),
        ("failures", "figure-failures", share, events("LOGIN_ERROR")),
        (
            "sessions",
            "figure-sessions",
            String::new(),
            "/sessions?type=REGULAR".to_owned(),
        ),
    ];
    // What the administrator may not see is not told.
    let known = all
        .into_iter()
        .filter(|(name, ..)| counted.get(*name).is_some());
    known
        .map(|(name, key, note, page)| {
            let is_known = counted.get(name).is_some_and(Value::is_i64);
            let number = is_known.then(|| grouped(number(counted, name)));
            (key, number, note, page)
        })
        .collect()
}

/// How many have more than a password.
pub(super) enum Factors {
    /// The share of people who have, and of how many.
    Counted(String, String),
    /// They are being counted.
    Counting,
}

/// How many have more than a password, where the administrator may know.
pub(super) fn factors(counted: &Value) -> Option<Factors> {
    let told = counted.get("factors").filter(|told| told.is_object())?;
    if told.get("people").is_none() {
        return Some(Factors::Counting);
    }
    let (with, all) = (number(told, "withFactor"), number(told, "people"));
    Some(Factors::Counted(share(with, all), grouped(all)))
}

/// A share of a hundred with one digit behind the point; none of nothing.
fn share(part: i64, all: i64) -> String {
    match all {
        0 => "0.0 %".to_owned(),
        _ => format!("{}.{} %", part * 100 / all, part * 1000 / all % 10),
    }
}

/// The time within which 95 of 100 answers came, in milliseconds, and of how many answers it is told.
pub(super) fn latency(counted: &Value) -> Option<(String, String)> {
    let told = counted.get("latency").filter(|told| told.is_object())?;
    let millis = told.get("p95Millis").and_then(Value::as_f64)?;
    let shown = match millis < 10.0 {
        true => format!("{millis:.1}"),
        false => format!("{millis:.0}"),
    };
    Some((shown, grouped(number(told, "count"))))
}

/// A number with its thousands apart.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// Sign-ins and failures, a bar for each day.
pub(super) fn bars(desk: &Desk, counted: &Value) -> Bars {
    let days = counted
        .get("days")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let bars: Vec<Bar> = days
        .map(|day| Bar {
            label: text_of(day, "day"),
            good: number(day, "signIns"),
            bad: number(day, "failures"),
        })
        .collect();
    let (good, bad) = (number(counted, "signIns"), number(counted, "failures"));
    let sentence = desk.text_with("chart-sentence", "count", format!("{good} / {bad}"));
    let names = ["chart-day", "figure-sign-ins", "figure-failures"].map(|key| desk.text(key));
    Bars::new(desk.text("chart-title"), sentence, names, bars).with_table(desk.text("chart-table"))
}
