//! Who belongs to an organization, and whether they go when the membership ends.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, organization, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::user;
use crate::part::{Ask, Card, Cell, Empty, Input, ListPage, Pager, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

const TAB: &str = "/members";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, TAB).await?;
    let may_manage = desk.may(MANAGE) && desk.may(&["manage-users"]);
    let list = format!(
        "{}/members?search={}&{}",
        path(&desk),
        encode(desk.query.trimmed("q")),
        Pager::asked(&desk)
    );
    let found = desk.get(&list).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let url = desk.url(&page(&desk, TAB));
    let rows = all.iter().map(|one| row(&desk, one, may_manage)).collect();
    let mut columns = vec!["kind-user", "users-email", "member-kind"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("organization-members"), columns, rows);
    let heading = heading.lead(desk.text("organization-members-lead"));
    let empty = Empty {
        title: desk.text("organization-members-none"),
        text: desk.text("organization-members-none-hint"),
        action: None,
        command: format!(
            "kcadm.sh create {}/members -r {} -b '\"USER_ID\"'",
            path(&desk),
            desk.realm
        ),
    };
    let add = Ask::new(&desk, "add-member", url, desk.text("add")).input(Input::text(
        "add",
        desk.text("users-username"),
        "",
    ));
    ListPage::new(desk.frame(heading), table.with_token(desk.csrf()), empty)
        .search(&desk, "q", "users-search", "")
        .form(may_manage.then_some(add))
        .pager(pager)
        .show(&desk)
}

fn row(desk: &Desk, one: &Value, may_manage: bool) -> Row {
    let id = text_of(one, "id");
    let kind = match text_of(one, "membershipType").as_str() {
        "MANAGED" => Pill::info(desk.text("member-managed")),
        _ => Pill::plain(desk.text("member-unmanaged")),
    };
    let mut cells = vec![
        user::link(desk, &id, &text_of(one, "username")),
        Cell::text(text_of(one, "email")),
        Cell::Pills(vec![kind]),
    ];
    if may_manage {
        let url = desk.url(&page(desk, TAB));
        cells.push(Cell::button(desk.text("remove"), url, &[("remove", &id)]));
    }
    Row::of(cells)
}

/// Somebody joins by name, or leaves. Whoever the organization manages would be deleted with the membership, so that is
/// asked about first.
pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let members = format!("{}/members", path(&desk));
    if let Some(name) = desk.form.get("add") {
        let id = user::named(&desk, name).await?;
        desk.post(&members, &json!(id)).await?;
    }
    if let Some(id) = desk.form.get("remove") {
        let member = format!("{members}/{}", encode(id));
        let one = desk.get(&member).await?;
        let is_managed = text_of(&one, "membershipType") == "MANAGED";
        if is_managed && desk.form.get("sure").is_none() {
            return sure(&desk, &one).await;
        }
        desk.delete(&member).await?;
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}

async fn sure(desk: &Desk, one: &Value) -> Result<actix_web::HttpResponse, Problem> {
    desk.check(MANAGE)?;
    let (_, heading) = organization(desk, TAB).await?;
    let url = desk.url(&page(desk, TAB));
    let ask = Ask::new(desk, "sure", url, desk.text("delete"))
        .input(Input::hidden("remove", &text_of(one, "id")))
        .input(Input::hidden("sure", "1"))
        .danger();
    let words = desk.text_with("member-managed-sure", "name", text_of(one, "username"));
    Stack::new(desk.frame(heading))
        .card(Card::new("sure", words).ask(true, ask))
        .show(desk)
}
