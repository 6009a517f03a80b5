//! Organizations: the firms whose people are users of the realm, and a new one.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{
    Ask, Card, Cell, Empty, Field, ListPage, Pager, Pill, Row, Section, Shape, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/organizations", |desk| Box::pin(list(desk))),
    Route::change("/organizations/on", |desk| Box::pin(switch_on(desk))),
    Route::show("/organizations/new", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(make(desk))),
];

/// Whoever has one of these rights changes organizations.
pub(super) const MANAGE: &[&str] = &["manage-organizations", "manage-realm"];

async fn list(desk: Rc<Desk>) -> Shown {
    let asked = desk.query.trimmed("q");
    let path = format!(
        "organizations?search={}&{}",
        encode(asked),
        Pager::asked(&desk)
    );
    let found = match desk.get(&path).await {
        Ok(found) => found,
        Err(problem) if problem.status == 404 => return not_on(&desk),
        Err(problem) => return Err(problem),
    };
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|one| row(&desk, one)).collect();
    let columns = [
        "column-name",
        "organization-alias",
        "organization-domains",
        "column-description",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nav-organizations"), columns, rows);
    let may_manage = desk.may(MANAGE);
    let new = Action::link(
        desk.text("organizations-new"),
        desk.url("/organizations/new"),
    )
    .primary();
    let heading = Heading::new(&desk.text("nav-organizations"))
        .lead(desk.text("organizations-lead"))
        .action(may_manage, new.clone());
    let empty = Empty {
        title: desk.text(match asked {
            "" => "organizations-none",
            _ => "nothing-found",
        }),
        text: desk.text("organizations-none-hint"),
        action: may_manage.then_some(new),
        command: format!(
            "kcadm.sh create organizations -r {} -s name=Acme -s 'domains=[{{\"name\":\"acme.example\"}}]'",
            desk.realm
        ),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .search(
            &desk,
            "q",
            "organizations-search",
            "organizations-search-hint",
        )
        .pager(pager)
        .show(&desk)
}

fn row(desk: &Desk, one: &Value) -> Row {
    let url = desk.url(&format!("/organizations/{}", encode(&text_of(one, "id"))));
    Row::of(vec![
        Cell::link(text_of(one, "name"), url),
        Cell::mono(text_of(one, "alias")),
        Cell::Pills(domains(desk, one)),
        Cell::text(text_of(one, "description")),
        Cell::Pills(vec![state(desk, one)]),
    ])
}

/// On or off.
pub(super) fn state(desk: &Desk, one: &Value) -> Pill {
    match one.get("enabled").and_then(Value::as_bool) {
        Some(false) => Pill::danger(desk.text("state-disabled")),
        _ => Pill::ok(desk.text("state-enabled")),
    }
}

/// Its domains; those that nobody confirmed stand out.
fn domains(desk: &Desk, one: &Value) -> Vec<Pill> {
    let all = one.get("domains").and_then(Value::as_array);
    let domain = |domain: &Value| {
        let name = text_of(domain, "name");
        match domain.get("verified").and_then(Value::as_bool) {
            Some(true) => Pill::ok(name),
            _ => Pill::warn(format!("{name}: {}", desk.text("domain-unverified"))),
        }
    };
    all.into_iter().flatten().map(domain).collect()
}

/// The realm has none: what they are for, and the switch.
fn not_on(desk: &Desk) -> Shown {
    let on = Ask::new(
        desk,
        "on",
        desk.url("/organizations/on"),
        desk.text("organizations-switch-on"),
    )
    .primary();
    let card = Card::new("off", desk.text("organizations-off"))
        .lead(desk.text("organizations-none-hint"))
        .code(format!(
            "kcadm.sh update realms/{} -s organizationsEnabled=true",
            desk.realm
        ))
        .ask(desk.may(&["manage-realm"]), on);
    let heading =
        Heading::new(&desk.text("nav-organizations")).lead(desk.text("organizations-lead"));
    Stack::new(desk.frame(heading)).card(card).show(desk)
}

async fn switch_on(desk: Rc<Desk>) -> Shown {
    desk.put("", &json!({"organizationsEnabled": true})).await?;
    desk.go("/organizations", &Flash::done("done-saved"))
}

fn sections() -> Vec<Section> {
    vec![Section::new(
        "organization-itself",
        vec![
            Field::new("name", "organization-name", Shape::Required),
            Field::new("alias", "organization-alias", Shape::Text),
            Field::new("domains", "organization-domains", Shape::Lines),
            Field::new("description", "organization-description", Shape::Text),
        ],
    )]
}

fn page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/organizations"));
    let heading = Heading::new(&desk.text("organizations-new"))
        .under(desk.text("nav-organizations"), desk.url("/organizations"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    desk.show(&page(&desk, Sheet::of(&desk, &sections(), &json!({}))))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let mut typed = sheet::typed(&sections(), &desk.form);
    let name = text_of(&typed, "name");
    if let Some(members) = typed.as_object_mut() {
        let domains = members.remove("domains").unwrap_or_default();
        let domains = domains.as_array().into_iter().flatten();
        let domains: Vec<Value> = domains
            .map(|name| json!({"name": name, "verified": false}))
            .collect();
        members.insert("domains".to_owned(), json!(domains));
        members.retain(|_, value| value != "");
    }
    match desk.post("organizations", &typed).await {
        Ok(reply) => {
            let page = format!("/organizations/{}", reply.id());
            desk.go(&page, &Flash::done("done-created").about(&name))
        }
        Err(problem) if problem.is_about_what_was_sent() => refuse(&desk, &problem),
        Err(problem) => Err(problem),
    }
}

fn refuse(desk: &Desk, problem: &Problem) -> Shown {
    desk.show_again(&page(desk, Sheet::sent(desk, &sections(), problem)))
}
