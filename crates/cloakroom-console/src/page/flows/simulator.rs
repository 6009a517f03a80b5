//! The simulator: who comes, from which application and with what, and what a flow makes of them step by step.

use serde_json::Value;

use super::{level, requirement};
use crate::desk::{Desk, encode, text_of};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Table};
use crate::problem::Problem;

/// What the keys of the reasons begin with.
const BECAUSE: &str = "flow-because";

/// What may be said of somebody who comes, in words.
const SAID: [(&str, &str); 4] = [
    ("user", "simulate-user"),
    ("client", "simulate-client"),
    ("scope", "simulate-scope"),
    ("hint", "simulate-hint"),
];

/// What a browser may bring.
const BROUGHT: [(&str, &str); 3] = [
    ("session", "simulate-session"),
    ("passkey", "simulate-passkey"),
    ("ticket", "simulate-ticket"),
];

/// The form, and what comes of what it was sent. `of` is `live` or `draft`.
pub(super) async fn card(desk: &Desk, of: &str) -> Result<Card, Problem> {
    let here = desk.url(&match of {
        "draft" => format!("/flows/{}/draft", encode(&desk.part("alias"))),
        _ => format!("/flows/{}", encode(&desk.part("alias"))),
    });
    let text = |name: &str| desk.query.get(name).unwrap_or_default().trim().to_owned();
    let mut ask = Ask::new(desk, "simulate", here, desk.text("simulate"))
        .view()
        .input(Input::hidden("simulate", "true"));
    for (name, key) in SAID {
        ask = ask.input(Input::text(name, desk.text(key), &text(name)));
    }
    for (name, key) in BROUGHT {
        ask = ask.input(Input::check(name, desk.text(key), text(name) == "true"));
    }
    let card = Card::new("simulator", desk.text("simulator")).lead(desk.text("simulator-lead"));
    if desk.query.get("simulate").is_none() {
        return Ok(card.ask(true, ask));
    }
    let pairs = SAID.iter().chain(&BROUGHT).map(|(name, _)| {
        let value = encode(&text(name));
        format!("{name}={value}")
    });
    let pairs = pairs.collect::<Vec<_>>().join("&");
    let alias = encode(&desk.part("alias"));
    let path = format!("ui-ext/flows/{alias}/simulation?of={of}&{pairs}");
    Ok(match desk.get(&path).await {
        Ok(course) => card
            .lead(end(desk, &course))
            .table(table(desk, &course), desk.text("flow-empty"))
            .ask(true, ask),
        Err(problem) if matches!(problem.status, 400 | 403 | 404) => {
            let words = match problem.status {
                403 => desk.text("problem-forbidden"),
                _ => problem.text,
            };
            card.problem(words).ask(true, ask)
        }
        Err(problem) => return Err(problem),
    })
}

/// How it ends, in one sentence.
fn end(desk: &Desk, course: &Value) -> String {
    let key = match text_of(course, "end").as_str() {
        "in" => "simulate-end-in",
        "sent" => "simulate-end-sent",
        "nobody" => "simulate-end-nobody",
        "refused" => "simulate-end-refused",
        "nothing" => "simulate-end-nothing",
        _ => "simulate-end-cannot-run",
    };
    desk.text_with(key, "about", text_of(course, "about"))
}

fn table(desk: &Desk, course: &Value) -> Table {
    let steps = course.get("steps").and_then(Value::as_array);
    let rows = steps.into_iter().flatten().map(|one| {
        let verdict = text_of(one, "verdict");
        let pill = match verdict.as_str() {
            "done" => Pill::ok(desk.text("simulate-done")),
            "ended" => Pill::danger(desk.text("simulate-ended")),
            "passed-over" => Pill::plain(desk.text("simulate-passed-over")),
            _ => Pill::plain(desk.text("simulate-not-reached")),
        };
        let key = format!("{BECAUSE}-{}", text_of(one, "because"));
        let because = desk.text_with(&key, "about", text_of(one, "about"));
        let is_here = one.get("isCarriedOut").and_then(Value::as_bool) == Some(true);
        let mut pills = vec![pill];
        if !is_here {
            pills.push(Pill::warn(desk.text("simulate-not-here")));
        }
        Row::of(vec![
            Cell::inset(level(one), text_of(one, "displayName"), ""),
            Cell::Pills(vec![requirement(one)]),
            Cell::Pills(pills),
            Cell::text(because),
        ])
    });
    let columns = [
        "flow-step",
        "flow-requirement",
        "simulate-outcome",
        "simulate-because",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    Table::new(desk.text("simulator"), columns, rows.collect())
}
