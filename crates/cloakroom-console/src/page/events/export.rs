//! The events that a query finds, of people or of administrators, as a file: with commas for spreadsheets, or JSON as the API has it.

use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::rt;
use serde_json::Value;

use super::asked;
use crate::csv;
use crate::desk::{Desk, encode, text_of};
use crate::feed::{Writer, feed};
use crate::problem::Problem;
use crate::routes::Shown;

/// Events that are read at once.
const AT_ONCE: usize = 1000;

/// A trail of events.
#[derive(Debug)]
pub(in crate::page) struct Trail {
    /// Its address at the API, and its name in that of the file.
    pub(in crate::page) api: &'static str,
    /// The columns: the path of each value in an event.
    pub(in crate::page) columns: &'static [&'static str],
    /// The column of what is different from event to event.
    pub(in crate::page) last: &'static str,
    /// What the API is asked for a query of the page.
    pub(in crate::page) asked: fn(&Desk) -> Result<String, Problem>,
}

/// What people and applications did.
static EVENTS: Trail = Trail {
    api: "events",
    columns: &[
        "time",
        "type",
        "userId",
        "details/username",
        "clientId",
        "ipAddress",
        "error",
        "sessionId",
    ],
    last: "details",
    asked,
};

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    send(desk, &EVENTS).await
}

/// The file of a trail.
pub(in crate::page) async fn send(desk: Rc<Desk>, trail: &'static Trail) -> Shown {
    // Whoever may not see events is told so at once, and what cannot be searched for is said on the list.
    let tried = match (trail.asked)(&desk) {
        Ok(asked) => desk.get(&format!("{}?{asked}&max=1", trail.api)).await,
        Err(problem) => Err(problem),
    };
    match tried {
        Ok(_) => {}
        Err(problem) if problem.is_about_what_was_sent() => {
            let query = desk.query.with("as", "").encode();
            return Ok(desk.go_to(&desk.url(&format!("/{}?{query}", trail.api)), None));
        }
        Err(problem) => return Err(problem),
    }
    let is_json = desk.query.get("as") == Some("json");
    let (kind, end) = match is_json {
        true => ("application/json", "json"),
        false => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!(
        "attachment; filename=\"{}-{}.{end}\"",
        encode(&desk.realm),
        trail.api
    );
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer, trail, is_json));
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .content_type(kind)
        .streaming(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer, trail: &'static Trail, is_json: bool) {
    let head = match is_json {
        true => "[".to_owned(),
        false => csv::line(trail.columns.iter().copied().chain([trail.last])),
    };
    if !writer.write(head).await {
        return;
    }
    let mut first = 0;
    loop {
        let found = match (trail.asked)(&desk) {
            Ok(asked) => {
                let path = format!("{}?{asked}&first={first}&max={AT_ONCE}", trail.api);
                desk.get(&path).await
            }
            Err(problem) => Err(problem),
        };
        let Ok(found) = found else {
            // The file ends in the middle, which JSON shows and a line of its own says.
            let _ = writer.write("\r\n# incomplete\r\n".to_owned()).await;
            return;
        };
        let all = found.as_array().cloned().unwrap_or_default();
        let rows = all.iter().enumerate().map(|(index, one)| match is_json {
            true if first + index == 0 => one.to_string(),
            true => format!(",\n{one}"),
            false => row(trail, one),
        });
        if !writer.write(rows.collect()).await {
            return;
        }
        if all.len() < AT_ONCE {
            break;
        }
        first += AT_ONCE;
    }
    if is_json {
        writer.write("]\n".to_owned()).await;
    }
}

fn row(trail: &Trail, one: &Value) -> String {
    let paths = trail.columns.iter();
    let mut values: Vec<String> = paths.map(|path| text_of(one, path)).collect();
    values.push(match one.get(trail.last) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    });
    csv::line(values.iter().map(String::as_str))
}
