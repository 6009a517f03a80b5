//! A sign-in that an administrator tries: what the provider said of them, and what its mappers make of that.

use std::rc::Rc;

use cloakroom_web::cookie::{self, Cookie, TRIAL};
use serde_json::Value;

use super::{MANAGE, page};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, base_path};
use crate::part::{Ask, Card, Cell, Facts, Piece, Pill, Row, Stack, Table};
use crate::routes::Shown;

/// How long the browser keeps the key, in seconds.
const KEY_LIVES: i64 = 30 * 60;

fn path(desk: &Desk) -> String {
    format!("ui-ext/provider-trials/{}", encode(&desk.part("alias")))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let last = desk.get(&path(&desk)).await?;
    let alias = desk.part("alias");
    let heading = Heading::new(&desk.text("provider-trial"))
        .under(
            desk.text("nav-identity-providers"),
            desk.url("/identity-providers"),
        )
        .under(alias, desk.url(&page(&desk)))
        .lead(desk.text("provider-trial-lead"));
    let mut stack = Stack::new(desk.frame(heading));
    let outcome = last.get("outcome").filter(|outcome| outcome.is_object());
    if !last.is_null() {
        stack = stack.with(Piece::Facts(facts(&desk, &last, outcome)));
    }
    if let Some(outcome) = outcome {
        if let Some(mapped) = outcome.get("mapped") {
            stack = stack.card(mapped_card(&desk, mapped));
        }
        if let Some(raw) = outcome.get("raw") {
            let text = serde_json::to_string_pretty(raw).unwrap_or_default();
            let card = Card::new("raw", desk.text("provider-trial-raw"));
            stack = stack.card(card.lead(desk.text("provider-trial-raw-lead")).code(text));
        }
    }
    let begin = Ask::new(
        &desk,
        "begin",
        desk.url(&format!("{}/trial", page(&desk))),
        desk.text("provider-trial-begin"),
    );
    let card = Card::new("again", desk.text("provider-trial-new"));
    let card = card.lead(desk.text("provider-trial-new-lead"));
    stack.card(card.ask(true, begin)).show(&desk)
}

fn facts(desk: &Desk, last: &Value, outcome: Option<&Value>) -> Facts {
    let began = last.get("beganAt").and_then(Value::as_i64);
    let facts = Facts::new("trial", desk.text("provider-trial-last"))
        .fact(desk.text("provider-trial-when"), Cell::when(began, ""));
    let Some(outcome) = outcome else {
        let there = format!(
            "{}/realms/{}/broker/{}/trial",
            base_path(&desk.app),
            encode(&desk.realm),
            encode(&desk.part("alias"))
        );
        let go = Cell::link(desk.text("provider-trial-go"), there);
        return facts.fact(desk.text("provider-state"), go);
    };
    match outcome.get("error") {
        None => facts.fact(
            desk.text("provider-state"),
            Cell::Pills(vec![Pill::ok(desk.text("provider-well"))]),
        ),
        Some(_) => facts
            .fact(
                desk.text("provider-state"),
                Cell::Pills(vec![Pill::danger(text_of(outcome, "error"))]),
            )
            .text(desk.text("provider-error"), &text_of(outcome, "reason")),
    }
}

fn mapped_card(desk: &Desk, mapped: &Value) -> Card {
    let rows = mapped.as_object().into_iter().flatten();
    let rows = rows.map(|(name, value)| Row::of(vec![Cell::text(name.clone()), shown(value)]));
    let columns = ["column-name", "claim-value"].map(|key| desk.text(key));
    let table = Table::new(
        desk.text("provider-trial-mapped"),
        columns.to_vec(),
        rows.collect(),
    );
    Card::new("mapped", desk.text("provider-trial-mapped"))
        .lead(desk.text("provider-trial-mapped-lead"))
        .table(table, String::new())
}

fn shown(value: &Value) -> Cell {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Null => Cell::muted("–"),
        Value::Array(all) => Cell::lines(all.iter().map(text).collect()),
        Value::Object(all) => {
            let line = |(name, value): (&String, &Value)| format!("{name}: {}", text(value));
            Cell::lines(all.iter().map(line).collect())
        }
        other => Cell::text(text(other)),
    }
}

/// Makes the key and gives it to this browser; the page that follows has the way to the provider.
pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let made = desk.post(&path(&desk), &Value::Null).await?;
    let to = format!("{}/trial", page(&desk));
    let mut answer = desk.go(&to, &Flash::done("done-provider-trial"))?;
    let key = text_of(&made.json, "key");
    let cookie = Cookie {
        name: TRIAL,
        value: &key,
        http_only: true,
        max_age: Some(KEY_LIVES),
    };
    cookie::set(answer.headers_mut(), &desk.app, &desk.realm, &cookie);
    Ok(answer)
}
