//! Roles of the realm, and one role of the realm or of a client: what is inside it, and who has it.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{history, recycle_bin, user};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{
    Ask, Card, Cell, Empty, Field, Input, Kept, ListPage, Pager, Piece, Pill, Row, Section, Shape,
    Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/roles", |desk| Box::pin(list(desk))),
    Route::show("/roles/new", |desk| Box::pin(ask(desk))).and_change(|desk| Box::pin(make(desk))),
    Route::show("/roles/{id}", |desk| Box::pin(show(desk))).and_change(|desk| Box::pin(save(desk))),
    Route::change("/roles/{id}/inside", |desk| Box::pin(compose(desk))),
    Route::change("/roles/{id}/delete", |desk| Box::pin(remove(desk))),
];

const MANAGE: &[&str] = &["manage-realm"];

async fn list(desk: Rc<Desk>) -> Shown {
    let search = desk.query.trimmed("q");
    let path = format!("roles?search={}&{}", encode(search), Pager::asked(&desk));
    let found = desk.get(&path).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|one| {
        let url = desk.url(&format!("/roles/{}", encode(&text_of(one, "id"))));
        let is_composite = one.get("composite").and_then(Value::as_bool) == Some(true);
        let pills = if is_composite {
            vec![Pill::info(desk.text("role-composite"))]
        } else {
            Vec::new()
        };
        Row::of(vec![
            Cell::link(text_of(one, "name"), url),
            Cell::text(desk.locale.resolve(&text_of(one, "description"))),
            Cell::Pills(pills),
        ])
    });
    let columns = ["role", "column-description", "role-kind"].map(|key| desk.text(key));
    let table = Table::new(desk.text("nav-roles"), columns.to_vec(), rows.collect());
    let may_manage = desk.may(MANAGE);
    let new = Action::link(desk.text("roles-new"), desk.url("/roles/new")).primary();
    let heading = Heading::new(&desk.text("nav-roles"))
        .lead(desk.text("roles-lead"))
        .action(may_manage, new.clone());
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text("roles-lead"),
        action: may_manage.then_some(new),
        command: format!("kcadm.sh create roles -r {} -s name=editor", desk.realm),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "roles-find", "")
        .pager(pager)
        .show(&desk)
}

fn new_sections() -> Vec<Section> {
    vec![Section::new(
        "roles-new",
        vec![
            Field::new("name", "role-name", Shape::Required),
            Field::new("description", "role-description", Shape::Text),
        ],
    )]
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/roles"));
    let heading =
        Heading::new(&desk.text("roles-new")).under(desk.text("nav-roles"), desk.url("/roles"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    desk.show(&new_page(
        &desk,
        Sheet::of(&desk, &new_sections(), &json!({})),
    ))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let role = sheet::typed(&new_sections(), &desk.form);
    let name = text_of(&role, "name");
    match desk.post("roles", &role).await {
        Ok(_) => desk.go("/roles", &Flash::done("done-created").about(&name)),
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &new_sections(), &problem);
            desk.show_again(&new_page(&desk, sheet))
        }
        Err(problem) => Err(problem),
    }
}

fn sections() -> Vec<Section> {
    let mut fields = new_sections();
    let attributes = Field::new("attributes", "role-attributes", Shape::Attributes);
    if let Some(first) = fields.first_mut() {
        first.key = "role-itself";
        first.fields.push(attributes);
    }
    fields
}

fn path(desk: &Desk) -> String {
    format!("roles-by-id/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk) -> String {
    format!("/roles/{}", encode(&desk.part("id")))
}

/// A client's roles belong to those who manage clients.
fn may_change(desk: &Desk, role: &Value) -> bool {
    match role.get("clientRole").and_then(Value::as_bool) {
        Some(true) => desk.may(&["manage-clients"]),
        _ => desk.may(MANAGE),
    }
}

/// The role, the path by which its holders are listed, and what stands above its page.
async fn role(desk: &Desk) -> Result<(Value, String, Heading), Problem> {
    let role = desk.get(&path(desk)).await?;
    let name = text_of(&role, "name");
    let mut heading = Heading::new(&name).id(&text_of(&role, "id"));
    let container = text_of(&role, "containerId");
    let is_client = role.get("clientRole").and_then(Value::as_bool) == Some(true);
    let named = match is_client {
        true => {
            let url = desk.url(&format!("/clients/{}/access", encode(&container)));
            heading = heading.under(desk.text("client-roles"), url);
            format!("clients/{}/roles/{}", encode(&container), encode(&name))
        }
        false => {
            heading = heading.under(desk.text("nav-roles"), desk.url("/roles"));
            format!("roles/{}", encode(&name))
        }
    };
    Ok((role, named, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (object, named, heading) = role(&desk).await?;
    let may_change = may_change(&desk, &object);
    let inside = desk.get(&format!("{}/composites", path(&desk))).await?;
    let (users, more) = Pager::list(&desk, &format!("{named}/users"), "people").await?;
    let (groups, more_groups) = Pager::list(&desk, &format!("{named}/groups"), "groups").await?;
    let sheet = Sheet::of(&desk, &sections(), &object).read_only(!may_change);
    let mut stack = Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(composites(&desk, &inside, may_change).await?);
    if !users.is_null() {
        stack = stack.card(holders(&desk, &users).pager(&desk, &more));
    }
    if groups.as_array().is_some_and(|all| !all.is_empty()) {
        stack = stack.card(holding_groups(&desk, &groups).pager(&desk, &more_groups));
    }
    if let Some(card) = history::card(&desk, &history::ROLE, &desk.part("id")).await? {
        stack = stack.card(card);
    }
    stack.card(danger(&desk, may_change)).show(&desk)
}

/// How many roles of a kind are offered without a search.
const MOST: usize = 200;

async fn composites(desk: &Desk, inside: &Value, may_change: bool) -> Result<Card, Problem> {
    let url = desk.url(&format!("{}/inside", page(desk)));
    let rows = inside.as_array().into_iter().flatten().map(|one| {
        let (id, name) = (text_of(one, "id"), text_of(one, "name"));
        let role = desk.url(&format!("/roles/{}", encode(&id)));
        let mut cells = vec![
            Cell::link(&name, role),
            Cell::text(desk.locale.resolve(&text_of(one, "description"))),
        ];
        if may_change {
            let fields = [("remove", id.as_str()), ("name", name.as_str())];
            cells.push(Cell::button(desk.text("remove"), url.clone(), &fields));
        }
        Row::of(cells)
    });
    let mut columns = vec!["role", "column-description"];
    if may_change {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("role-inside"), columns, rows.collect());
    let mut options = Vec::new();
    let wanted = desk.query.trimmed("role");
    if may_change {
        let search = encode(wanted);
        let of_realm = desk
            .get_if_allowed(&format!("roles?first=0&max={MOST}&search={search}"))
            .await?
            .unwrap_or_default();
        let of_realm = of_realm.as_array().into_iter().flatten();
        options.extend(of_realm.map(|one| (text_of(one, "id"), text_of(one, "name"))));
        let path = format!(
            "ui-ext/available-roles/roles/{}?first=0&max={MOST}&search={search}",
            encode(&desk.part("id"))
        );
        let of_clients = desk.get_if_allowed(&path).await?.unwrap_or_default();
        options.extend(of_clients.as_array().into_iter().flatten().map(|one| {
            (
                text_of(one, "id"),
                format!("{} · {}", text_of(one, "client"), text_of(one, "role")),
            )
        }));
    }
    let find = Ask::new(desk, "find-role", "#inside".to_owned(), desk.text("search"))
        .view()
        .input(Input::text("role", desk.text("roles-find"), wanted));
    let ask = Ask::new(desk, "put-inside", url.clone(), desk.text("add")).input(Input::select(
        "add",
        desk.text("role"),
        options,
    ));
    Ok(Card::new("inside", desk.text("role-inside"))
        .lead(desk.text("role-inside-lead"))
        .table(table.with_token(desk.csrf()), desk.text("role-inside-none"))
        .ask(may_change, find)
        .ask(may_change, ask))
}

fn holders(desk: &Desk, users: &Value) -> Card {
    let people = users.as_array().into_iter().flatten().map(|one| {
        let name = user::link(desk, &text_of(one, "id"), &text_of(one, "username"));
        Row::of(vec![name, Cell::text(text_of(one, "email"))])
    });
    let columns = ["kind-user", "users-email"].map(|key| desk.text(key));
    let table = Table::new(
        desk.text("role-holders"),
        columns.to_vec(),
        people.collect(),
    );
    Card::new("holders", desk.text("role-holders"))
        .lead(desk.text("role-holders-lead"))
        .table(table, desk.text("role-holders-none"))
}

/// Groups that give the role to their members.
fn holding_groups(desk: &Desk, groups: &Value) -> Card {
    let groups = groups.as_array().into_iter().flatten().map(|one| {
        let url = desk.url(&format!("/groups/{}", encode(&text_of(one, "id"))));
        Row::of(vec![Cell::link(text_of(one, "path"), url)])
    });
    let title = desk.text("role-holding-groups");
    let table = Table::new(
        title.clone(),
        vec![desk.text("kind-group")],
        groups.collect(),
    );
    Card::new("holding-groups", title).table(table, String::new())
}

fn danger(desk: &Desk, may_change: bool) -> Card {
    let ask = recycle_bin::ask(desk, &page(desk), "role-delete");
    Card::new("danger", desk.text("danger"))
        .lead(desk.text("role-delete-lead"))
        .ask(may_change, ask)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, _, heading) = role(&desk).await?;
    let (api, page) = (path(&desk), page(&desk));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

async fn compose(desk: Rc<Desk>) -> Shown {
    let inside = format!("{}/composites", path(&desk));
    if let Some(id) = desk.form.get("add") {
        desk.post(&inside, &json!([{"id": id}])).await?;
    }
    if let Some(id) = desk.form.get("remove") {
        let name = desk.form.get("name").unwrap_or_default();
        desk.delete_named(&inside, &json!([{"id": id, "name": name}]))
            .await?;
    }
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (object, ..) = role(&desk).await?;
    let name = text_of(&object, "name");
    let container = text_of(&object, "containerId");
    let then = match object.get("clientRole").and_then(Value::as_bool) {
        Some(true) => format!("/clients/{}/access", encode(&container)),
        _ => "/roles".to_owned(),
    };
    recycle_bin::delete(&desk, &path(&desk), &name, &then).await
}
