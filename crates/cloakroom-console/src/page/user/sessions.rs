//! Where a person is signed in, and what they allowed applications.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, page, path, person};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Row, Stack, Table};
use crate::routes::Shown;

const TAB: &str = "/sessions";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = person(&desk, TAB).await?;
    let path = path(&desk);
    let sessions = desk.get(&format!("{path}/sessions")).await?;
    let consents = desk.get(&format!("{path}/consents")).await?;
    let may_manage = desk.may(MANAGE);
    Stack::new(desk.frame(heading))
        .card(open(&desk, &sessions, may_manage))
        .card(allowed(&desk, &consents, may_manage))
        .show(&desk)
}

fn open(desk: &Desk, sessions: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/session"));
    let rows = sessions.as_array().into_iter().flatten().map(|one| {
        let when = |name: &str| Cell::when(one.get(name).and_then(Value::as_i64), "–");
        let mut cells = vec![
            Cell::mono(text_of(one, "ipAddress")),
            Cell::text(clients_of(one)),
            when("start"),
            when("lastAccess"),
        ];
        if may_manage {
            let id = text_of(one, "id");
            cells.push(Cell::button(
                desk.text("session-end"),
                url.clone(),
                &[("session", &id)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "session-address",
        "session-clients",
        "session-start",
        "session-last",
    ];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("nav-sessions"), columns, rows.collect());
    let all = Ask::new(desk, "end-all", url.clone(), desk.text("session-end-all")).danger();
    let has_any = !table.is_empty();
    Card::new("sessions", desk.text("nav-sessions"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("sessions-none-of-user"),
        )
        .ask(may_manage && has_any, all)
}

/// The clients that take part in a session, by name.
pub(in crate::page) fn clients_of(session: &Value) -> String {
    let all = session.get("clients").and_then(Value::as_object);
    let names = all
        .into_iter()
        .flatten()
        .filter_map(|(_, name)| name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn allowed(desk: &Desk, consents: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/consent"));
    let rows = consents.as_array().into_iter().flatten().map(|one| {
        let client = text_of(one, "clientId");
        let scopes = one.get("grantedClientScopes").and_then(Value::as_array);
        let scopes: Vec<&str> = scopes
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let since = one.get("createdDate").and_then(Value::as_i64);
        let mut cells = vec![
            Cell::text(&client),
            Cell::text(scopes.join(", ")),
            Cell::when(since, "–"),
        ];
        if may_manage {
            cells.push(Cell::button(
                desk.text("revoke"),
                url.clone(),
                &[("client", &client)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec!["kind-client", "nav-client-scopes", "consent-since"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("user-consents"), columns, rows.collect());
    Card::new("consents", desk.text("user-consents"))
        .lead(desk.text("user-consents-lead"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("user-consents-none"),
        )
}

/// Ends one session, or all where none is named.
pub(super) async fn end(desk: Rc<Desk>) -> Shown {
    match desk.form.get("session") {
        Some(id) => desk.delete(&format!("sessions/{}", encode(id))).await?,
        None => {
            desk.post(&format!("{}/logout", path(&desk)), &json!({}))
                .await?
        }
    };
    desk.go(&page(&desk, TAB), &Flash::done("done-session-ended"))
}

pub(super) async fn revoke(desk: Rc<Desk>) -> Shown {
    let client = encode(desk.form.get("client").unwrap_or_default());
    desk.delete(&format!("{}/consents/{client}", path(&desk)))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-revoked"))
}
