//! Groups of an organization: a tree of its own, level by level, with the members of each.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, organization, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::user;
use crate::part::{Ask, Card, Cell, Input, Pager, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

const TAB: &str = "/groups";

fn group_path(desk: &Desk) -> String {
    format!("{}/groups/{}", path(desk), encode(&desk.part("group")))
}

fn tree(desk: &Desk, found: &Value, key: &str) -> Card {
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let id = encode(&text_of(one, "id"));
        let url = desk.url(&page(desk, &format!("/groups/{id}")));
        Row::of(vec![
            Cell::link(text_of(one, "path"), url),
            Cell::Number(text_of(one, "subGroupCount")),
        ])
    });
    let columns = ["kind-group", "group-inside-count"].map(|key| desk.text(key));
    let table = Table::new(desk.text(key), columns.to_vec(), rows.collect());
    Card::new("tree", desk.text(key)).table(table, desk.text("groups-none"))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, TAB).await?;
    let found = desk
        .get(&format!(
            "{}/groups?subGroupsCount=true&max=200",
            path(&desk)
        ))
        .await?;
    let new = Ask::new(
        &desk,
        "new",
        desk.url(&page(&desk, TAB)),
        desk.text("create"),
    )
    .input(Input::text("name", desk.text("group-name"), ""));
    let heading = heading.lead(desk.text("organization-groups-lead"));
    Stack::new(desk.frame(heading))
        .card(tree(&desk, &found, "nav-groups").ask(desk.may(MANAGE), new))
        .show(&desk)
}

pub(super) async fn make(desk: Rc<Desk>) -> Shown {
    let name = desk.form.trimmed("name").to_owned();
    desk.post(&format!("{}/groups", path(&desk)), &json!({"name": name}))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-created").about(&name))
}

pub(super) async fn one(desk: Rc<Desk>) -> Shown {
    let (organization, heading) = organization(&desk, TAB).await?;
    let group = desk.get(&group_path(&desk)).await?;
    let children = desk
        .get(&format!(
            "{}/children?subGroupsCount=true&max=200",
            group_path(&desk)
        ))
        .await?;
    let members = desk
        .get(&format!(
            "{}/members?first=0&max={}",
            group_path(&desk),
            Pager::ROWS
        ))
        .await?;
    let may_manage = desk.may(MANAGE);
    let mut heading = heading;
    let groups = desk.url(&page(&desk, TAB));
    heading.title = text_of(&group, "name");
    heading.id = text_of(&group, "id");
    let heading = heading
        .under(text_of(&organization, "name"), desk.url(&page(&desk, "")))
        .under(desk.text("nav-groups"), groups);
    let at = desk.url(&format!("/{}", group_path(&desk)));
    let child = Ask::new(&desk, "child", at.clone(), desk.text("create")).input(Input::text(
        "child",
        desk.text("group-child-name"),
        "",
    ));
    let words = desk.text_with("user-delete-confirm", "name", text_of(&group, "name"));
    let delete = Ask::new(&desk, "delete", at, desk.text("delete"))
        .input(Input::text("delete", words, ""))
        .danger();
    let danger =
        Card::new("danger", desk.text("danger")).lead(desk.text("organization-group-delete"));
    Stack::new(desk.frame(heading))
        .card(self::members(&desk, &members, may_manage))
        .card(tree(&desk, &children, "group-inside").ask(may_manage, child))
        .card(danger.ask(may_manage, delete))
        .show(&desk)
}

fn members(desk: &Desk, members: &Value, may_manage: bool) -> Card {
    let url = desk.url(&format!("/{}", group_path(desk)));
    let rows = members.as_array().into_iter().flatten().map(|one| {
        let id = text_of(one, "id");
        let mut cells = vec![
            user::link(desk, &id, &text_of(one, "username")),
            Cell::text(text_of(one, "email")),
        ];
        if may_manage {
            let url = url.clone();
            cells.push(Cell::button(desk.text("remove"), url, &[("leave", &id)]));
        }
        Row::of(cells)
    });
    let mut columns = vec!["kind-user", "users-email"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("group-members"), columns, rows.collect());
    let ask = Ask::new(desk, "join", url.clone(), desk.text("add")).input(Input::text(
        "join",
        desk.text("users-username"),
        "",
    ));
    Card::new("members", desk.text("group-members"))
        .lead(desk.text("organization-group-members"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("group-members-none"),
        )
        .ask(may_manage, ask)
}

/// A group inside it, somebody who joins or leaves, or its end.
pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let at = group_path(&desk);
    if let Some(name) = desk.form.get("child") {
        desk.post(&format!("{at}/children"), &json!({"name": name}))
            .await?;
    } else if let Some(name) = desk.form.get("join") {
        let id = user::named(&desk, name).await?;
        let member = format!("{at}/members/{}", encode(&id));
        desk.put(&member, &json!({})).await?;
    } else if let Some(id) = desk.form.get("leave") {
        desk.delete(&format!("{at}/members/{}", encode(id))).await?;
    } else if let Some(name) = desk.form.get("delete") {
        let group = desk.get(&at).await?;
        if name.trim() != text_of(&group, "name") {
            return desk.go(&format!("/{at}"), &Flash::failed("done-name-differs"));
        }
        desk.delete(&at).await?;
        return desk.go(
            &page(&desk, TAB),
            &Flash::done("done-deleted").about(name.trim()),
        );
    } else {
        return Err(Problem::not_found());
    }
    desk.go(&format!("/{at}"), &Flash::done("done-saved"))
}
