//! Events as they happen, for a page that is open: an event stream of the browser's own kind.

use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use cloakroom_web::app::now;
use serde_json::{Value, json};

use super::{asked, described};
use crate::desk::{Desk, encode, text_of};
use crate::feed::{Writer, event_stream, feed};
use crate::page::history::names::Names;
use crate::problem::Problem;
use crate::routes::Shown;

/// How often the trail is looked at.
const PAUSE: Duration = Duration::from_secs(1);
/// After so many looks the browser asks anew, with what it saw last: a stream holds no server back that wants to stop.
const LOOKS: u32 = 25;
/// A page shows no more than this, so no more is sent at once.
const MOST: usize = 200;

/// The last event that a reader has: its time and its id.
struct Seen {
    time: i64,
    ids: Vec<String>,
}

/// The stream. Each look asks with the administrator's rights of that moment.
pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let last = desk.request.headers().get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok());
    let last = last.or_else(|| desk.query.get("since"));
    let since = last.and_then(|id| id.split_once('.'));
    let seen = match since.and_then(|(time, id)| Some((time.parse().ok()?, id))) {
        Some((time, id)) => Seen {
            time,
            ids: vec![id.to_owned()],
        },
        None => Seen {
            time: now().millis(),
            ids: Vec::new(),
        },
    };
    // Whoever may not see events is told so at once.
    desk.get("events?max=1").await?;
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer, seen));
    Ok(event_stream(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer, mut seen: Seen) {
    if !writer.write("retry: 1000\n\n".to_owned()).await {
        return;
    }
    for _ in 0..LOOKS {
        let text = match look(&desk, &mut seen).await {
            // A comment tells whether anybody reads still.
            Ok(text) if text.is_empty() => ":\n\n".to_owned(),
            Ok(text) => text,
            Err(_) => return,
        };
        if !writer.write(text).await {
            return;
        }
        rt::time::sleep(PAUSE).await;
    }
}

/// What happened since the last look, the oldest first.
async fn look(desk: &Desk, seen: &mut Seen) -> Result<String, Problem> {
    let path = format!("events?{}&dateFrom={}&max={MOST}", asked(desk)?, seen.time);
    let found = desk.get(&path).await?;
    let all = found.as_array().into_iter().flatten();
    let mut fresh: Vec<&Value> = all
        .filter(|one| !seen.ids.contains(&text_of(one, "id")))
        .collect();
    fresh.reverse();
    let names = Names::of(desk, fresh.iter().map(|one| text_of(one, "userId"))).await?;
    let mut text = String::new();
    for one in fresh {
        let time = one.get("time").and_then(Value::as_i64).unwrap_or_default();
        if time > seen.time {
            seen.time = time;
            seen.ids.clear();
        }
        let id = text_of(one, "id");
        text.push_str(&format!(
            "id: {time}.{id}\ndata: {}\n\n",
            cells(desk, one, &names)
        ));
        seen.ids.push(id);
    }
    Ok(text)
}

/// An event as the script of the page shows it: texts, never markup.
fn cells(desk: &Desk, one: &Value, names: &Names) -> Value {
    let user = text_of(one, "userId");
    let kind = text_of(one, "type");
    let class = match kind.as_str() {
        kind if kind.ends_with("_ERROR") => "danger",
        "LOGIN" | "REGISTER" => "ok",
        _ => "",
    };
    let (who, details) = described(one);
    let known = names.find(&user);
    json!({
        "time": one.get("time"),
        "type": kind,
        "class": class,
        "user": known.unwrap_or(&who),
        "url": match known.is_none() {
            true => String::new(),
            false => desk.url(&format!("/users/{}", encode(&user))),
        },
        "client": text_of(one, "clientId"),
        "address": text_of(one, "ipAddress"),
        "details": details,
    })
}
