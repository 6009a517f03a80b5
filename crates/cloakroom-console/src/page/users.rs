//! People: the list with its query, new ones, and what is done with many at once.

mod everybody;
mod import;
mod query;

use std::rc::Rc;

use serde_json::{Value, json};

use super::{user, views};
use crate::desk::{Desk, Pairs, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{Cell, Empty, Field, ListPage, Pager, Pill, Row, Section, Shape, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use crate::words;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/users", |desk| Box::pin(list(desk))),
    Route::show("/users/new", |desk| Box::pin(ask(desk))).and_change(|desk| Box::pin(make(desk))),
    Route::show("/users/import", |desk| Box::pin(import::ask(desk)))
        .and_change(|desk| Box::pin(import::begin(desk)))
        .with_file(),
    Route::show("/users/export", |desk| Box::pin(import::export(desk))),
    Route::change("/users/bulk", |desk| Box::pin(many(desk))),
    Route::show("/users/everybody", |desk| Box::pin(everybody::ask(desk)))
        .and_change(|desk| Box::pin(everybody::begin(desk))),
];

pub(super) const MANAGE: &[&str] = &["manage-users"];

/// The views of the list: the key of a name, and the query it stands for.
const VIEWS: &[(&str, &str)] = &[
    ("all", ""),
    ("users-disabled", "enabled:false"),
    ("users-unverified", "verified:false"),
    ("users-new", "created<30d"),
    ("users-dormant", "last_login>90d"),
    ("users-no-factor", "factor:false"),
];

async fn list(desk: Rc<Desk>) -> Shown {
    let asked = desk.query.trimmed("q");
    let (mut all, refusal) = words::found(query::shown(&desk, asked).await)?;
    let pager = pager(&desk, &mut all);
    let last = known_of(&desk, "sign-ins", &all).await?;
    let factors = known_of(&desk, "factors", &all).await?;
    let row = |one| row(&desk, one, &last, &factors);
    let rows = all.iter().map(row).collect();
    let columns = [
        "users-username",
        "column-name",
        "users-email",
        "users-factors",
        "users-last-sign-in",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let may_manage = desk.may(MANAGE);
    let mut table = Table::new(desk.text("nav-users"), columns, rows);
    if may_manage {
        table = table.choosable(desk.text("choose-one"), desk.text("choose-all"));
    }
    let new = Action::link(desk.text("users-new-one"), desk.url("/users/new")).primary();
    let import = Action::link(desk.text("users-import"), desk.url("/users/import"));
    let export = desk.url(&format!("/users/export?q={}", encode(asked)));
    let heading = Heading::new(&desk.text("nav-users"))
        .lead(desk.text("users-lead"))
        .action(true, Action::link(desk.text("export-csv"), export))
        .action(
            may_manage && !all.is_empty(),
            Action::link(desk.text("everybody"), everybody::url(&desk, asked)),
        )
        .action(may_manage, import)
        .action(may_manage, new.clone());
    let empty = Empty {
        title: desk.text(if asked.is_empty() {
            "users-none"
        } else {
            "nothing-found"
        }),
        text: desk.text(if asked.is_empty() {
            "users-none-hint"
        } else {
            "users-query-hint"
        }),
        action: (may_manage && asked.is_empty()).then_some(new),
        command: format!(
            "kcadm.sh create users -r {} -s username=ada -s enabled=true",
            desk.realm
        ),
    };
    let mut page = ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "users-search", "users-query-hint")
        .chips(&desk, "q", VIEWS)
        .pager(pager);
    page = views::of(&desk, "users", page).await?;
    if let Some(refusal) = &refusal {
        page = page.refused(&desk, refusal);
    }
    if may_manage {
        page = page.bulk(bulk(&desk));
    }
    page.show(&desk)
}

fn bulk(desk: &Desk) -> Vec<Action> {
    let act = |key: &str, act: &str| {
        Action::button(desk.text(key), desk.url("/users/bulk")).with("act", act)
    };
    vec![
        act("enable", "enable"),
        act("disable", "disable"),
        act("users-sign-out", "sign-out"),
        act("delete", "delete").danger(),
    ]
}

/// Pages by username: where one ends, the next begins, so that the last is as fast as the first.
fn pager(desk: &Desk, all: &mut Vec<Value>) -> Pager {
    let is_back = desk.query.get("before").is_some();
    let has_more = all.len() > Pager::ROWS;
    if has_more && is_back {
        all.remove(0);
    }
    all.truncate(Pager::ROWS);
    let name = |one: Option<&Value>| one.map(|one| text_of(one, "username")).unwrap_or_default();
    let (first, last) = (name(all.first()), name(all.last()));
    let plain = desk.query.with("before", "").with("after", "");
    let is_first = !is_back && desk.query.get("after").is_none();
    let has_before = if is_back { has_more } else { !is_first };
    let has_after = is_back || has_more;
    let link = |is_there: bool, query: &Pairs| match is_there {
        true => desk.here(query),
        false => String::new(),
    };
    Pager {
        first: link(!is_first, &plain),
        before: link(has_before, &plain.with("before", &first)),
        after: link(has_after, &plain.with("after", &last)),
        text: String::new(),
    }
}

/// What the API knows of these people beyond themselves, by their ids: their `sign-ins`, or their `factors`.
async fn known_of(desk: &Desk, what: &str, all: &[Value]) -> Result<Value, Problem> {
    let ids: Vec<String> = all.iter().map(|one| text_of(one, "id")).collect();
    let path = format!("ui-ext/{what}?ids={}", encode(&ids.join(",")));
    Ok(desk.get_if_allowed(&path).await?.unwrap_or_default())
}

/// What somebody has beside a password, from the API's list of it; each kind once, with how many of it there are.
pub(super) fn factors(desk: &Desk, id: &str, factors: &Value) -> Vec<Pill> {
    let kinds = factors.get(id).and_then(Value::as_array);
    let kinds = kinds.into_iter().flatten().filter_map(Value::as_str);
    let kinds: Vec<&str> = kinds.collect();
    let each = kinds.chunk_by(|one, next| one == next);
    let pill = |same: &[&str]| {
        let name = user::kind_of(desk, same.first().copied().unwrap_or_default());
        match same.len() {
            0 | 1 => Pill::info(name),
            many => Pill::info(format!("{name} × {many}")),
        }
    };
    each.map(pill).collect()
}

fn row(desk: &Desk, one: &Value, last: &Value, known: &Value) -> Row {
    let (id, username) = (text_of(one, "id"), text_of(one, "username"));
    let name = format!("{} {}", text_of(one, "firstName"), text_of(one, "lastName"));
    let url = desk.url(&format!("/users/{}", encode(&id)));
    let seen = last.get(&id).and_then(Value::as_i64);
    let cells = vec![
        Cell::link(&username, url),
        Cell::text(name.trim()),
        Cell::text(text_of(one, "email")),
        Cell::Pills(factors(desk, &id, known)),
        Cell::when(seen, &desk.text("never")),
        Cell::Pills(states(desk, one)),
    ];
    Row::choosable(&id, &username, cells)
}

/// What is to be known about somebody at a glance.
pub(super) fn states(desk: &Desk, one: &Value) -> Vec<Pill> {
    let is_on = |name: &str| one.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut pills = vec![match is_on("enabled") {
        true => Pill::ok(desk.text("state-enabled")),
        false => Pill::danger(desk.text("state-disabled")),
    }];
    if !text_of(one, "email").is_empty() && !is_on("emailVerified") {
        pills.push(Pill::warn(desk.text("users-unverified")));
    }
    let open = one
        .get("requiredActions")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if open > 0 {
        let open = u32::try_from(open).unwrap_or(u32::MAX);
        pills.push(Pill::plain(desk.text_with(
            "users-actions-open",
            "count",
            open,
        )));
    }
    pills
}

fn sections() -> Vec<Section> {
    vec![
        Section::new(
            "users-who",
            vec![
                Field::new("username", "users-username", Shape::Required),
                Field::new("email", "users-email", Shape::Text),
                Field::new(
                    "emailVerified",
                    "users-email-verified",
                    Shape::Switch(false),
                ),
                Field::new("firstName", "users-first-name", Shape::Text),
                Field::new("lastName", "users-last-name", Shape::Text),
            ],
        ),
        Section::new(
            "users-first-password",
            vec![
                Field::new("password", "users-password", Shape::Secret),
                Field::new("temporary", "users-temporary", Shape::Switch(false)),
            ],
        ),
    ]
}

fn page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/users"));
    let heading =
        Heading::new(&desk.text("users-new-one")).under(desk.text("nav-users"), desk.url("/users"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let nobody = json!({"temporary": true});
    desk.show(&page(&desk, Sheet::of(&desk, &sections(), &nobody)))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let mut user = sheet::typed(&sections(), &desk.form);
    let username = text_of(&user, "username");
    if let Some(members) = user.as_object_mut() {
        let password = members.remove("password");
        let temporary = members.remove("temporary");
        members.insert("enabled".to_owned(), json!(true));
        for name in ["email", "firstName", "lastName"] {
            if members.get(name).is_some_and(|value| value == "") {
                members.remove(name);
            }
        }
        if let Some(password) = password {
            let credential = json!({"type": "password", "value": password, "temporary": temporary});
            members.insert("credentials".to_owned(), json!([credential]));
        }
    }
    match desk.post("users", &user).await {
        Ok(reply) => {
            let page = format!("/users/{}", reply.id());
            desk.go(&page, &Flash::done("done-created").about(&username))
        }
        Err(problem) if problem.is_about_what_was_sent() => refuse(&desk, &problem),
        Err(problem) => Err(problem),
    }
}

fn refuse(desk: &Desk, problem: &Problem) -> Shown {
    desk.show_again(&page(desk, Sheet::sent(desk, &sections(), problem)))
}

/// Back to the list, which says what is wrong with its query.
fn say_on_the_list(desk: &Desk, asked: &str) -> Shown {
    let list = desk.url(&format!("/users?q={}", encode(asked)));
    Ok(desk.go_to(&list, None))
}

/// One thing for each chosen person. Who could not be dealt with is told; the others are done.
async fn many(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let act = desk.form.get("act").unwrap_or_default().to_owned();
    let (mut done, mut failed) = (0_u32, 0_u32);
    let ids: Vec<String> = desk.form.all("id").map(encode).collect();
    for id in &ids {
        let path = format!("users/{id}");
        let ended = match act.as_str() {
            "enable" => desk.put(&path, &json!({"enabled": true})).await,
            "disable" => desk.put(&path, &json!({"enabled": false})).await,
            "sign-out" => desk.post(&format!("{path}/logout"), &json!({})).await,
            "delete" => desk.delete(&format!("{path}?recycle=true")).await,
            _ => return Err(Problem::not_found()),
        };
        match ended {
            Ok(_) => done += 1,
            Err(problem) if matches!(problem.status, 401 | 403) => return Err(problem),
            Err(_) => failed += 1,
        }
    }
    desk.go("/users", &Flash::many(done, failed))
}
