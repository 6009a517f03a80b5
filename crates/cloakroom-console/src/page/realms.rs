//! The realms that the administrator may look after, and a new one.

use std::rc::Rc;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::{
    Cell, Empty, Field, ListPage, Pager, Row, Section, Shape, Sheet, SheetPage, Table, sheet,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/realms", |desk| Box::pin(list(desk))),
    Route::show("/realms/new", |desk| Box::pin(ask(desk))).and_change(|desk| Box::pin(make(desk))),
];

/// Realms are made by those who have this right in `master`.
const CREATE: &[&str] = &["create-realm"];

async fn list(desk: Rc<Desk>) -> Shown {
    let search = desk.query.get("q").unwrap_or_default();
    let path = format!(
        "ui-ext/realms/names?search={}&{}",
        encode(search),
        Pager::asked(&desk)
    );
    let found = desk.get(&path).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|one| {
        let name = text_of(one, "name");
        let display = desk.locale.resolve(&text_of(one, "displayName"));
        let url = desk.url_in(&name, "/dashboard");
        Row::of(vec![Cell::link(name, url), Cell::text(display)])
    });
    let columns = vec![desk.text("column-name"), desk.text("column-display-name")];
    let table = Table::new(desk.text("nav-realms"), columns, rows.collect());
    let new = Action::link(desk.text("realms-new"), desk.url("/realms/new")).primary();
    let heading = Heading::new(&desk.text("nav-realms"))
        .lead(desk.text("realms-lead"))
        .action(desk.may(CREATE), new);
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text("realms-lead"),
        action: None,
        command: "kcadm.sh get realms --fields realm".to_owned(),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "realms-search", "")
        .pager(pager)
        .show(&desk)
}

fn sections() -> Vec<Section> {
    vec![Section::new(
        "realms-new",
        vec![
            Field::new("realm", "realm-name", Shape::Required),
            Field::new("displayName", "realm-display-name", Shape::Text),
        ],
    )]
}

fn page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/realms"));
    let heading = Heading::new(&desk.text("realms-new"))
        .under(desk.text("nav-realms"), desk.url("/realms"))
        .lead(desk.text("realms-new-lead"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(CREATE)?;
    desk.show(&page(&desk, Sheet::of(&desk, &sections(), &json!({}))))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(CREATE)?;
    let mut realm = sheet::typed(&sections(), &desk.form);
    if let Some(members) = realm.as_object_mut() {
        members.insert("enabled".to_owned(), json!(true));
    }
    let name = text_of(&realm, "realm");
    let body = realm.to_string().into_bytes();
    let sent = desk.ask(
        Method::POST,
        "/admin/realms",
        Some(("application/json", body)),
        None,
    );
    match sent.await {
        Ok(_) => {
            let url = desk.url_in(&name, "/dashboard");
            Ok(desk.go_to(&url, Some(&Flash::done("done-created").about(&name))))
        }
        Err(problem) if problem.is_about_what_was_sent() => refuse(&desk, &problem),
        Err(problem) => Err(problem),
    }
}

fn refuse(desk: &Desk, problem: &Problem) -> Shown {
    desk.show_again(&page(desk, Sheet::sent(desk, &sections(), problem)))
}
