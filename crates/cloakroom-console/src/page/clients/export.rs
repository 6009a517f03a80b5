//! The list of clients as a file for spreadsheets: what each is, and what is unsafe about it. No secret is in it.

use std::rc::Rc;

use actix_web::{HttpResponse, rt};
use serde_json::Value;

use super::{Kind, lint, query, uses};
use crate::csv;
use crate::desk::{Desk, encode, text_of};
use crate::feed::{Writer, feed};
use crate::problem::Problem;
use crate::routes::Shown;

const COLUMNS: [&str; 7] = [
    "clientId",
    "name",
    "kind",
    "enabled",
    "redirectUris",
    "lastUsed",
    "unsafe",
];

/// So many are asked for at once.
const AT_ONCE: usize = 200;

/// All clients that the search finds.
pub(super) async fn export(desk: Rc<Desk>) -> Shown {
    // What may not be seen is told before the file begins.
    part(&desk, 0).await?;
    let name = format!(
        "attachment; filename=\"{}-clients.csv\"",
        encode(&desk.realm)
    );
    let (writer, body) = feed();
    rt::spawn(write(desk, writer));
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .content_type("text/csv; charset=utf-8")
        .streaming(body))
}

async fn part(desk: &Desk, first: usize) -> Result<Vec<Value>, Problem> {
    let asked = query::path(desk.query.trimmed("q"));
    let path = format!("{asked}&first={first}&max={AT_ONCE}");
    let found = desk.get(&path).await?;
    Ok(found.as_array().cloned().unwrap_or_default())
}

async fn write(desk: Rc<Desk>, writer: Writer) {
    if !writer.write(csv::line(COLUMNS)).await {
        return;
    }
    let mut first = 0;
    loop {
        let Ok(lines) = lines(&desk, first).await else {
            let _ = writer.write("# incomplete\r\n".to_owned()).await;
            return;
        };
        if !writer.write(lines.concat()).await || lines.len() < AT_ONCE {
            return;
        }
        first += AT_ONCE;
    }
}

async fn lines(desk: &Desk, first: usize) -> Result<Vec<String>, Problem> {
    let all = part(desk, first).await?;
    let uses = uses(desk, &all).await?;
    Ok(all.iter().map(|one| line(desk, one, &uses)).collect())
}

fn line(desk: &Desk, one: &Value, uses: &Value) -> String {
    let last = uses
        .get(text_of(one, "id"))
        .and_then(|uses| uses.get("last"));
    let last = last.and_then(Value::as_i64).map(|millis| {
        let moment = cloakroom_web::page::Moment::from_unix_seconds(millis.div_euclid(1000));
        moment.machine().to_owned()
    });
    let addresses = one.get("redirectUris").and_then(Value::as_array);
    let addresses = addresses.into_iter().flatten().filter_map(Value::as_str);
    let found = lint::findings(one).len();
    let values = [
        text_of(one, "clientId"),
        desk.locale.resolve(&text_of(one, "name")),
        desk.text(Kind::of(one).key()),
        text_of(one, "enabled"),
        addresses.collect::<Vec<_>>().join(" "),
        last.unwrap_or_default(),
        found.to_string(),
    ];
    csv::line(values.iter().map(String::as_str))
}
