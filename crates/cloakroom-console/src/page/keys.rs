//! The realm's keys: which one signs, which ones only verify, and the way from one to the next.
//!
//! A client may keep the published keys for an hour. So a new key is published first, signs later, and the one before it
//! stays published until the last token that it signed has ended.

mod change;
mod drawing;
mod fetches;
mod one;
mod ring;

use std::rc::Rc;

use crate::desk::{Desk, encode};
use crate::frame::{Action, Heading};
use crate::part::{Ask, Card, Cell, Input, Piece, Pill, Row, Stack, Table};
use crate::routes::{Route, Shown};
use ring::{Key, Ring, Stage, Step};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/keys", |desk| Box::pin(show(desk))),
    Route::change("/keys/publish", |desk| Box::pin(change::publish(desk))),
    Route::show("/keys/{id}", |desk| Box::pin(one::show(desk))),
    Route::change("/keys/{id}/step", |desk| Box::pin(change::step(desk))),
    Route::change("/keys/{id}/priority", |desk| Box::pin(change::rank(desk))),
    Route::change("/keys/{id}/replace", |desk| Box::pin(change::replace(desk))),
];

const MANAGE: &[&str] = &["manage-realm"];

/// The address of a key's page, and of what is done with it.
fn page(id: &str, end: &str) -> String {
    format!("/keys/{}{end}", encode(id))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let ring = Ring::read(&desk).await?;
    let may_manage = desk.may(MANAGE);
    let seen = format!(
        "{}/realms/{}/protocol/openid-connect/certs",
        desk.frontend(),
        encode(&desk.realm)
    );
    let heading = Heading::new(&desk.text("nav-keys"))
        .lead(desk.text("keys-lead"))
        .action(true, Action::link(desk.text("keys-as-seen"), seen));
    let options = change::KINDS
        .map(|(.., words)| (words.to_owned(), words.to_owned()))
        .to_vec();
    let publish = Ask::new(
        &desk,
        "publish",
        desk.url("/keys/publish"),
        desk.text("keys-publish"),
    )
    .primary()
    .input(Input::select(
        "algorithm",
        desk.text("keys-algorithm"),
        options,
    ));
    let plan = Card::new("plan", desk.text("keys-plan"))
        .lead(desk.text("keys-plan-lead"))
        .ask(may_manage, publish);
    let mut stack = Stack::new(desk.frame(heading))
        .with(Piece::Timeline(drawing::timeline(&desk, &ring)))
        .card(table(&desk, &ring, may_manage))
        .card(plan);
    if let Some(card) = fetches::card(&desk, &ring).await? {
        stack = stack.card(card);
    }
    stack.show(&desk)
}

/// The word on a key's stage.
fn pill(desk: &Desk, key: &Key) -> Pill {
    match key.stage() {
        Stage::Signing if !key.is_for_signatures() => Pill::ok(desk.text("keys-in-use")),
        Stage::Signing => Pill::ok(desk.text("keys-signing")),
        Stage::Behind => Pill::plain(desk.text("keys-behind")),
        Stage::Published => Pill::info(desk.text("keys-published")),
        Stage::Verifying => Pill::info(desk.text("keys-passive")),
        Stage::Off => Pill::danger(desk.text("state-disabled")),
    }
}

fn table(desk: &Desk, ring: &Ring, may_manage: bool) -> Card {
    let rows = ring
        .keys
        .iter()
        .map(|key| row(desk, ring, key, may_manage))
        .collect();
    let mut columns = vec![
        "keys-kid",
        "keys-algorithm",
        "keys-use",
        "column-state",
        "keys-priority",
        "keys-alive",
    ];
    if may_manage {
        columns.push("keys-next");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("nav-keys"), columns, rows);
    Card::new("keys", desk.text("nav-keys"))
        .lead(desk.text("keys-alive-lead"))
        .table(table.with_token(desk.csrf()), desk.text("keys-none"))
}

fn row(desk: &Desk, ring: &Ring, key: &Key, may_manage: bool) -> Row {
    let mut cells = vec![
        Cell::link(&key.kid, desk.url(&page(&key.id, ""))),
        Cell::text(&key.algorithm),
        Cell::text(&key.usage),
        Cell::Pills(vec![pill(desk, key)]),
        Cell::Number(key.priority.to_string()),
        alive(desk, ring, key),
    ];
    if may_manage {
        cells.push(next(desk, ring, key));
    }
    Row::of(cells)
}

/// Until when tokens may be valid that the key has signed.
fn alive(desk: &Desk, ring: &Ring, key: &Key) -> Cell {
    match key.stage() {
        _ if !key.is_for_signatures() => Cell::muted("–"),
        Stage::Signing => Cell::text(desk.text("keys-alive-signing")),
        Stage::Published => Cell::muted(desk.text("keys-alive-none")),
        Stage::Behind | Stage::Verifying | Stage::Off => match ring.last_token(key) {
            Some(end) if end <= ring.now => Cell::muted(desk.text("keys-alive-none")),
            Some(end) => Cell::when(Some(end), "–"),
            None => Cell::muted(desk.text("keys-alive-unknown")),
        },
    }
}

/// The next step of a staged change, as soon as nobody would notice it; until then, when that is.
fn next(desk: &Desk, ring: &Ring, key: &Key) -> Cell {
    let Some(step) = key.next() else {
        return Cell::muted("–");
    };
    match ring.ready_at(key, step) {
        Some(at) if at > ring.now => Cell::When(crate::part::When::millis(at)),
        _ => Cell::button(
            desk.text(words(step)),
            desk.url(&page(&key.id, "/step")),
            &[("step", step.name())],
        ),
    }
}

/// What a step is called on its button.
fn words(step: Step) -> &'static str {
    match step {
        Step::Active => "keys-to-active",
        Step::Passive => "keys-to-passive",
        Step::Disabled => "keys-to-disabled",
        Step::Delete => "delete",
    }
}
