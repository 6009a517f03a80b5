//! Whether the administrators' trail is what was written: the word on it above the list, and a page that looks at all of it.

use std::rc::Rc;

use serde_json::Value;

use crate::desk::{Desk, text_of};
use crate::frame::{Action, Heading};
use crate::part::{Card, Cell, Facts, Piece, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

const PAGE: &str = "/admin-events/check";

/// So many of the last events are looked at whenever the list is shown; the page looks at all.
const LATELY: &str = "100";

/// The word on the end of the chain; nothing where no event is a part of it yet.
pub(super) async fn pill(desk: &Desk) -> Result<Option<Pill>, Problem> {
    let asked = format!("ui-ext/audit-chain?last={LATELY}");
    let look = desk.get(&asked).await?;
    if !findings(&look).is_empty() {
        return Ok(Some(Pill::danger(desk.text("chain-broken"))));
    }
    let is_there = number(&look, "last") > 0;
    Ok(is_there.then(|| Pill::ok(desk.text("chain-holds-lately"))))
}

/// The way to the page.
pub(super) fn action(desk: &Desk) -> Action {
    Action::link(desk.text("chain-check"), desk.url(PAGE))
}

fn number(look: &Value, name: &str) -> i64 {
    look.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn findings(look: &Value) -> &[Value] {
    let all = look.get("findings").and_then(Value::as_array);
    all.map_or(&[][..], Vec::as_slice)
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let from = desk.query.trimmed("from").parse::<u32>().ok();
    let asked = match from {
        Some(from) => format!("ui-ext/audit-chain?from={from}"),
        None => "ui-ext/audit-chain".to_owned(),
    };
    let look = desk.get(&asked).await?;
    let next = look.get("next").and_then(Value::as_i64);
    let state = match (findings(&look).is_empty(), next) {
        (false, _) => Pill::danger(desk.text("chain-broken")),
        (true, Some(_)) => Pill::info(desk.text("chain-holds-so-far")),
        (true, None) => Pill::ok(desk.text("chain-holds")),
    };
    let mut heading = Heading::new(&desk.text("chain"))
        .under(desk.text("nav-admin-events"), desk.url("/admin-events"))
        .lead(desk.text("chain-lead"))
        .pill(state);
    if let Some(next) = next {
        let url = desk.url(&format!("{PAGE}?from={next}"));
        let more = Action::link(desk.text("chain-more"), url);
        heading = heading.action(true, more.primary());
    }
    let command = format!("kcadm.sh get ui-ext/audit-chain -r {}", desk.realm);
    let command = Card::new("command", desk.text("chain-command"))
        .lead(desk.text("chain-command-lead"))
        .code(command);
    Stack::new(desk.frame(heading))
        .with(Piece::Facts(facts(&desk, &look, from)))
        .card(table(&desk, &look))
        .card(command)
        .show(&desk)
}

fn facts(desk: &Desk, look: &Value, from: Option<u32>) -> Facts {
    let figure = |name: &str| Cell::Number(number(look, name).to_string());
    let begin = from.map_or(0, i64::from).max(number(look, "first"));
    let checked = number(look, "checked");
    let range = match checked {
        0 => "0".to_owned(),
        _ => format!(
            "{checked} ({begin}–{})",
            number(look, "last").min(begin + checked - 1)
        ),
    };
    Facts::new("facts", desk.text("chain-what"))
        .fact(desk.text("chain-first"), figure("first"))
        .fact(desk.text("chain-last"), figure("last"))
        .fact(desk.text("chain-checked"), Cell::Number(range))
        .fact(desk.text("chain-unlinked"), figure("unlinked"))
        .fact(desk.text("chain-end"), Cell::mono(text_of(look, "end")))
}

/// The places where the chain does not hold.
fn table(desk: &Desk, look: &Value) -> Card {
    let rows = findings(look).iter().map(|one| {
        let told = |name: &str| one.get(name).and_then(Value::as_i64);
        let place = match (told("number"), told("until")) {
            (Some(from), Some(until)) if from != until => format!("{from}–{until}"),
            (Some(number), _) => number.to_string(),
            (None, _) => "–".to_owned(),
        };
        let words = match text_of(one, "wrong").as_str() {
            "changed" => "chain-changed",
            "missing" => "chain-missing",
            "added" => "chain-added",
            _ => "chain-ends",
        };
        Row::of(vec![
            Cell::Number(place),
            Cell::Pills(vec![Pill::danger(desk.text(words))]),
            Cell::text(desk.text(&format!("{words}-hint"))),
            Cell::when(told("time"), "–"),
            Cell::mono(text_of(one, "id")),
        ])
    });
    let columns = [
        "chain-number",
        "column-state",
        "chain-meaning",
        "column-time",
        "chain-event",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("chain-findings"), columns, rows.collect());
    Card::new("findings", desk.text("chain-findings")).table(table, desk.text("chain-none"))
}
