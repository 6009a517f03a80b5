//! The recycle bin: what was deleted in the last thirty days, and the way back.

use std::rc::Rc;

use serde_json::{Value, json};

use super::history::names::Names;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::part::{
    Ask, Card, Cell, Empty, Facts, Input, ListPage, Pager, Piece, Row, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/recycle-bin", |desk| Box::pin(list(desk))),
    Route::show("/recycle-bin/{id}", |desk| Box::pin(show(desk))),
    Route::change("/recycle-bin/{id}/restore", |desk| Box::pin(restore(desk))),
    Route::change("/recycle-bin/{id}/delete", |desk| Box::pin(remove(desk))),
];

/// Where the pages of each kind are, and the key of its name.
const KINDS: &[(&str, &str, &str)] = &[
    ("user", "/users", "kind-user"),
    ("client", "/clients", "kind-client"),
    ("group", "/groups", "kind-group"),
    ("realm-role", "/roles", "kind-role"),
    ("client-role", "/roles", "client-roles"),
    ("client-scope", "/client-scopes", "scope"),
];

/// Deletes what is at this path of the API into the bin, and offers to undo that on the next page.
pub(super) async fn delete(desk: &Desk, api: &str, name: &str, then: &str) -> Shown {
    let reply = desk.delete(&format!("{api}?recycle=true")).await?;
    let entry = text_of(&reply.json, "id");
    desk.go(then, &Flash::done("done-recycled").about(name).undo(&entry))
}

/// The button that does it. It can be undone, so it asks nothing.
pub(super) fn ask(desk: &Desk, page: &str, key: &str) -> Ask {
    let url = desk.url(&format!("{page}/delete"));
    Ask::new(desk, "delete", url, desk.text(key)).danger()
}

async fn list(desk: Rc<Desk>) -> Shown {
    let path = format!("ui-ext/recycle-bin?{}", Pager::asked(&desk));
    let found = desk.get(&path).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|one| row(&desk, one)).collect();
    let columns = [
        "column-name",
        "role-kind",
        "bin-deleted",
        "bin-expires",
        "column-act",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nav-recycle-bin"), columns, rows).with_token(desk.csrf());
    let empty = Empty {
        title: desk.text("bin-none"),
        text: desk.text("bin-none-hint"),
        action: None,
        command: format!("kcadm.sh get ui-ext/recycle-bin -r {}", desk.realm),
    };
    let heading = Heading::new(&desk.text("nav-recycle-bin")).lead(desk.text("bin-lead"));
    ListPage::new(desk.frame(heading), table, empty)
        .pager(pager)
        .show(&desk)
}

fn kind(desk: &Desk, one: &Value) -> String {
    let name = text_of(one, "kind");
    let found = KINDS.iter().find(|(own, ..)| *own == name);
    found.map(|(.., key)| desk.text(key)).unwrap_or_default()
}

fn when(one: &Value, name: &str) -> Cell {
    Cell::when(one.get(name).and_then(Value::as_i64), "–")
}

fn row(desk: &Desk, one: &Value) -> Row {
    let at = format!("/recycle-bin/{}", encode(&text_of(one, "id")));
    let act = match one.get("manage").and_then(Value::as_bool) {
        Some(true) => Cell::button(
            desk.text("bin-restore"),
            desk.url(&format!("{at}/restore")),
            &[],
        ),
        _ => Cell::text(""),
    };
    Row::of(vec![
        Cell::link(text_of(one, "name"), desk.url(&at)),
        Cell::text(kind(desk, one)),
        when(one, "deletedAt"),
        when(one, "expiresAt"),
        act,
    ])
}

fn path(desk: &Desk) -> String {
    format!("ui-ext/recycle-bin/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk) -> String {
    format!("/recycle-bin/{}", encode(&desk.part("id")))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let one = desk.get(&path(&desk)).await?;
    let name = text_of(&one, "name");
    let may_manage = one.get("manage").and_then(Value::as_bool) == Some(true);
    let heading = Heading::new(&name)
        .under(desk.text("nav-recycle-bin"), desk.url("/recycle-bin"))
        .id(&text_of(&one, "objectId"));
    let who = text_of(&one, "deletedBy");
    let names = Names::of(&desk, [who.clone()]).await?;
    let names = names.with_master(&who, text_of(&one, "deletedByName"));
    let facts = Facts::new("facts", desk.text("bin-facts"))
        .text(desk.text("role-kind"), &kind(&desk, &one))
        .fact(desk.text("bin-deleted"), when(&one, "deletedAt"))
        .fact(desk.text("history-who"), names.cell(&desk, &who))
        .fact(desk.text("bin-expires"), when(&one, "expiresAt"));
    let back = Ask::new(
        &desk,
        "restore",
        desk.url(&format!("{}/restore", page(&desk))),
        desk.text("bin-restore"),
    )
    .primary();
    let words = desk.text_with("user-delete-confirm", "name", &name);
    let gone = Ask::new(
        &desk,
        "delete",
        desk.url(&format!("{}/delete", page(&desk))),
        desk.text("bin-delete"),
    )
    .input(Input::text("name", words, ""))
    .danger();
    Stack::new(desk.frame(heading))
        .with(Piece::Facts(facts))
        .card(
            Card::new("back", desk.text("bin-restore"))
                .lead(desk.text("bin-restore-lead"))
                .ask(may_manage, back),
        )
        .card(
            Card::new("danger", desk.text("danger"))
                .lead(desk.text("bin-delete-lead"))
                .ask(may_manage, gone),
        )
        .show(&desk)
}

/// Puts it back, and shows it where it was.
async fn restore(desk: Rc<Desk>) -> Shown {
    let reply = desk
        .post(&format!("{}/restore", path(&desk)), &json!({}))
        .await?;
    let kind = text_of(&reply.json, "kind");
    let found = KINDS.iter().find(|(own, ..)| *own == kind);
    let base = found.map(|(_, page, _)| *page);
    let base = base.ok_or_else(Problem::not_found)?;
    let to = format!("{base}/{}", encode(&text_of(&reply.json, "objectId")));
    let name = text_of(&reply.json, "name");
    desk.go(&to, &Flash::done("done-restored").about(&name))
}

/// Nothing brings it back after this, so its name has to be typed.
async fn remove(desk: Rc<Desk>) -> Shown {
    let one = desk.get(&path(&desk)).await?;
    let name = text_of(&one, "name");
    if desk.form.trimmed("name") != name {
        return desk.go(&page(&desk), &Flash::failed("done-name-differs"));
    }
    desk.delete(&path(&desk)).await?;
    desk.go("/recycle-bin", &Flash::done("done-deleted").about(&name))
}
