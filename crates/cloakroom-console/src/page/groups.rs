//! Groups: the tree level by level, and one group with its members, roles and place.

pub(super) mod cards;

use std::rc::Rc;

use serde_json::{Value, json};

use super::group_choice::Choice;
use super::role_choice::{self, Holder};
use super::{history, recycle_bin, user};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::part::sheet::{self, Sheet};
use crate::part::{
    Ask, Card, Cell, Field, Input, Kept, Pager, Piece, Row, Section, Shape, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/groups", |desk| Box::pin(list(desk))).and_change(|desk| Box::pin(make(desk))),
    Route::show("/groups/{id}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/groups/{id}/child", |desk| Box::pin(make(desk))),
    Route::change("/groups/{id}/roles", |desk| Box::pin(change_roles(desk))),
    Route::change("/groups/{id}/member", |desk| Box::pin(change_members(desk))),
    Route::change("/groups/{id}/move", |desk| Box::pin(move_to(desk))),
    Route::change("/groups/{id}/delete", |desk| Box::pin(remove(desk))),
];

const MANAGE: &[&str] = &["manage-users"];

/// The value of the choice that means no parent.
const TOP: &str = "/";

async fn list(desk: Rc<Desk>) -> Shown {
    let search = desk.query.trimmed("q");
    let (found, pager) = found(&desk, search).await?;
    let find = Ask::new(&desk, "find", desk.url("/groups"), desk.text("search"))
        .view()
        .input(Input::text("q", desk.text("groups-search"), search));
    let new = Ask::new(&desk, "new", desk.url("/groups"), desk.text("create"))
        .primary()
        .input(Input::text("name", desk.text("column-name"), ""));
    let may_manage = desk.may(MANAGE);
    let heading = Heading::new(&desk.text("nav-groups")).lead(desk.text("groups-lead"));
    let tree = cards::tree(&desk, ("tree", "nav-groups"), &found, "/groups");
    Stack::new(desk.frame(heading))
        .card(tree.pager(&desk, &pager).ask(true, find))
        .card(Card::new("make", desk.text("groups-new")).ask(may_manage, new))
        .show(&desk)
}

/// The page of the groups that is asked for: those at the top, or what a search finds.
async fn found(desk: &Desk, search: &str) -> Result<(Value, Pager), Problem> {
    if search.is_empty() {
        let (found, pager) = Pager::list(desk, "groups", "first").await?;
        return match found.is_null() {
            true => Err(Problem::forbidden()),
            false => Ok((found, pager)),
        };
    }
    let search = encode(search);
    let (first, max) = (Pager::first(desk), Pager::ROWS);
    let path = format!("groups?search={search}&first={first}&max={max}");
    let found = desk.get(&path).await?;
    let count = desk.get(&format!("groups/count?search={search}")).await?;
    let count = count.get("count").and_then(Value::as_u64).unwrap_or(0);
    let pager = Pager::of_found(desk, usize::try_from(count).unwrap_or(usize::MAX));
    Ok((found, pager))
}

fn path(desk: &Desk) -> String {
    format!("groups/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk) -> String {
    format!("/{}", path(desk))
}

fn holder(desk: &Desk) -> Holder {
    Holder::of(&path(desk), format!("{}/roles", page(desk)))
}

fn sections() -> Vec<Section> {
    vec![Section::new(
        "group-itself",
        vec![
            Field::new("name", "group-name", Shape::Required),
            Field::new("description", "group-description", Shape::Text),
            Field::new("attributes", "group-attributes", Shape::Attributes),
        ],
    )]
}

async fn group(desk: &Desk) -> Result<(Value, Heading), Problem> {
    let group = desk.get(&path(desk)).await?;
    let mut heading = Heading::new(&text_of(&group, "name"))
        .under(desk.text("nav-groups"), desk.url("/groups"))
        .id(&text_of(&group, "id"));
    let parent = text_of(&group, "parentId");
    if !parent.is_empty() {
        let path = text_of(&group, "path");
        let above = path
            .rsplit_once('/')
            .map_or("", |(above, _)| above)
            .to_owned();
        heading = heading.under(above, desk.url(&format!("/groups/{}", encode(&parent))));
    }
    Ok((group, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (object, heading) = group(&desk).await?;
    let path = path(&desk);
    let may_manage = desk.may(MANAGE);
    let (children, more_inside) = Pager::list(&desk, &format!("{path}/children"), "inside").await?;
    let (members, more) = Pager::list(&desk, &format!("{path}/members"), "members").await?;
    let sheet = Sheet::of(&desk, &sections(), &object).read_only(!may_manage);
    let child = Ask::new(
        &desk,
        "child",
        desk.url(&format!("{}/child", page(&desk))),
        desk.text("create"),
    )
    .input(Input::text("name", desk.text("group-child-name"), ""));
    let inside = cards::tree(&desk, ("inside", "group-inside"), &children, "/groups");
    let member = desk.url(&format!("{}/member", page(&desk)));
    let mut stack = Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(inside.pager(&desk, &more_inside).ask(may_manage, child));
    if !members.is_null() {
        let card = cards::members(&desk, &members, &member, may_manage);
        stack = stack.card(card.pager(&desk, &more));
    }
    if children.as_array().is_some_and(|all| !all.is_empty())
        && let Some(card) = everybody(&desk).await?
    {
        stack = stack.card(card);
    }
    stack = stack
        .card(role_choice::card(&desk, &holder(&desk), may_manage).await?)
        .card(place(&desk, &object, may_manage).await?);
    if let Some(card) = history::card(&desk, &history::GROUP, &desk.part("id")).await? {
        stack = stack.card(card);
    }
    stack.show(&desk)
}

/// Who has what the group gives: its members, and those of the groups inside it, a page at a time.
async fn everybody(desk: &Desk) -> Result<Option<Card>, Problem> {
    let all = format!("ui-ext/{}/all-members", path(desk));
    let (found, pager) = Pager::list(desk, &all, "first").await?;
    if found.is_null() {
        return Ok(None);
    }
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let id = text_of(one, "id");
        Row::of(vec![
            user::link(desk, &id, &text_of(one, "username")),
            Cell::text(text_of(one, "email")),
        ])
    });
    let columns = ["kind-user", "users-email"].map(|key| desk.text(key));
    let table = Table::new(
        desk.text("group-everybody"),
        columns.to_vec(),
        rows.collect(),
    );
    let card = Card::new("everybody", desk.text("group-everybody"))
        .lead(desk.text("group-everybody-lead"))
        .table(table, desk.text("group-members-none"));
    Ok(Some(card.pager(desk, &pager)))
}

/// Where the group stands, and how it goes elsewhere or away.
async fn place(desk: &Desk, group: &Value, may_manage: bool) -> Result<Card, Problem> {
    let mine = text_of(group, "path");
    let choice = match may_manage {
        true => Some(Choice::of(desk, Some(&mine)).await?),
        false => None,
    };
    let top = vec![(TOP.to_owned(), desk.text("group-top"))];
    let find = choice
        .as_ref()
        .and_then(|choice| choice.find(desk, "place"));
    let mut card = Card::new("place", desk.text("group-place")).lead(desk.text("group-place-lead"));
    if let Some(find) = find {
        card = card.ask(true, find);
    }
    let Some(choice) = choice else {
        return Ok(card);
    };
    let move_to = Ask::new(
        desk,
        "move",
        desk.url(&format!("{}/move", page(desk))),
        desk.text("group-move"),
    )
    .input(choice.select("to", desk.text("group-parent"), top));
    let delete = recycle_bin::ask(desk, &page(desk), "group-delete");
    Ok(card.ask(true, move_to).ask(true, delete))
}

async fn make(desk: Rc<Desk>) -> Shown {
    let name = desk.form.trimmed("name").to_owned();
    let sent = json!({"name": name});
    let is_top = desk.part("id").is_empty();
    let (api, back) = match is_top {
        true => ("groups".to_owned(), "/groups".to_owned()),
        false => (format!("{}/children", path(&desk)), page(&desk)),
    };
    desk.post(&api, &sent).await?;
    desk.go(&back, &Flash::done("done-created").about(&name))
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = group(&desk).await?;
    let (api, page) = (path(&desk), page(&desk));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

async fn change_roles(desk: Rc<Desk>) -> Shown {
    role_choice::change(&desk, &holder(&desk)).await?;
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn change_members(desk: Rc<Desk>) -> Shown {
    let group = encode(&desk.part("id"));
    if let Some(id) = desk.form.get("remove") {
        desk.delete(&format!("users/{}/groups/{group}", encode(id)))
            .await?;
    }
    if let Some(name) = desk.form.get("add") {
        let id = user::named(&desk, name).await?;
        desk.put(&format!("users/{}/groups/{group}", encode(&id)), &json!({}))
            .await?;
    }
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn move_to(desk: Rc<Desk>) -> Shown {
    let (object, _) = group(&desk).await?;
    let sent = json!({"id": object.get("id"), "name": object.get("name")});
    match desk.form.get("to") {
        Some(TOP) | None => desk.post("groups", &sent).await?,
        Some(id) => {
            desk.post(&format!("groups/{}/children", encode(id)), &sent)
                .await?
        }
    };
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (object, _) = group(&desk).await?;
    let name = text_of(&object, "name");
    recycle_bin::delete(&desk, &path(&desk), &name, "/groups").await
}
