//! People from a file and into one: what a table looks like, a job that reads it, and everybody that a query finds.

use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::rt;
use serde_json::Value;

use super::{MANAGE, query, say_on_the_list};
use crate::csv;
use crate::desk::{Desk, encode, text_of};
use crate::feed::{Writer, feed};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::page::jobs;
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// What a table may look like.
const SAMPLE: &str =
    "username,email,firstName,lastName,enabled,emailVerified,groups,attributes.department
ada,ada@example.org,Ada,Lovelace,true,true,/engineering;/board,research
linus,linus@example.org,Linus,,true,false,/engineering,
";

/// People that are read at once for a file.
const AT_ONCE: usize = 500;

/// The columns of the file: the path of each value.
const COLUMNS: &[&str] = &[
    "username",
    "email",
    "firstName",
    "lastName",
    "enabled",
    "emailVerified",
];

fn page(desk: &Desk, problem: Option<&Problem>) -> Stack {
    let kinds = ["report", "update"].map(|kind| {
        let words = desk.text(&format!("users-import-{kind}"));
        (kind.to_owned(), words)
    });
    let url = desk.url("/users/import");
    let ask = Ask::new(desk, "import", url, desk.text("users-import"))
        .primary()
        .input(Input::file(
            "file",
            desk.text("users-import-file"),
            ".csv,text/csv",
        ))
        .input(Input::long(
            "text",
            desk.text("users-import-text"),
            desk.form.raw("text").unwrap_or_default(),
        ))
        .input(Input::select(
            "existing",
            desk.text("users-import-existing"),
            kinds.to_vec(),
        ));
    let heading = Heading::new(&desk.text("users-import"))
        .under(desk.text("nav-users"), desk.url("/users"))
        .lead(desk.text("users-import-lead"));
    let mut card = Card::new("import-card", desk.text("users-import"));
    if let Some(problem) = problem {
        card = card.problem(problem.text.clone());
    }
    Stack::new(desk.frame(heading))
        .card(card.ask(true, ask))
        .card(
            Card::new("sample", desk.text("users-import-sample"))
                .lead(desk.text("users-import-sample-lead"))
                .code(SAMPLE.to_owned()),
        )
}

pub(super) async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    page(&desk, None).show(&desk)
}

pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let text = desk.form.get("file").or_else(|| desk.form.get("text"));
    let existing = desk.form.get("existing").unwrap_or("report");
    match jobs::begin(&desk, text.unwrap_or_default(), existing).await {
        Ok(page) => desk.go(&page, &Flash::done("done-job-begun")),
        Err(problem) if problem.is_about_what_was_sent() => {
            desk.show_again(&page(&desk, Some(&problem)))
        }
        Err(problem) => Err(problem),
    }
}

/// Everybody that the query finds, as a file that can be imported again.
pub(super) async fn export(desk: Rc<Desk>) -> Shown {
    let asked = desk.query.trimmed("q").to_owned();
    // What cannot be asked, or may not be, is told before the file begins.
    match query::shown(&desk, &asked).await {
        Ok(_) => {}
        Err(problem) if problem.is_about_what_was_sent() => return say_on_the_list(&desk, &asked),
        Err(problem) => return Err(problem),
    }
    let name = format!("attachment; filename=\"{}-users.csv\"", encode(&desk.realm));
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer, asked));
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .content_type("text/csv; charset=utf-8")
        .streaming(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer, asked: String) {
    if !writer.write(csv::line(COLUMNS.iter().copied())).await {
        return;
    }
    let mut from = query::Part::first(AT_ONCE);
    loop {
        let found = match query::part(&desk, &asked, &from).await {
            Ok(path) => desk.get(&path).await,
            Err(problem) => Err(problem),
        };
        let Ok(found) = found else {
            let _ = writer.write("# incomplete\r\n".to_owned()).await;
            return;
        };
        let all = found.as_array().cloned().unwrap_or_default();
        let rows = all.iter().map(|one| {
            let values: Vec<String> = COLUMNS.iter().map(|path| text_of(one, path)).collect();
            csv::line(values.iter().map(String::as_str))
        });
        if !writer.write(rows.collect()).await || all.len() < AT_ONCE {
            return;
        }
        let last = all.last().map(|one: &Value| text_of(one, "username"));
        from = query::Part::next(last.unwrap_or_default(), AT_ONCE);
    }
}
