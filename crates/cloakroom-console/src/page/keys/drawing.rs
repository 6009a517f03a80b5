//! The keys over time: published, signing, only verifying, and what comes next.

use super::ring::{Key, Ring, Stage};
use crate::desk::Desk;
use crate::part::{Cell, Lane, Row, Span, Table, Timeline, When};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Nothing older is drawn, in milliseconds.
const LONGEST: i64 = 90 * DAY;

/// Keys that are used for something, over time.
pub(super) fn timeline(desk: &Desk, ring: &Ring) -> Timeline {
    let begin = begin(ring);
    let planned = ring
        .keys
        .iter()
        .filter_map(|key| ring.ready_at(key, key.next()?));
    let least = ring.now + (ring.now - begin) / 8;
    let end = planned.fold(least, i64::max);
    let used = || ring.keys.iter().filter(|key| key.stage() != Stage::Off);
    let lanes = used().map(|key| lane(desk, ring, key, begin)).collect();
    let rows = used().flat_map(|key| rows(desk, ring, key, begin));
    let columns = ["keys-kid", "column-state", "keys-from", "keys-to"].map(|key| desk.text(key));
    let table = Table::new(desk.text("keys-timeline"), columns.to_vec(), rows.collect());
    let legend = [
        ("publish", "keys-published"),
        ("sign", "keys-signing"),
        ("verify", "keys-passive"),
    ];
    let legend = legend.map(|(class, key)| (class, desk.text(key))).to_vec();
    Timeline::new(desk.text("keys-timeline"), (begin, ring.now, end), table)
        .lanes(lanes)
        .words(legend, desk.text("now"), desk.text("chart-table"))
}

fn begin(ring: &Ring) -> i64 {
    let first = ring.keys.iter().filter_map(|key| key.steps.first());
    let first = first.map(|(_, at)| *at).min().unwrap_or(ring.now);
    first.clamp(ring.now - LONGEST, ring.now - DAY)
}

/// What a key was from when to when; of what is planned, what is sure.
fn spans(ring: &Ring, key: &Key, begin: i64) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut was_active = key.steps.is_empty();
    for (index, (status, from)) in key.steps.iter().enumerate() {
        let until = key.steps.get(index + 1).map_or(ring.now, |(_, at)| *at);
        was_active |= status == "active";
        let class = match (status.as_str(), was_active) {
            ("active", _) => "sign",
            ("passive", true) => "verify",
            ("passive", false) => "publish",
            _ => continue,
        };
        spans.push(Span {
            class,
            from: *from,
            until,
        });
    }
    if key.steps.is_empty() {
        let class = match key.stage() {
            Stage::Signing | Stage::Behind => "sign",
            _ => "verify",
        };
        spans.push(Span {
            class,
            from: begin,
            until: ring.now,
        });
    }
    if let Some(ready) = key.next().and_then(|step| ring.ready_at(key, step))
        && let Some(last) = spans.last_mut()
    {
        last.until = ready;
    }
    spans
}

fn lane(desk: &Desk, ring: &Ring, key: &Key, begin: i64) -> Lane {
    let spans = spans(ring, key, begin);
    let words = spans.iter().map(|span| desk.text(word(span.class)));
    let words: Vec<String> = words.collect();
    Lane {
        label: format!("{} {}", key.algorithm, key.kid),
        sentence: format!("{}: {}", key.kid, words.join(", ")),
        spans,
    }
}

fn word(class: &str) -> &'static str {
    match class {
        "sign" => "keys-signing",
        "publish" => "keys-published",
        _ => "keys-passive",
    }
}

fn rows(desk: &Desk, ring: &Ring, key: &Key, begin: i64) -> Vec<Row> {
    let row = |span: &Span| {
        Row::of(vec![
            Cell::mono(&key.kid),
            Cell::text(desk.text(word(span.class))),
            Cell::When(When::millis(span.from)),
            Cell::When(When::millis(span.until)),
        ])
    };
    spans(ring, key, begin).iter().map(row).collect()
}
