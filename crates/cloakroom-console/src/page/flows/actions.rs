//! Required actions: which of them may be asked for, and which are asked of everybody who is new.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, tabs};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::part::{Card, Cell, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let found = desk.get("authentication/required-actions").await?;
    let may_manage = desk.may(MANAGE);
    let url = desk.url("/flows/required-actions");
    let is_on = |one: &Value, name: &str| one.get(name).and_then(Value::as_bool) == Some(true);
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let alias = text_of(one, "alias");
        let switch = |name: &str| match is_on(one, name) {
            true => Pill::ok(desk.text("on")),
            false => Pill::plain(desk.text("off")),
        };
        let mut cells = vec![
            Cell::text(text_of(one, "name")),
            Cell::mono(&*alias),
            Cell::Pills(vec![switch("enabled")]),
            Cell::Pills(vec![switch("defaultAction")]),
        ];
        if may_manage {
            let button = |name: &str, on: &str, off: &str| {
                let words = desk.text(if is_on(one, name) { off } else { on });
                let fields = [("alias", alias.as_str()), ("toggle", name)];
                Cell::button(words, url.clone(), &fields)
            };
            // Each beside the state that it changes.
            cells.push(button(
                "defaultAction",
                "action-for-new",
                "action-not-for-new",
            ));
            cells.insert(3, button("enabled", "enable", "disable"));
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "column-name",
        "provider-alias",
        "action-enabled",
        "action-default",
    ];
    if may_manage {
        columns.push("action-default-act");
        columns.insert(3, "action-enabled-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("required-actions"), columns, rows.collect());
    let heading = Heading::new(&desk.text("required-actions"))
        .lead(desk.text("required-actions-lead"))
        .tabs(tabs(&desk, true));
    let card = Card::new("actions", desk.text("required-actions"));
    Stack::new(desk.frame(heading))
        .card(card.table(
            table.with_token(desk.csrf()),
            desk.text("required-actions-none"),
        ))
        .show(&desk)
}

pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let alias = encode(desk.form.get("alias").unwrap_or_default());
    let path = format!("authentication/required-actions/{alias}");
    let mut action = desk.get(&path).await?;
    let name = match desk.form.get("toggle") {
        Some("enabled") => "enabled",
        Some("defaultAction") => "defaultAction",
        _ => return Err(Problem::not_found()),
    };
    let is_on = action.get(name).and_then(Value::as_bool) == Some(true);
    if let Some(members) = action.as_object_mut() {
        members.insert(name.to_owned(), json!(!is_on));
    }
    desk.put(&path, &action).await?;
    desk.go("/flows/required-actions", &Flash::done("done-saved"))
}
