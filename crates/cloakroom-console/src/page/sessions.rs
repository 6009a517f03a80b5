//! Who is signed in to the realm: by person, address and application, and how it is ended.

use std::rc::Rc;

use serde_json::{Value, json};

use super::user;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::{Cell, Empty, ListPage, Pager, Pill, Row, Table};
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/sessions", |desk| Box::pin(list(desk))),
    Route::change("/sessions/end", |desk| Box::pin(end(desk))),
    Route::change("/sessions/end-all", |desk| Box::pin(end_all(desk))),
];

const MANAGE: &[&str] = &["manage-users"];

const VIEWS: &[(&str, &str)] = &[
    ("all", ""),
    ("sessions-online", "REGULAR"),
    ("sessions-offline", "OFFLINE"),
];

async fn list(desk: Rc<Desk>) -> Shown {
    let kind = desk.query.get("type").unwrap_or("ALL");
    let search = desk.query.trimmed("q");
    let path = format!(
        "ui-ext/sessions?type={}&search={}&{}",
        encode(kind),
        encode(search),
        Pager::asked(&desk)
    );
    let found = desk.get(&path).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|one| row(&desk, one)).collect();
    let columns = [
        "kind-user",
        "session-address",
        "session-clients",
        "session-start",
        "session-last",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let may_end = desk.may(MANAGE);
    let mut table = Table::new(desk.text("nav-sessions"), columns, rows);
    if may_end {
        table = table.choosable(desk.text("choose-one"), desk.text("choose-all"));
    }
    let all = Action::button(desk.text("session-end-all"), desk.url("/sessions/end-all")).danger();
    let heading = Heading::new(&desk.text("nav-sessions"))
        .lead(desk.text("sessions-lead"))
        .action(may_end, all);
    let empty = Empty {
        title: desk.text("sessions-none"),
        text: desk.text("sessions-lead"),
        action: None,
        command: format!("kcadm.sh get client-session-stats -r {}", desk.realm),
    };
    let mut page = ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "sessions-search", "")
        .chips(&desk, "type", VIEWS)
        .pager(pager);
    if may_end {
        let end = Action::button(desk.text("session-end"), desk.url("/sessions/end")).danger();
        page = page.bulk(vec![end]);
    }
    page.show(&desk)
}

fn row(desk: &Desk, one: &Value) -> Row {
    let when = |name: &str| Cell::when(one.get(name).and_then(Value::as_i64), "–");
    let (id, username) = (text_of(one, "id"), text_of(one, "username"));
    let pill = match text_of(one, "type").as_str() {
        "OFFLINE" => Pill::info(desk.text("sessions-offline")),
        _ => Pill::ok(desk.text("sessions-online")),
    };
    let cells = vec![
        user::link(desk, &text_of(one, "userId"), &username),
        Cell::mono(text_of(one, "ipAddress")),
        Cell::text(user::clients_of(one)),
        when("start"),
        when("lastAccess"),
        Cell::Pills(vec![pill]),
    ];
    Row::choosable(&id, &username, cells)
}

async fn end(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let mut done = 0_u32;
    let ids: Vec<String> = desk.form.all("id").map(encode).collect();
    for id in &ids {
        match desk.delete(&format!("sessions/{id}")).await {
            Ok(_) => done += 1,
            // One that has ended meanwhile is what was wanted.
            Err(problem) if problem.status == 404 => {}
            Err(problem) => return Err(problem),
        }
    }
    desk.go(
        "/sessions",
        &Flash::done("done-many").about(&done.to_string()),
    )
}

async fn end_all(desk: Rc<Desk>) -> Shown {
    desk.post("logout-all", &json!({})).await?;
    desk.go("/sessions", &Flash::done("done-session-ended"))
}
