//! One application: how to connect it, its settings, what proves it, what its tokens hold, and who uses it.

mod access;
mod credentials;
mod duplicate;
mod fields;
mod quickstart;
mod sessions;
mod snippets;
mod tokens;

use std::rc::Rc;

use serde_json::Value;

use super::clients::{Kind, MANAGE, lint};
use super::{history, recycle_bin};
use crate::desk::{Desk, encode, text_of};
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet};
use crate::part::{Card, Cell, Kept, Piece, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/clients/{id}", |desk| Box::pin(quickstart::show(desk))),
    Route::show("/clients/{id}/settings", |desk| Box::pin(settings(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/clients/{id}/delete", |desk| Box::pin(remove(desk))),
    Route::change("/clients/{id}/duplicate", |desk| {
        Box::pin(duplicate::make(desk))
    }),
    Route::show("/clients/{id}/credentials", |desk| {
        Box::pin(credentials::show(desk))
    })
    .and_change(|desk| Box::pin(credentials::save(desk))),
    Route::change("/clients/{id}/secret", |desk| {
        Box::pin(credentials::renew(desk))
    }),
    Route::change("/clients/{id}/secret/forget", |desk| {
        Box::pin(credentials::forget(desk))
    }),
    Route::show("/clients/{id}/access", |desk| Box::pin(access::show(desk))),
    Route::change("/clients/{id}/scopes", |desk| {
        Box::pin(access::change_scopes(desk))
    }),
    Route::change("/clients/{id}/role", |desk| {
        Box::pin(access::change_roles(desk))
    }),
    Route::change("/clients/{id}/full-scope", |desk| {
        Box::pin(access::change_full_scope(desk))
    }),
    Route::change("/clients/{id}/roles", |desk| {
        Box::pin(access::change_mappings(desk))
    }),
    Route::show("/clients/{id}/tokens", |desk| Box::pin(tokens::show(desk))),
    Route::show("/clients/{id}/sessions", |desk| {
        Box::pin(sessions::show(desk))
    }),
    Route::show("/clients/{id}/history", |desk| Box::pin(past(desk))),
];

/// The tabs: the end of the address, and the key of the name.
const TABS: [(&str, &str); 7] = [
    ("", "client-quickstart"),
    ("/settings", "client-settings"),
    ("/credentials", "client-credentials"),
    ("/access", "client-access"),
    ("/tokens", "client-tokens"),
    ("/sessions", "nav-sessions"),
    ("/history", "history-short"),
];

fn path(desk: &Desk) -> String {
    format!("clients/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk, tab: &str) -> String {
    format!("/{}{tab}", path(desk))
}

/// The client, and what stands above each page about it.
async fn client(desk: &Desk, tab: &str) -> Result<(Value, Heading), Problem> {
    let client = desk.get(&path(desk)).await?;
    let tabs = TABS.iter().map(|(end, key)| {
        Step::new(desk.text(key), desk.url(&page(desk, end))).current(*end == tab)
    });
    let state = match client.get("enabled").and_then(Value::as_bool) {
        Some(true) => Pill::ok(desk.text("state-enabled")),
        _ => Pill::danger(desk.text("state-disabled")),
    };
    let heading = Heading::new(&text_of(&client, "clientId"))
        .under(desk.text("nav-clients"), desk.url("/clients"))
        .id(&text_of(&client, "id"))
        .pill(Pill::plain(desk.text(Kind::of(&client).key())))
        .pill(state)
        .tabs(tabs.collect());
    Ok((client, heading))
}

/// What is unsafe about the settings, as a card; nothing where nothing is.
fn unsafe_settings(desk: &Desk, client: &Value) -> Option<Card> {
    let found = lint::findings(client);
    if found.is_empty() {
        return None;
    }
    let rows = found
        .into_iter()
        .map(|(key, value)| Row::of(vec![Cell::text(desk.text(key)), Cell::mono(value)]));
    let columns = ["clients-lint", "lint-value"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("clients-lint"), columns, rows.collect());
    Some(
        Card::new("lint", desk.text("clients-lint"))
            .lead(desk.text("lint-lead"))
            .table(table, String::new()),
    )
}

async fn settings(desk: Rc<Desk>) -> Shown {
    let (object, heading) = client(&desk, "/settings").await?;
    let may_manage = desk.may(MANAGE);
    let sheet = Sheet::of(&desk, &fields::all(), &object).read_only(!may_manage);
    let mut page = Stack::new(desk.frame(heading));
    if let Some(card) = unsafe_settings(&desk, &object) {
        page = page.card(card);
    }
    page.with(Piece::Sheet(sheet))
        .card(duplicate::card(&desk, may_manage))
        .card(danger(&desk, may_manage))
        .show(&desk)
}

fn danger(desk: &Desk, may_manage: bool) -> Card {
    let ask = recycle_bin::ask(desk, &page(desk, ""), "client-delete");
    Card::new("danger", desk.text("danger"))
        .lead(desk.text("client-delete-lead"))
        .ask(may_manage, ask)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = client(&desk, "/settings").await?;
    let (api, page) = (path(&desk), page(&desk, "/settings"));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &fields::all(), desk.frame(heading)).await
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (object, _) = client(&desk, "").await?;
    let name = text_of(&object, "clientId");
    recycle_bin::delete(&desk, &path(&desk), &name, "/clients").await
}

async fn past(desk: Rc<Desk>) -> Shown {
    let (_, heading) = client(&desk, "/history").await?;
    let page = Stack::new(desk.frame(heading));
    match history::card(&desk, &history::CLIENT, &desk.part("id")).await? {
        Some(card) => page.card(card).show(&desk),
        None => Err(Problem::forbidden()),
    }
}
