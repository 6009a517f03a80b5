//! How far a job is, told as it goes on.

use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use cloakroom_web::app::now;
use serde_json::{Value, json};

use super::{number, path};
use crate::desk::{Desk, text_of};
use crate::feed::{Writer, event_stream, feed};
use crate::routes::Shown;

/// How often the job is looked at.
const PAUSE: Duration = Duration::from_millis(500);
/// After so many looks the browser asks anew.
const LOOKS: u32 = 50;

/// How far it is, and how long it will take if it goes on like this.
pub(super) fn words(desk: &Desk, job: &Value) -> String {
    let (total, handled) = (number(job, "total"), number(job, "handled"));
    let count = format!("{handled} / {total}");
    if text_of(job, "state") != "waiting" || handled == 0 {
        return count;
    }
    let spent = now()
        .millis()
        .saturating_sub(number(job, "createdAt"))
        .max(0);
    let left = spent.saturating_mul(total - handled) / handled.max(1) / 1000;
    let left = u32::try_from(left.max(1)).unwrap_or(u32::MAX);
    format!("{count} · {}", desk.text_with("job-left", "count", left))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    // A job that is not there, or that is not for this administrator, is told at once.
    desk.get(&path(&desk)).await?;
    let (writer, feed) = feed();
    rt::spawn(write(desk, writer));
    Ok(event_stream(feed))
}

async fn write(desk: Rc<Desk>, writer: Writer) {
    for _ in 0..LOOKS {
        let Ok(job) = desk.get(&path(&desk)).await else {
            return;
        };
        let told = json!({
            "handled": number(&job, "handled"),
            "words": words(&desk, &job),
            "open": text_of(&job, "state") == "waiting",
        });
        if !writer.write(format!("data: {told}\n\n")).await {
            return;
        }
        rt::time::sleep(PAUSE).await;
    }
}
