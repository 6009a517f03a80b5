//! Who was asked to join an organization, and asking somebody.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, organization, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

const TAB: &str = "/invitations";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, TAB).await?;
    let may_manage = desk.may(MANAGE);
    let found = desk
        .get(&format!("{}/invitations?first=0&max=200", path(&desk)))
        .await?;
    let all = found.as_array().into_iter().flatten();
    let rows = all.map(|one| row(&desk, one, may_manage)).collect();
    let mut columns = vec![
        "users-email",
        "column-name",
        "column-state",
        "invitation-sent",
        "invitation-until",
    ];
    if may_manage {
        columns.extend(["invitation-again", "column-act"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let name = desk.text("organization-invitations");
    let table = Table::new(name.clone(), columns, rows);
    let url = desk.url(&page(&desk, TAB));
    let ask = Ask::new(&desk, "invite", url, desk.text("invitation-send"))
        .primary()
        .input(Input::text("email", desk.text("users-email"), ""))
        .input(Input::text("firstName", desk.text("users-first-name"), ""))
        .input(Input::text("lastName", desk.text("users-last-name"), ""));
    Stack::new(desk.frame(heading))
        .card(
            Card::new("invitations", name)
                .lead(desk.text("organization-invitations-lead"))
                .table(
                    table.with_token(desk.csrf()),
                    desk.text("organization-invitations-none"),
                )
                .ask(may_manage, ask),
        )
        .show(&desk)
}

fn row(desk: &Desk, one: &Value, may_manage: bool) -> Row {
    let state = match text_of(one, "status").as_str() {
        "EXPIRED" => Pill::warn(desk.text("invitation-expired")),
        _ => Pill::info(desk.text("invitation-pending")),
    };
    let when = |name: &str| {
        let seconds = one.get(name).and_then(Value::as_i64);
        Cell::when(seconds.map(|seconds| seconds * 1000), "–")
    };
    let name = format!("{} {}", text_of(one, "firstName"), text_of(one, "lastName"));
    let mut cells = vec![
        Cell::text(text_of(one, "email")),
        Cell::text(name.trim()),
        Cell::Pills(vec![state]),
        when("sentDate"),
        when("expiresAt"),
    ];
    if may_manage {
        let (url, id) = (desk.url(&page(desk, TAB)), text_of(one, "id"));
        let button = |words: &str, act: &str| {
            let fields = [("id", id.as_str()), ("act", act)];
            Cell::button(desk.text(words), url.clone(), &fields)
        };
        cells.extend([
            button("invitation-send", "again"),
            button("remove", "remove"),
        ]);
    }
    Row::of(cells)
}

pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let id = encode(desk.form.get("id").unwrap_or_default());
    let one = format!("{}/invitations/{id}", path(&desk));
    match desk.form.get("act") {
        Some("again") => {
            desk.post(&format!("{one}/resend"), &json!({})).await?;
        }
        Some("remove") => {
            desk.delete(&one).await?;
        }
        Some(_) => return Err(Problem::not_found()),
        None => {
            let names = ["email", "firstName", "lastName"];
            let fields = names.map(|name| (name, desk.form.trimmed(name)));
            let invite = format!("{}/members/invite-user", path(&desk));
            desk.post_form(&invite, &fields).await?;
        }
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}
