//! What a person may do: roles given to them, groups they are in, and why each effective role is theirs.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, page, path, person};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::group_choice::Choice;
use crate::page::role_choice::{self, Holder};
use crate::part::{Ask, Card, Cell, Pager, Pill, Row, Stack, Table};
use crate::routes::Shown;

const TAB: &str = "/access";

fn holder(desk: &Desk) -> Holder {
    Holder::of(&path(desk), page(desk, "/roles"))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = person(&desk, TAB).await?;
    let path = path(&desk);
    let may_manage = desk.may(MANAGE);
    let effective = desk.get(&format!("ui-ext/because/{path}")).await?;
    let (groups, more) = Pager::list(&desk, &format!("{path}/groups"), "groups").await?;
    let roles = role_choice::card(&desk, &holder(&desk), may_manage).await?;
    let choice = match may_manage {
        true => Some(Choice::of(&desk, None).await?.without(&groups)),
        false => None,
    };
    let memberships = memberships(&desk, &groups, choice);
    Stack::new(desk.frame(heading))
        .card(because(&desk, &effective))
        .card(roles)
        .card(memberships.pager(&desk, &more))
        .show(&desk)
}

/// Every role the person has in the end, each with where it comes from.
fn because(desk: &Desk, effective: &Value) -> Card {
    let rows = effective.as_array().into_iter().flatten().map(|one| {
        let reasons = one
            .get("because")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let reasons = reasons.map(|why| {
            let name = text_of(why, "name");
            match text_of(why, "kind").as_str() {
                "direct" => Pill::ok(desk.text("because-direct")),
                "group" => Pill::info(desk.text_with("because-group", "name", name)),
                _ => Pill::plain(desk.text_with("because-role", "name", name)),
            }
        });
        Row::of(vec![
            Cell::text(text_of(one, "name")),
            Cell::muted(text_of(one, "client")),
            Cell::Pills(reasons.collect()),
        ])
    });
    let columns = ["role", "kind-client", "because"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("effective-roles"), columns, rows.collect());
    Card::new("effective", desk.text("effective-roles"))
        .lead(desk.text("effective-roles-lead"))
        .table(table, desk.text("effective-roles-none"))
}

/// The groups of the person, with a choice of others where the administrator may change that.
fn memberships(desk: &Desk, groups: &Value, choice: Option<Choice>) -> Card {
    let may_manage = choice.is_some();
    let url = desk.url(&page(desk, "/groups"));
    let rows = groups.as_array().into_iter().flatten().map(|one| {
        let id = text_of(one, "id");
        let group = desk.url(&format!("/groups/{}", encode(&id)));
        let mut cells = vec![Cell::link(text_of(one, "path"), group)];
        if may_manage {
            cells.push(Cell::button(
                desk.text("leave"),
                url.clone(),
                &[("leave", &id)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec![desk.text("kind-group")];
    if may_manage {
        columns.push(desk.text("column-act"));
    }
    let table = Table::new(desk.text("user-groups"), columns, rows.collect());
    let mut card = Card::new("groups", desk.text("user-groups"))
        .table(table.with_token(desk.csrf()), desk.text("user-groups-none"));
    let Some(choice) = choice else {
        return card;
    };
    if let Some(find) = choice.find(desk, "groups") {
        card = card.ask(true, find);
    }
    let is_there = !choice.is_empty();
    let label = desk.text("kind-group");
    let join = Ask::new(desk, "join", url.clone(), desk.text("join"));
    card.ask(
        is_there,
        join.input(choice.select("join", label, Vec::new())),
    )
}

pub(super) async fn change_roles(desk: Rc<Desk>) -> Shown {
    role_choice::change(&desk, &holder(&desk)).await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}

pub(super) async fn change_groups(desk: Rc<Desk>) -> Shown {
    let groups = format!("{}/groups", path(&desk));
    if let Some(id) = desk.form.get("join") {
        desk.put(&format!("{groups}/{}", encode(id)), &json!({}))
            .await?;
    }
    if let Some(id) = desk.form.get("leave") {
        desk.delete(&format!("{groups}/{}", encode(id))).await?;
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}
