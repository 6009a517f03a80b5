//! Who is signed in to the realm: by person, device, address and application, and how it is ended.

use std::rc::Rc;

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::user;
use crate::desk::{Desk, Pairs, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::{Ask, Card, Cell, Empty, Input, ListPage, Pager, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use cloakroom_web::device;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/sessions", |desk| Box::pin(list(desk))),
    Route::change("/sessions/end", |desk| Box::pin(end(desk))),
    Route::show("/sessions/end-matching", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(end_matching(desk))),
];

const MANAGE: &[&str] = &["manage-users"];

const VIEWS: &[(&str, &str)] = &[
    ("all", ""),
    ("sessions-online", "REGULAR"),
    ("sessions-offline", "OFFLINE"),
];

/// The API ends two hundred at a time; whoever has more to end asks again.
const ROUNDS: usize = 250;

/// What the list is narrowed by, as parameters of the API.
struct Filter {
    params: String,
    client: Option<String>,
}

impl Filter {
    /// Words find usernames and addresses, `client:name` one application. `None` where there is no such application.
    async fn of(desk: &Desk, asked: &Pairs) -> Result<Option<Self>, Problem> {
        let mut words = Vec::new();
        let mut client = None;
        for word in asked.trimmed("q").split_whitespace() {
            match word.strip_prefix("client:") {
                Some(name) => client = Some(name),
                None => words.push(word),
            }
        }
        let client = match client {
            None => None,
            Some(name) => {
                let found = desk
                    .get(&format!("clients?clientId={}", encode(name)))
                    .await?;
                let Some(found) = found.as_array().and_then(|all| all.first()) else {
                    return Ok(None);
                };
                Some(text_of(found, "id"))
            }
        };
        let mut params = Serializer::new(String::new());
        params.append_pair("type", asked.get("type").unwrap_or("ALL"));
        params.append_pair("search", &words.join(" "));
        if let Some(client) = &client {
            params.append_pair("clientId", client);
        }
        Ok(Some(Self {
            params: params.finish(),
            client,
        }))
    }

    async fn list(&self, desk: &Desk) -> Result<Vec<Value>, Problem> {
        let of_client = if self.client.is_some() { "/client" } else { "" };
        let path = format!(
            "ui-ext/sessions{of_client}?{}&{}",
            self.params,
            Pager::asked(desk)
        );
        let found = desk.get(&path).await?;
        Ok(found.as_array().cloned().unwrap_or_default())
    }

    async fn count(&self, desk: &Desk) -> Result<u32, Problem> {
        let path = format!("ui-ext/sessions/count?{}", self.params);
        let found = desk.get(&path).await?;
        let count = found.get("count").and_then(Value::as_u64).unwrap_or(0);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

async fn list(desk: Rc<Desk>) -> Shown {
    let filter = Filter::of(&desk, &desk.query).await?;
    let (mut all, count) = match &filter {
        Some(filter) => (filter.list(&desk).await?, filter.count(&desk).await?),
        None => (Vec::new(), 0),
    };
    let pager = Pager::by_position(&desk, &mut all);
    let may_end = desk.may(MANAGE);
    let mut table = table(&desk, &all);
    if may_end {
        table = table.choosable(desk.text("choose-one"), desk.text("choose-all"));
    }
    let matching = desk.query.with("first", "").encode();
    let matching = desk.url(&format!("/sessions/end-matching?{matching}"));
    let words = desk.text_with("sessions-end-matching", "count", count);
    let heading = Heading::new(&desk.text("nav-sessions"))
        .count(count)
        .lead(desk.text("sessions-lead"))
        .action(may_end && count > 0, Action::link(words, matching).danger());
    let empty = Empty {
        title: desk.text("sessions-empty"),
        text: desk.text("sessions-none-hint"),
        action: desk
            .may(&["view-clients", "manage-clients"])
            .then(|| Action::link(desk.text("nav-test-client"), desk.url("/test-client"))),
        command: format!("kcadm.sh get client-session-stats -r {}", desk.realm),
    };
    let mut page = ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "sessions-search", "sessions-query-hint")
        .chips(&desk, "type", VIEWS)
        .pager(pager);
    if may_end {
        let end = Action::button(desk.text("session-end"), desk.url("/sessions/end")).danger();
        page = page.bulk(vec![end]);
    }
    page.show(&desk)
}

fn table(desk: &Desk, all: &[Value]) -> Table {
    let rows = all.iter().map(|one| row(desk, one)).collect();
    let columns = [
        "kind-user",
        "session-device",
        "session-address",
        "session-clients",
        "session-start",
        "session-last",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    Table::new(desk.text("nav-sessions"), columns, rows)
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
        Cell::short(device::name(&text_of(one, "userAgent"))),
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
        &Flash::done("done-sessions-ended").about(&done.to_string()),
    )
}

/// How many would end, before any does.
async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let filter = Filter::of(&desk, &desk.query).await?;
    let filter = filter.ok_or_else(Problem::not_found)?;
    let count = filter.count(&desk).await?;
    let (search, kind) = (
        desk.query.trimmed("q"),
        desk.query.get("type").unwrap_or_default(),
    );
    let words = match search {
        "" => desk.text_with("sessions-end-sure-all", "count", count),
        search => desk
            .text_with("sessions-end-sure", "count", count)
            .replace("(name)", search),
    };
    let ask = Ask::new(
        &desk,
        "end",
        desk.url("/sessions/end-matching"),
        desk.text_with("sessions-end-matching", "count", count),
    )
    .input(Input::hidden("q", search))
    .input(Input::hidden("type", kind))
    .danger();
    let title = desk.text("sessions-end-title");
    let back = desk.url(&format!("/sessions?{}", desk.query.encode()));
    let heading = Heading::new(&title)
        .under(desk.text("nav-sessions"), back.clone())
        .action(true, Action::link(desk.text("discard"), back));
    let card = Card::new("sure", words).lead(desk.text("sessions-end-lead"));
    Stack::new(desk.frame(heading))
        .card(card.ask(count > 0, ask))
        .show(&desk)
}

async fn end_matching(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let filter = Filter::of(&desk, &desk.form).await?;
    let filter = filter.ok_or_else(Problem::not_found)?;
    let path = format!("ui-ext/sessions?{}", filter.params);
    let mut ended = 0;
    for _ in 0..ROUNDS {
        let reply = desk.delete_named(&path, &json!({})).await?.json;
        let number = |name: &str| reply.get(name).and_then(Value::as_i64).unwrap_or(0);
        ended += number("ended");
        if number("left") == 0 || number("ended") == 0 {
            break;
        }
    }
    desk.go(
        "/sessions",
        &Flash::done("done-sessions-ended").about(&ended.to_string()),
    )
}
