//! Work that goes on by itself: how far it is, and what went wrong.

mod progress;

use std::rc::Rc;

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::csv;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::{
    Ask, Card, Cell, Empty, ListPage, Pager, Piece, Pill, Progress, Row, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use crate::sentence;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/jobs", |desk| Box::pin(list(desk))),
    Route::show("/jobs/{id}", |desk| Box::pin(show(desk))),
    Route::show("/jobs/{id}/progress", |desk| Box::pin(progress::show(desk))),
    Route::show("/jobs/{id}/report", |desk| Box::pin(report(desk))),
    Route::change("/jobs/{id}/cancel", |desk| Box::pin(cancel(desk))),
];

const MANAGE: &[&str] = &["manage-users"];

fn number(job: &Value, name: &str) -> i64 {
    job.get(name).and_then(Value::as_i64).unwrap_or_default()
}

/// The same as what words agree with.
fn count(job: &Value, name: &str) -> u32 {
    u32::try_from(number(job, name)).unwrap_or_default()
}

/// The states, and the keys of their names.
const STATES: &[(&str, &str)] = &[
    ("waiting", "job-waiting"),
    ("done", "job-done"),
    ("cancelled", "job-cancelled"),
    ("refused", "job-refused"),
];

/// What a job does, in words.
fn kind(desk: &Desk, job: &Value) -> String {
    match text_of(job, "kind").as_str() {
        "import-users" => desk.text("job-kind-import-users"),
        "change-users" => desk.text("job-kind-change-users"),
        other => other.to_owned(),
    }
}

fn state(desk: &Desk, job: &Value) -> Pill {
    let state = text_of(job, "state");
    let words = STATES.iter().find(|(own, _)| *own == state);
    let words = words.map(|(_, key)| desk.text(key)).unwrap_or_default();
    match state.as_str() {
        "done" if number(job, "failed") == 0 => Pill::ok(words),
        "done" => Pill::warn(desk.text_with("job-done-failed", "count", count(job, "failed"))),
        "waiting" => Pill::info(words),
        _ => Pill::danger(words),
    }
}

async fn list(desk: Rc<Desk>) -> Shown {
    let found = desk
        .get(&format!("ui-ext/jobs?{}", Pager::asked(&desk)))
        .await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let rows = all.iter().map(|job| {
        let url = desk.url(&format!("/jobs/{}", encode(&text_of(job, "id"))));
        Row::of(vec![
            Cell::link(kind(&desk, job), url),
            Cell::Pills(vec![state(&desk, job)]),
            Cell::Number(format!(
                "{} / {}",
                number(job, "handled"),
                number(job, "total")
            )),
            Cell::Number(number(job, "failed").to_string()),
            Cell::when(Some(number(job, "createdAt")), "–"),
        ])
    });
    let columns = [
        "job",
        "column-state",
        "job-handled",
        "job-failed",
        "job-begun",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nav-jobs"), columns, rows.collect());
    let import = Action::link(desk.text("users-import"), desk.url("/users/import")).primary();
    let heading = Heading::new(&desk.text("nav-jobs"))
        .lead(desk.text("jobs-lead"))
        .action(desk.may(MANAGE), import.clone());
    let empty = Empty {
        title: desk.text("jobs-none"),
        text: desk.text("jobs-none-hint"),
        action: desk.may(MANAGE).then_some(import),
        command: format!("kcadm.sh get ui-ext/jobs -r {}", desk.realm),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .pager(pager)
        .show(&desk)
}

fn path(desk: &Desk) -> String {
    format!("ui-ext/jobs/{}", encode(&desk.part("id")))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let job = desk.get(&path(&desk)).await?;
    let at = format!("/jobs/{}", encode(&text_of(&job, "id")));
    let is_open = text_of(&job, "state") == "waiting";
    let cancel = Action::button(desk.text("job-cancel"), desk.url(&format!("{at}/cancel")));
    let again = Action::link(desk.text("job-look-again"), desk.url(&at));
    let heading = Heading::new(&kind(&desk, &job))
        .under(desk.text("nav-jobs"), desk.url("/jobs"))
        .id(&text_of(&job, "id"))
        .pill(state(&desk, &job))
        .action(is_open, again)
        .action(is_open && desk.may(MANAGE), cancel.danger());
    let news = match is_open {
        true => desk.url(&format!("{at}/progress")),
        false => String::new(),
    };
    let progress = Progress {
        title: desk.text("job-progress"),
        words: progress::words(&desk, &job),
        total: number(&job, "total"),
        handled: number(&job, "handled"),
        url: news,
    };
    let mut stack = Stack::new(desk.frame(heading)).with(Piece::Progress(progress));
    stack = stack.card(problems(&desk, &job, &at));
    stack.show(&desk)
}

fn problems(desk: &Desk, job: &Value, at: &str) -> Card {
    let lines = job.get("report").and_then(Value::as_array);
    let rows = lines.into_iter().flatten().map(|line| {
        Row::of(vec![
            Cell::Number(number(line, "line").to_string()),
            Cell::text(text_of(line, "name")),
            Cell::text(complaint(desk, line)),
        ])
    });
    let columns = ["job-line", "users-username", "job-problem"];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("job-report"), columns, rows.collect());
    let file = Ask::new(
        desk,
        "report-file",
        desk.url(&format!("{at}/report")),
        desk.text("export-csv"),
    );
    Card::new("report", desk.text("job-report"))
        .lead(desk.text("job-report-lead"))
        .ask(!table.is_empty(), file.view())
        .table(table, desk.text("job-report-none"))
}

/// What is wrong with a row: each field with its sentence, or what the API says.
fn complaint(desk: &Desk, line: &Value) -> String {
    let said = line.get("said").and_then(Value::as_array);
    let said = said.into_iter().flatten().map(|one| {
        let params = one.get("params").and_then(Value::as_array);
        let params = params.map_or(&[][..], Vec::as_slice);
        let words = sentence::of(&desk.locale, &text_of(one, "errorMessage"), params);
        format!("{}: {words}", text_of(one, "field"))
    });
    let said: Vec<String> = said.collect();
    match said.is_empty() {
        true => text_of(line, "problem"),
        false => said.join(" "),
    }
}

/// What went wrong, as a file.
async fn report(desk: Rc<Desk>) -> Shown {
    let job = desk.get(&path(&desk)).await?;
    let lines = job.get("report").and_then(Value::as_array);
    let rows = lines.into_iter().flatten().map(|line| {
        let values = [
            number(line, "line").to_string(),
            text_of(line, "name"),
            complaint(&desk, line),
        ];
        csv::line(values.iter().map(String::as_str))
    });
    let head = csv::line(["line", "username", "problem"]);
    let body: String = std::iter::once(head).chain(rows).collect();
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", "attachment; filename=\"report.csv\""))
        .insert_header(("cache-control", "no-store"))
        .content_type("text/csv; charset=utf-8")
        .body(body))
}

async fn cancel(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    desk.post(&format!("{}/cancel", path(&desk)), &json!({}))
        .await?;
    let page = format!("/jobs/{}", encode(&desk.part("id")));
    desk.go(&page, &Flash::done("done-job-cancelled"))
}

/// Puts an import of users in line, and shows how it goes.
pub(super) async fn begin(desk: &Desk, text: &str, existing: &str) -> Result<String, Problem> {
    let wish = json!({"kind": "import-users", "text": text, "existing": existing});
    order(desk, &wish).await
}

/// Puts one act for many users in line, and shows how it goes.
pub(super) async fn begin_many(desk: &Desk, act: &str, ids: &[String]) -> Result<String, Problem> {
    order(
        desk,
        &json!({"kind": "change-users", "act": act, "ids": ids}),
    )
    .await
}

async fn order(desk: &Desk, wish: &Value) -> Result<String, Problem> {
    let reply = desk.post("ui-ext/jobs", wish).await?;
    Ok(format!("/jobs/{}", reply.id()))
}
