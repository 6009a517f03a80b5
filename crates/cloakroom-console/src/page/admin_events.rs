//! What administrators did, each change with what was there before it.

mod chain;

use std::rc::Rc;

use serde_json::Value;

use super::events::export::{self, Trail};
use super::events::switch_on;
use super::{history, views};
use crate::desk::Desk;
use crate::frame::{Action, Heading};
use crate::part::{Empty, ListPage, Pager, Pill};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use crate::words;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/admin-events", |desk| Box::pin(list(desk))),
    Route::show("/admin-events/export", |desk| {
        Box::pin(export::send(desk, &TRAIL))
    }),
    Route::show("/admin-events/check", |desk| Box::pin(chain::show(desk))),
];

/// What leaves as a file. What was there after a change is the API's own text of it.
static TRAIL: Trail = Trail {
    api: "admin-events",
    columns: &[
        "time",
        "operationType",
        "resourceType",
        "resourcePath",
        "authDetails/realmId",
        "authDetails/clientId",
        "authDetails/userId",
        "authDetails/ipAddress",
        "error",
    ],
    last: "representation",
    asked,
};

const VIEWS: &[(&str, &str)] = &[
    ("all", ""),
    ("history-create", "operation:CREATE"),
    ("history-update", "operation:UPDATE"),
    ("history-delete", "operation:DELETE"),
    ("history-action", "operation:ACTION"),
];

/// What narrows by a name and a value: what one types, and the API's parameter.
const WORDS: &[(&str, &str)] = &[
    ("operation", "operationTypes"),
    ("type", "resourceTypes"),
    ("path", "resourcePath"),
    ("user", "who"),
    ("client", "authClient"),
    ("ip", "authIpAddress"),
    ("from", "dateFrom"),
    ("to", "dateTo"),
];

/// The parameters of the API for the query, or the word in it that means nothing.
fn asked(desk: &Desk) -> Result<String, Problem> {
    words::params(desk, desk.query.trimmed("q"), WORDS, "path")
}

/// The page of the list that is asked for, and one event more.
async fn shown(desk: &Desk) -> Result<Value, Problem> {
    let path = format!("admin-events?{}&{}", asked(desk)?, Pager::asked(desk));
    desk.get(&path).await
}

async fn list(desk: Rc<Desk>) -> Shown {
    let (mut all, refusal) = words::found(shown(&desk).await)?;
    let pager = Pager::by_position(&desk, &mut all);
    let config = desk.get("events/config").await?;
    let is_on = |name: &str| config.get(name).and_then(Value::as_bool) == Some(true);
    let query = desk.query.with("first", "").with("kc_locale", "");
    let file = |kind: &str| {
        let query = query.with("as", kind).encode();
        desk.url(&format!("/admin-events/export?{query}"))
    };
    let mut heading = Heading::new(&desk.text("nav-admin-events"))
        .lead(desk.text("admin-events-lead"))
        .action(true, chain::action(&desk))
        .action(true, Action::link(desk.text("export-csv"), file("csv")))
        .action(true, Action::link(desk.text("export-json"), file("json")));
    if !is_on("adminEventsEnabled") {
        heading = heading.pill(Pill::warn(desk.text("events-off")));
    } else if !is_on("adminEventsDetailsEnabled") {
        heading = heading.pill(Pill::plain(desk.text("admin-events-bare")));
    }
    if let Some(pill) = chain::pill(&desk).await? {
        heading = heading.pill(pill);
    }
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text(if is_on("adminEventsEnabled") {
            "events-none"
        } else {
            "events-off-hint"
        }),
        action: (!is_on("adminEventsEnabled") && desk.may(&["manage-realm"]))
            .then(|| switch_on(&desk)),
        command: format!(
            "kcadm.sh update events/config -r {} -s adminEventsEnabled=true -s adminEventsDetailsEnabled=true",
            desk.realm
        ),
    };
    let mut page = ListPage::new(
        desk.frame(heading),
        history::table(&desk, &Value::Array(all), None).await?,
        empty,
    )
    .search(&desk, "q", "admin-events-search", "admin-events-query-hint")
    .chips(&desk, "q", VIEWS)
    .pager(pager);
    if let Some(refusal) = &refusal {
        page = page.refused(&desk, refusal);
    }
    views::of(&desk, "admin-events", page).await?.show(&desk)
}
