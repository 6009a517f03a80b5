//! How many sign-ins succeeded and failed on each of the last days, how many sessions there are, how many people have more
//! than a password, and how fast answers come.

use actix_web::HttpResponse;
use cloakroom_model::event;
use cloakroom_model::session::page as sessions;
use cloakroom_model::{Cx, Door, Timestamp};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::factors;
use crate::access::Admin;
use crate::api::users::VIEW;
use crate::api::{Answer, Params};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/ui-ext/days", web::get().to(days));
}

const DAY: i64 = 24 * 60 * 60 * 1000;
const MOST: i64 = 30;

/// Each figure is told to those who may see what it is counted from.
async fn days(admin: Admin, params: Params) -> Answer {
    admin.check_any()?;
    let asked = params.get("days").and_then(|text| text.parse().ok());
    let days = asked.unwrap_or(14).clamp(1, MOST);
    let has_events = admin.may(&["view-events", "manage-events"]);
    let has_sessions = admin.may(&["view-realm", "manage-realm"]);
    let has_people = admin.may(VIEW);
    let mut counted = admin
        .app
        .enter(&admin.realm, Door::Scan, move |cx| -> Result<Value> {
            let mut shown = json!({});
            if has_events && cx.realm.settings.events_enabled {
                shown = of_events(cx, days)?;
            }
            if has_sessions && let Some(members) = shown.as_object_mut() {
                members.insert("sessions".to_owned(), json!(sessions::count(cx)?));
            }
            Ok(shown)
        })
        .await?;
    if has_people {
        let told = factors::told(&admin).await;
        if let Some(members) = counted.as_object_mut() {
            members.insert("factors".to_owned(), told);
        }
    }
    if has_sessions && let Some(members) = counted.as_object_mut() {
        members.insert("latency".to_owned(), latency(&admin));
    }
    Ok(HttpResponse::Ok().json(counted))
}

/// Within which time 95 of 100 answers of this node came to people who signed in and to applications that asked for
/// tokens, of all realms together.
fn latency(admin: &Admin) -> Value {
    let is_counted = |route: &str| {
        let ends = ["/openid-connect/auth", "/openid-connect/token"];
        ends.iter().any(|end| route.ends_with(end)) || route.contains("/login-actions/")
    };
    match admin.app.metrics.answered_within(0.95, is_counted) {
        Some((seconds, count)) => json!({"p95Millis": seconds * 1000.0, "count": count}),
        None => Value::Null,
    }
}

fn of_events(cx: &mut Cx<'_>, days: i64) -> Result<Value> {
    let today = cx.now.millis().div_euclid(DAY) * DAY;
    let mut shown = Vec::new();
    let (mut good, mut bad) = (0, 0);
    for back in (0..days).rev() {
        let from = today - back * DAY;
        let (begin, end) = (
            Timestamp::from_millis(from),
            Timestamp::from_millis(from + DAY),
        );
        let sign_ins = event::count(cx, "LOGIN", begin, end)?;
        let failures = event::count(cx, "LOGIN_ERROR", begin, end)?;
        shown.push(json!({"day": date(from)?, "signIns": sign_ins, "failures": failures}));
        good += sign_ins;
        bad += failures;
    }
    Ok(json!({"days": shown, "signIns": good, "failures": bad}))
}

/// The date of a day in UTC, as `2026-01-31`.
fn date(millis: i64) -> Result<String> {
    let moment = cloakroom_web::page::Moment::from_unix_seconds(millis.div_euclid(1000));
    let date = moment.machine().split('T').next().map(str::to_owned);
    date.ok_or_else(AdminError::not_found)
}
