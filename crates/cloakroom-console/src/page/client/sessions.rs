//! Who is signed in to a client.

use std::rc::Rc;

use serde_json::Value;

use super::{client, path};
use crate::desk::{Desk, text_of};
use crate::page::{clients, user};
use crate::part::{Card, Cell, Facts, Pager, Piece, Row, Stack, Table};
use crate::routes::Shown;

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (one, heading) = client(&desk, "/sessions").await?;
    let id = text_of(&one, "id");
    let uses = clients::uses(&desk, &[one]).await?;
    let [last, a_day] = clients::usage(&desk, &uses, &id);
    let facts = Facts::new("uses", desk.text("client-uses"))
        .fact(desk.text("client-last-used"), last)
        .fact(desk.text("client-a-day"), a_day);
    let path = path(&desk);
    let (online, more) = Pager::list(&desk, &format!("{path}/user-sessions"), "online").await?;
    let offline = format!("{path}/offline-sessions");
    let (offline, more_offline) = Pager::list(&desk, &offline, "offline").await?;
    let count = desk.get(&format!("{path}/session-count")).await?;
    Stack::new(desk.frame(heading.count(text_of(&count, "count"))))
        .with(Piece::Facts(facts))
        .card(card(&desk, "online", "sessions-online", &online).pager(&desk, &more))
        .card(card(&desk, "offline", "sessions-offline", &offline).pager(&desk, &more_offline))
        .show(&desk)
}

fn card(desk: &Desk, id: &'static str, key: &str, found: &Value) -> Card {
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let when = |name: &str| Cell::when(one.get(name).and_then(Value::as_i64), "–");
        Row::of(vec![
            user::link(desk, &text_of(one, "userId"), &text_of(one, "username")),
            Cell::mono(text_of(one, "ipAddress")),
            when("start"),
            when("lastAccess"),
        ])
    });
    let columns = [
        "kind-user",
        "session-address",
        "session-start",
        "session-last",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text(key), columns, rows.collect());
    Card::new(id, desk.text(key)).table(table, desk.text("sessions-none"))
}
