//! The events that a query finds, as a file: with commas for spreadsheets, or JSON as the API has it.

use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::rt;
use serde_json::Value;

use super::asked;
use crate::csv;
use crate::desk::{Desk, encode, text_of};
use crate::feed::{Writer, feed};
use crate::routes::Shown;

/// Events that are read at once.
const AT_ONCE: usize = 1000;

/// The columns: the path of each value in an event.
const COLUMNS: &[&str] = &[
    "time",
    "type",
    "userId",
    "details/username",
    "clientId",
    "ipAddress",
    "error",
    "sessionId",
];

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    // Whoever may not see events is told so at once.
    desk.get("events?max=1").await?;
    let is_json = desk.query.get("as") == Some("json");
    let (kind, end) = match is_json {
        true => ("application/json", "json"),
        false => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!(
        "attachment; filename=\"{}-events.{end}\"",
        encode(&desk.realm)
    );
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer, is_json));
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .content_type(kind)
        .streaming(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer, is_json: bool) {
    let head = match is_json {
        true => "[".to_owned(),
        false => csv::line(COLUMNS.iter().copied().chain(["details"])),
    };
    if !writer.write(head).await {
        return;
    }
    let mut first = 0;
    loop {
        let path = format!("events?{}&first={first}&max={AT_ONCE}", asked(&desk.query));
        let Ok(found) = desk.get(&path).await else {
            // The file ends in the middle, which JSON shows and a line of its own says.
            let _ = writer.write("\r\n# incomplete\r\n".to_owned()).await;
            return;
        };
        let all = found.as_array().cloned().unwrap_or_default();
        let rows = all.iter().enumerate().map(|(index, one)| match is_json {
            true if first + index == 0 => one.to_string(),
            true => format!(",\n{one}"),
            false => row(one),
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

fn row(one: &Value) -> String {
    let mut values: Vec<String> = COLUMNS.iter().map(|path| text_of(one, path)).collect();
    values.push(one.get("details").map(Value::to_string).unwrap_or_default());
    csv::line(values.iter().map(String::as_str))
}
