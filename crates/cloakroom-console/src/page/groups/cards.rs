//! The cards that groups of a realm and groups of an organization have alike: the tree below, and who is in one.

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::page::user;
use crate::part::{Ask, Card, Cell, Input, Row, Table};

/// Groups as a tree; `above` is where their pages are, but for the ids.
pub(in crate::page) fn tree(
    desk: &Desk,
    (id, key): (&'static str, &str),
    found: &Value,
    above: &str,
) -> Card {
    let columns = ["kind-group", "group-inside-count"].map(|key| desk.text(key));
    let mut rows = Vec::new();
    grow(desk, found, above, &mut rows, 0);
    let table = Table::new(desk.text(key), columns.to_vec(), rows);
    Card::new(id, desk.text(key)).table(table, desk.text("groups-none"))
}

/// A search shows what it found inside of what it is inside of.
fn grow(desk: &Desk, found: &Value, above: &str, rows: &mut Vec<Row>, level: usize) {
    for one in found.as_array().into_iter().flatten() {
        let url = desk.url(&format!("{above}/{}", encode(&text_of(one, "id"))));
        rows.push(Row::of(vec![
            Cell::inset(level, text_of(one, "name"), url),
            Cell::Number(text_of(one, "subGroupCount")),
        ]));
        let inside = one.get("subGroups").unwrap_or(&Value::Null);
        grow(desk, inside, above, rows, level + 1);
    }
}

/// Who is in a group; the form at `url` takes `add` with a username and `remove` with an id.
pub(in crate::page) fn members(desk: &Desk, members: &Value, url: &str, may_manage: bool) -> Card {
    let rows = members.as_array().into_iter().flatten().map(|one| {
        let id = text_of(one, "id");
        let mut cells = vec![
            user::link(desk, &id, &text_of(one, "username")),
            Cell::text(text_of(one, "email")),
        ];
        if may_manage {
            let fields = [("remove", id.as_str())];
            cells.push(Cell::button(desk.text("remove"), url.to_owned(), &fields));
        }
        Row::of(cells)
    });
    let mut columns = vec!["kind-user", "users-email"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("group-members"), columns, rows.collect());
    let ask = Ask::new(desk, "add-member", url.to_owned(), desk.text("add")).input(Input::text(
        "add",
        desk.text("users-username"),
        "",
    ));
    Card::new("members", desk.text("group-members"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("group-members-none"),
        )
        .ask(may_manage, ask)
}
