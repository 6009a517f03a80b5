//! Who changed a thing and what exactly: its part of the administrators' trail, with the differences of each change.

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Card, Cell, Pill, Row, Table};
use crate::problem::Problem;

/// The trail of a thing at this path of the API; nothing where the administrator may not see it.
pub(super) async fn card(desk: &Desk, path: &str) -> Result<Option<Card>, Problem> {
    let asked = format!("admin-events?resourcePath={}&max=50", encode(path));
    let mut found = desk.get_if_allowed(&asked).await?;
    let below = format!(
        "admin-events?resourcePath={}&max=50",
        encode(&format!("{path}/*"))
    );
    let more = desk.get_if_allowed(&below).await?;
    if let (Some(Value::Array(all)), Some(Value::Array(more))) = (&mut found, more) {
        all.extend(more);
        all.sort_by_key(|one| std::cmp::Reverse(one.get("time").and_then(Value::as_i64)));
    }
    Ok(found.map(|found| {
        Card::new("history", desk.text("history"))
            .lead(desk.text("history-lead"))
            .table(table(desk, &found), desk.text("history-none"))
    }))
}

/// Administrators' events as a table, each with what it changed.
pub(super) fn table(desk: &Desk, found: &Value) -> Table {
    let all: Vec<&Value> = found.as_array().into_iter().flatten().collect();
    let rows = all.iter().enumerate().map(|(index, one)| {
        let earlier = all.get(index + 1..).unwrap_or_default();
        let before = earlier.iter().find(|other| is_same_thing(one, other));
        let time = one.get("time").and_then(Value::as_i64);
        Row::of(vec![
            Cell::when(time, "–"),
            Cell::Pills(vec![operation(desk, &text_of(one, "operationType"))]),
            Cell::mono(text_of(one, "resourcePath")),
            Cell::mono(text_of(one, "authDetails/userId")),
            Cell::text(changes(one, before.copied())),
        ])
    });
    let columns = [
        "column-time",
        "history-operation",
        "history-thing",
        "history-who",
        "history-what",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    Table::new(desk.text("history"), columns, rows.collect())
}

fn operation(desk: &Desk, name: &str) -> Pill {
    match name {
        "CREATE" => Pill::ok(desk.text("history-create")),
        "DELETE" => Pill::danger(desk.text("history-delete")),
        "UPDATE" => Pill::info(desk.text("history-update")),
        _ => Pill::plain(desk.text("history-action")),
    }
}

fn is_same_thing(one: &Value, other: &Value) -> bool {
    let name = |event: &Value| text_of(event, "resourcePath");
    name(one) == name(other) && other.get("representation").is_some()
}

fn representation(event: &Value) -> Value {
    serde_json::from_str(&text_of(event, "representation")).unwrap_or(Value::Null)
}

/// `name: before → after` for each member that a change sent with another value than the change before it did.
fn changes(event: &Value, before: Option<&Value>) -> String {
    let now = representation(event);
    let was = before.map(representation).unwrap_or(Value::Null);
    let Some(members) = now.as_object() else {
        return String::new();
    };
    let short = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.chars().take(60).collect(),
        Some(other) => other.to_string().chars().take(60).collect(),
    };
    let changed = members
        .iter()
        .filter(|(name, value)| was.get(name.as_str()) != Some(*value));
    let lines = changed.map(|(name, value)| match before {
        Some(_) => format!("{name}: {} → {}", short(was.get(name)), short(Some(value))),
        None => format!("{name}: {}", short(Some(value))),
    });
    lines.take(12).collect::<Vec<_>>().join("; ")
}
