//! A copy of everything by a button: how the last one went, which there are, and one more.

use std::rc::Rc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::rt;
use serde_json::{Value, json};

use crate::desk::{Desk, text_of};
use crate::feed::{Writer, event_stream, feed};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Piece, Progress, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// Copies hold all realms, so the API has them at the one that manages the others, whichever the page is about.
const TARGET: &str = "/admin/realms/master/ui-ext/backups";

/// How often a copy that is being written is looked at.
const PAUSE: Duration = Duration::from_millis(500);
/// After so many looks the browser asks anew.
const LOOKS: u32 = 50;

async fn find(desk: &Desk) -> Result<Value, Problem> {
    Ok(desk.ask(Method::GET, TARGET, None, None).await?.json)
}

/// Adds what there is to see and to do; nothing for whoever may not.
pub(super) async fn add(desk: &Desk, stack: Stack) -> Result<Stack, Problem> {
    let found = match find(desk).await {
        Ok(found) => found,
        Err(problem) if problem.status == 403 => return Ok(stack),
        Err(problem) => return Err(problem),
    };
    let is_open = is_open(&found);
    let stack = match is_open {
        true => stack.with(Piece::Progress(progress(desk, &found))),
        false => stack,
    };
    Ok(stack.card(card(desk, &found, is_open)))
}

fn is_open(found: &Value) -> bool {
    text_of(found, "last/state") == "running"
}

fn number(found: &Value, name: &str) -> i64 {
    text_of(found, name).parse().unwrap_or(0)
}

/// Bytes as people count them.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn words(desk: &Desk, found: &Value) -> String {
    let (written, expected) = (number(found, "last/bytes"), number(found, "last/expected"));
    match expected {
        _ if !is_open(found) => text_of(found, "last/name"),
        0 => desk.text_with("backup-written", "count", size(written)),
        _ => format!("{} / {}", size(written), size(expected)),
    }
}

fn progress(desk: &Desk, found: &Value) -> Progress {
    Progress {
        title: desk.text("backup-running"),
        words: words(desk, found),
        total: number(found, "last/expected").max(1),
        handled: number(found, "last/bytes"),
        url: desk.url("/system/backup/progress"),
    }
}

fn card(desk: &Desk, found: &Value, is_open: bool) -> Card {
    let copies = found.get("copies").and_then(Value::as_array);
    let rows = copies.into_iter().flatten().map(|one| {
        Row::of(vec![
            Cell::mono(text_of(one, "name")),
            Cell::Number(size(number(one, "bytes"))),
            Cell::when(one.get("at").and_then(Value::as_i64), "–"),
        ])
    });
    let columns = ["backup-copy", "backup-size", "backup-at"].map(|key| desk.text(key));
    let table = Table::new(desk.text("backup"), columns.to_vec(), rows.collect());
    let folder = text_of(found, "folder");
    let now = Ask::new(
        desk,
        "backup-now",
        desk.url("/system/backup"),
        desk.text("backup-now"),
    );
    let again = Ask::new(
        desk,
        "backup-again",
        desk.url("/system"),
        desk.text("job-look-again"),
    );
    let card = Card::new("backup", desk.text("backup"))
        .lead(desk.text_with("backup-lead", "name", &folder))
        .table(table, desk.text("backup-none"))
        .ask(is_open, again.view())
        .ask(!is_open, now.primary());
    match text_of(found, "last/state").as_str() {
        "failed" => {
            let why = text_of(found, "last/why");
            card.problem(desk.text_with("backup-failed", "why", &why))
        }
        _ => card,
    }
}

/// The button was pressed.
pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.ask(Method::POST, TARGET, None, None).await?;
    desk.go("/system", &Flash::done("done-backup-begun"))
}

/// How far it is, told as it goes on.
pub(super) async fn news(desk: Rc<Desk>) -> Shown {
    find(&desk).await?;
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer));
    Ok(event_stream(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer) {
    for _ in 0..LOOKS {
        let Ok(found) = find(&desk).await else {
            return;
        };
        let told = json!({
            "handled": number(&found, "last/bytes"),
            "words": words(&desk, &found),
            "open": is_open(&found),
        });
        if !writer.write(format!("data: {told}\n\n")).await {
            return;
        }
        rt::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_told_in_the_unit_that_fits() {
        for (bytes, expected) in [
            (0, "0 kB"),
            (999_999, "999 kB"),
            (1_000_000, "1.0 MB"),
            (12_345_678, "12.3 MB"),
            (1_234_567_890, "1234.5 MB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
