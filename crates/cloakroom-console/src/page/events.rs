//! What happened to people and clients: signing in, failing to, and all around it.

pub(super) mod alerts;
pub(super) mod export;
mod live;

use std::rc::Rc;

use serde_json::Value;

use super::history::names::{Names, people};
use super::views;
use crate::desk::{Desk, text_of};
use crate::frame::{Action, Heading};
use crate::part::{Card, Cell, Empty, ListPage, Pager, Pill, Row, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use crate::words;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/events", |desk| Box::pin(list(desk))),
    Route::show("/events/live", |desk| Box::pin(live::show(desk))),
    Route::show("/events/export", |desk| Box::pin(export::show(desk))),
    Route::show("/events/alerts", |desk| Box::pin(alerts::list(desk)))
        .and_change(|desk| Box::pin(alerts::make(desk))),
    Route::show("/events/alerts/{alert}", |desk| Box::pin(alerts::one(desk)))
        .and_change(|desk| Box::pin(alerts::change(desk))),
    Route::change("/events/alerts/{alert}/clear", |desk| {
        Box::pin(alerts::clear(desk))
    }),
    Route::change("/events/alerts/{alert}/delete", |desk| {
        Box::pin(alerts::remove(desk))
    }),
];

/// The views of the list: the key of a name, and the query it stands for.
const VIEWS: &[(&str, &str)] = &[
    ("all", ""),
    ("events-sign-ins", "type:LOGIN"),
    ("events-failures", "type:LOGIN_ERROR"),
    ("events-sign-outs", "type:LOGOUT"),
    ("events-registrations", "type:REGISTER"),
];

/// What narrows by a name and a value: what one types, and the API's parameter.
const WORDS: &[(&str, &str)] = &[
    ("type", "type"),
    ("client", "client"),
    ("user", "who"),
    ("ip", "ipAddress"),
    ("code", "code"),
    ("from", "dateFrom"),
    ("to", "dateTo"),
];

/// The parameters of the API for the query, or the word in it that means nothing.
fn asked(desk: &Desk) -> Result<String, Problem> {
    words::params(desk, desk.query.trimmed("q"), WORDS, "user")
}

/// The page of the list that is asked for, and one event more.
async fn shown(desk: &Desk) -> Result<Value, Problem> {
    let path = format!("events?{}&{}", asked(desk)?, Pager::asked(desk));
    desk.get(&path).await
}

async fn list(desk: Rc<Desk>) -> Shown {
    let (mut all, refusal) = words::found(shown(&desk).await)?;
    let pager = Pager::by_position(&desk, &mut all);
    let config = desk.get("events/config").await?;
    let is_kept = config.get("eventsEnabled").and_then(Value::as_bool) == Some(true);
    let query = desk.query.with("first", "").with("kc_locale", "");
    let file = |kind: &str| {
        desk.url(&format!(
            "/events/export?{}",
            query.with("as", kind).encode()
        ))
    };
    let mut heading = Heading::new(&desk.text("nav-events"))
        .lead(desk.text("events-lead"))
        .action(true, alerts::action(&desk))
        .action(true, Action::link(desk.text("export-csv"), file("csv")))
        .action(true, Action::link(desk.text("export-json"), file("json")));
    // Older pages of the list have no news.
    let live = match Pager::first(&desk) {
        0 => desk.url(&format!("/events/live?{}", query.encode())),
        _ => String::new(),
    };
    if !is_kept {
        heading = heading.pill(Pill::warn(desk.text("events-off")));
    }
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text(if is_kept {
            "events-none"
        } else {
            "events-off-hint"
        }),
        action: match is_kept {
            true => desk
                .may(&["view-clients", "manage-clients"])
                .then(|| Action::link(desk.text("nav-test-client"), desk.url("/test-client"))),
            false => desk.may(&["manage-realm"]).then(|| switch_on(&desk)),
        },
        command: format!(
            "kcadm.sh update events/config -r {} -s eventsEnabled=true",
            desk.realm
        ),
    };
    let table = table(&desk, &Value::Array(all)).await?;
    let mut page = ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "events-search", "events-query-hint")
        .chips(&desk, "q", VIEWS)
        .live(live)
        .pager(pager);
    if let Some(refusal) = &refusal {
        page = page.refused(&desk, refusal);
    }
    views::of(&desk, "events", page).await?.show(&desk)
}

/// Leads to where events are switched on.
pub(super) fn switch_on(desk: &Desk) -> Action {
    let at = desk.url("/settings/advanced");
    Action::link(desk.text("events-switch-on"), at).primary()
}

/// Events as a card of another page.
pub(super) async fn card(desk: &Desk, found: &Value) -> Result<Card, Problem> {
    let table = table(desk, found).await?;
    Ok(Card::new("events", desk.text("nav-events")).table(table, desk.text("events-none")))
}

async fn table(desk: &Desk, found: &Value) -> Result<Table, Problem> {
    let names = Names::of(desk, people(found)).await?;
    let rows = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| row(desk, one, &names));
    let columns = [
        "column-time",
        "events-type",
        "kind-user",
        "kind-client",
        "session-address",
        "events-details",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    Ok(Table::new(desk.text("nav-events"), columns, rows.collect()))
}

fn row(desk: &Desk, one: &Value, names: &Names) -> Row {
    let kind = text_of(one, "type");
    let pill = match kind.as_str() {
        kind if kind.ends_with("_ERROR") => Pill::danger(kind),
        "LOGIN" | "REGISTER" => Pill::ok(&*kind),
        kind => Pill::plain(kind),
    };
    let id = text_of(one, "userId");
    let (name, details) = described(one);
    let who = match id.is_empty() || names.find(&id).is_none() {
        true => Cell::text(name),
        false => names.cell(desk, &id),
    };
    Row::of(vec![
        Cell::when(one.get("time").and_then(Value::as_i64), "–"),
        Cell::Pills(vec![pill]),
        who,
        Cell::short(text_of(one, "clientId")),
        Cell::mono(text_of(one, "ipAddress")),
        Cell::lines(details),
    ])
}

/// What an event calls its user, and the rest of what it says.
fn described(one: &Value) -> (String, Vec<String>) {
    let username = text_of(one, "details/username");
    let name = match username.is_empty() {
        true => text_of(one, "userId"),
        false => username,
    };
    let error = text_of(one, "error");
    let mut words: Vec<String> = (!error.is_empty()).then_some(error).into_iter().collect();
    let details = one.get("details").and_then(Value::as_object);
    let rest = details
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "username");
    words
        .extend(rest.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())));
    (name, words)
}
