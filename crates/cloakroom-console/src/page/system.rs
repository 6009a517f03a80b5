//! The server itself, for whoever runs it: version, database, copies, and settings to look at.

mod backup;
mod parts;

use std::rc::Rc;

use actix_web::http::Method;
use serde_json::Value;

use super::dashboard::attention;
use crate::desk::{Desk, text_of};
use crate::frame::{Action, Heading};
use crate::part::{Card, Cell, Facts, Piece, Pill, Row, Stack, Table};
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/system", |desk| Box::pin(show(desk))),
    Route::change("/system/backup", |desk| Box::pin(backup::begin(desk))),
    Route::show("/system/backup/progress", |desk| {
        Box::pin(backup::news(desk))
    }),
    Route::show("/system/parts", |desk| Box::pin(parts::show(desk))),
];

/// A read by key that takes longer is worth a look, in microseconds.
const SLOW: u64 = 50_000;

async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(&[])?;
    // What the machine is like is told to administrators of `master` alone.
    let system = desk.get_if_allowed("ui-ext/system").await?;
    let info = desk.ask(Method::GET, "/admin/serverinfo", None, None);
    let info = info.await?.json;
    let metrics = desk.text("system-health-hint");
    let heading = Heading::new(&desk.text("nav-system-page"))
        .lead(desk.text("system-lead"))
        .action(
            true,
            Action::link(desk.text("nav-transfer"), desk.url("/transfer")),
        )
        .action(true, parts::action(&desk));
    let command = |words: &str, line: &str| format!("# {}\n{line}", desk.text(words));
    let commands = [
        command("system-backup", "cloakroom backup backups/today"),
        command("system-restore", "cloakroom restore backups/today"),
        command("system-export", "cloakroom export --dir realms"),
        command("system-doctor", "cloakroom doctor"),
        command("system-ready", "cloakroom health"),
    ];
    let mut stack = Stack::new(desk.frame(heading));
    stack = match &system {
        Some(system) => stack
            .with(Piece::Facts(server(&desk, system, &info)))
            .with(Piece::Facts(database(&desk, system)))
            .card(nodes(&desk, system)),
        None => {
            let facts = Facts::new("server", desk.text("system-server")).text(
                desk.text("system-speaks"),
                &text_of(&info, "systemInfo/version"),
            );
            stack.with(Piece::Facts(facts))
        }
    };
    stack = backup::add(&desk, stack).await?;
    stack = stack.card(lints(&desk).await?);
    stack = stack.card(
        Card::new("commands", desk.text("system-commands"))
            .lead(metrics)
            .code(commands.join("\n\n")),
    );
    stack.show(&desk)
}

fn server(desk: &Desk, system: &Value, info: &Value) -> Facts {
    let https = match system.get("https").and_then(Value::as_bool) {
        Some(true) => Pill::ok(desk.text("system-https-on")),
        _ => Pill::warn(desk.text("system-https-off")),
    };
    Facts::new("server", desk.text("system-server"))
        .text(desk.text("system-version"), &text_of(system, "version"))
        .text(
            desk.text("system-speaks"),
            &text_of(info, "systemInfo/version"),
        )
        .text(
            desk.text("system-uptime"),
            &text_of(info, "systemInfo/uptime"),
        )
        .fact(
            desk.text("system-address"),
            Cell::mono(text_of(system, "baseUrl")),
        )
        .fact(desk.text("system-https"), Cell::Pills(vec![https]))
        .text(
            desk.text("system-machine"),
            &format!(
                "{} {}, {} CPU",
                text_of(info, "systemInfo/osName"),
                text_of(info, "systemInfo/osArchitecture"),
                text_of(info, "cpuInfo/processorCount")
            ),
        )
}

fn database(desk: &Desk, system: &Value) -> Facts {
    let number = |name: &str| text_of(system, &format!("database/{name}"));
    let micros: u64 = number("readMicros").parse().unwrap_or(u64::MAX);
    let words = format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10);
    let speed = match micros {
        0..=SLOW => Pill::ok(words),
        _ => Pill::warn(words),
    };
    Facts::new("database", desk.text("system-database"))
        .text(desk.text("system-database-kind"), &number("kind"))
        .fact(desk.text("system-database-speed"), Cell::Pills(vec![speed]))
        .fact(
            desk.text("system-database-waiting"),
            Cell::Number(number("waiting")),
        )
        .fact(
            desk.text("system-database-commits"),
            Cell::Number(format!("{} / {}", number("units"), number("commits"))),
        )
        .fact(
            desk.text("system-database-readers"),
            Cell::Number(format!(
                "{} / {}",
                number("busyReaders"),
                number("freeReaders")
            )),
        )
}

/// The servers that work on this database. A page is answered by one of them, whichever a proxy chose.
fn nodes(desk: &Desk, system: &Value) -> Card {
    let version = text_of(system, "version");
    let all = system.get("nodes").and_then(Value::as_array);
    let rows = all.into_iter().flatten().map(|one| {
        let is = |name: &str| one.get(name).and_then(Value::as_bool) == Some(true);
        let at = |name: &str| Cell::when(one.get(name).and_then(Value::as_i64), "–");
        let mut pills = vec![match (is("isGone"), is("isThis")) {
            (_, true) => Pill::ok(desk.text("node-this")),
            (true, false) => Pill::danger(desk.text("node-gone")),
            (false, false) => Pill::ok(desk.text("node-there")),
        }];
        let own = text_of(one, "version");
        if own != version && !is("isGone") {
            pills.push(Pill::warn(desk.text("node-other-version")));
        }
        Row::of(vec![
            Cell::text(text_of(one, "name")),
            Cell::text(own),
            at("startedAt"),
            at("seenAt"),
            Cell::Pills(pills),
        ])
    });
    let columns = [
        "node-name",
        "system-version",
        "node-since",
        "node-seen",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nodes"), columns, rows.collect());
    Card::new("nodes", desk.text("nodes"))
        .lead(desk.text("nodes-lead"))
        .table(table, desk.text("nodes-none"))
}

/// What a look at this realm's settings finds, with the page that mends it.
async fn lints(desk: &Desk) -> Result<Card, crate::problem::Problem> {
    let found = attention::list(desk).await?;
    let rows = found.into_iter().map(|one| {
        Row::of(vec![
            Cell::Link {
                text: one.text,
                url: one.url,
            },
            Cell::Pills(vec![one.pill]),
        ])
    });
    let columns = ["attention", "column-state"].map(|key| desk.text(key));
    let table = Table::new(desk.text("attention"), columns.to_vec(), rows.collect());
    Ok(Card::new("lints", desk.text("attention")).table(table, desk.text("attention-none")))
}
