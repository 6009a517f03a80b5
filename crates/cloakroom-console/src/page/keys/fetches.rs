//! Who has fetched the published keys: whether a new one has arrived everywhere before it signs.

use serde_json::Value;

use super::ring::{Ring, Stage};
use crate::desk::{Desk, text_of};
use crate::part::{Card, Cell, Pill, Row, Table};
use crate::problem::Problem;

/// So many are shown.
const SHOWN: usize = 50;

/// The card; nothing for whoever may not see addresses.
pub(super) async fn card(desk: &Desk, ring: &Ring) -> Result<Option<Card>, Problem> {
    let Some(found) = desk.get_if_allowed("ui-ext/key-fetches").await? else {
        return Ok(None);
    };
    let all = found.as_array().map_or(&[][..], Vec::as_slice);
    let fresh = ring.published_at();
    let rows = all.iter().take(SHOWN).map(|one| row(desk, one, fresh));
    let mut columns = vec![
        "keys-fetch-agent",
        "session-address",
        "keys-fetch-last",
        "keys-fetch-first",
        "keys-fetch-count",
    ];
    if fresh.is_some() {
        columns.push("keys-fetch-fresh");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("keys-fetches"), columns, rows.collect());
    let card = Card::new("fetches", desk.text("keys-fetches"))
        .lead(desk.text("keys-fetches-lead"))
        .table(table, desk.text("keys-fetches-none"));
    Ok(Some(card))
}

fn row(desk: &Desk, one: &Value, fresh: Option<i64>) -> Row {
    let at = |name: &str| one.get(name).and_then(Value::as_i64);
    let agent = match text_of(one, "agent") {
        name if name.is_empty() => Cell::muted(desk.text("keys-fetch-nameless")),
        name => Cell::text(name),
    };
    let mut cells = vec![
        agent,
        Cell::mono(text_of(one, "address")),
        Cell::when(at("lastAt"), "–"),
        Cell::when(at("firstAt"), "–"),
        Cell::Number(at("count").unwrap_or_default().to_string()),
    ];
    if let Some(since) = fresh {
        cells.push(Cell::Pills(vec![match at("lastAt") {
            Some(last) if last >= since => Pill::ok(desk.text("keys-fetch-has-it")),
            _ => Pill::warn(desk.text("keys-fetch-has-not")),
        }]));
    }
    Row::of(cells)
}

impl Ring {
    /// Since when the newest of the keys is published that sign later.
    fn published_at(&self) -> Option<i64> {
        let waiting = self
            .keys
            .iter()
            .filter(|key| key.stage() == Stage::Published);
        waiting.filter_map(super::ring::Key::since).max()
    }
}
