//! Groups of an organization: a tree of its own, level by level, with the members of each.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, PEOPLE, organization, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::groups::cards;
use crate::page::user;
use crate::part::{Ask, Card, Input, Pager, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

const TAB: &str = "/groups";

fn group_path(desk: &Desk) -> String {
    format!("{}/groups/{}", path(desk), encode(&desk.part("group")))
}

fn tree(desk: &Desk, found: &Value, key: &str) -> Card {
    cards::tree(desk, ("tree", key), found, &page(desk, TAB))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, TAB).await?;
    let list = format!("{}/groups?subGroupsCount=true", path(&desk));
    let (found, pager) = Pager::list(&desk, &list, "first").await?;
    let new = Ask::new(
        &desk,
        "new",
        desk.url(&page(&desk, TAB)),
        desk.text("create"),
    )
    .input(Input::text("name", desk.text("group-name"), ""));
    let heading = heading.lead(desk.text("organization-groups-lead"));
    Stack::new(desk.frame(heading))
        .card(
            tree(&desk, &found, "nav-groups")
                .pager(&desk, &pager)
                .ask(desk.may(MANAGE), new),
        )
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
    let inside = format!("{}/children?subGroupsCount=true", group_path(&desk));
    let (children, more_inside) = Pager::list(&desk, &inside, "inside").await?;
    let (members, more) = match desk.may(PEOPLE) {
        true => {
            let members = format!("{}/members", group_path(&desk));
            Pager::list(&desk, &members, "members").await?
        }
        false => (Value::Null, Pager::default()),
    };
    let may_manage = desk.may(MANAGE);
    let may_join = may_manage && desk.may(&["manage-users"]);
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
    let delete = Ask::new(&desk, "delete", at.clone(), desk.text("delete"))
        .input(Input::text("delete", words, ""))
        .danger();
    let danger =
        Card::new("danger", desk.text("danger")).lead(desk.text("organization-group-delete"));
    let in_it = cards::members(&desk, &members, &at, may_join);
    Stack::new(desk.frame(heading))
        .card(
            in_it
                .lead(desk.text("organization-group-members"))
                .pager(&desk, &more),
        )
        .card(
            tree(&desk, &children, "group-inside")
                .pager(&desk, &more_inside)
                .ask(may_manage, child),
        )
        .card(danger.ask(may_manage, delete))
        .show(&desk)
}

/// A group inside it, somebody who joins or leaves, or its end.
pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let at = group_path(&desk);
    if let Some(name) = desk.form.get("child") {
        desk.post(&format!("{at}/children"), &json!({"name": name}))
            .await?;
    } else if let Some(name) = desk.form.get("add") {
        let id = user::named(&desk, name).await?;
        let member = format!("{at}/members/{}", encode(&id));
        desk.put(&member, &json!({})).await?;
    } else if let Some(id) = desk.form.get("remove") {
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
