//! How many sign-ins succeeded and failed on each of the last days, how many sessions there are, how many people have more
//! than a password, and how fast answers come.

use actix_web::HttpResponse;
use cloakroom_model::session::page as sessions;
use cloakroom_model::{Cx, Timestamp, credential, event, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::kept::{self, What};
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
    let mut counted = serde_json::Map::new();
    if has_events && admin.realm.settings.events_enabled {
        match kept::told(&admin, What::Days(days), move |cx| of_events(cx, days)).await {
            Some(Value::Object(told)) => counted.extend(told),
            _ => counted.extend(["signIns", "failures"].map(being_counted)),
        }
    }
    if has_sessions {
        let told = kept::told(&admin, What::Sessions, |cx| Ok(json!(sessions::count(cx)?))).await;
        counted.insert("sessions".to_owned(), told.unwrap_or_default());
    }
    if has_people {
        let told = kept::told(&admin, What::Factors, factors).await;
        let told = told.unwrap_or_else(|| json!({"counting": true}));
        counted.insert("factors".to_owned(), told);
    }
    if has_sessions {
        counted.insert("latency".to_owned(), latency(&admin));
    }
    Ok(HttpResponse::Ok().json(counted))
}

/// A number that is not known yet.
fn being_counted(name: &str) -> (String, Value) {
    (name.to_owned(), Value::Null)
}

/// `{"people": 12, "withFactor": 5}`.
fn factors(cx: &mut Cx<'_>) -> Result<Value> {
    let people = user::count(cx, &user::Query::default())?;
    let with_factor = credential::count_beside_passwords(cx)?;
    Ok(json!({"people": people, "withFactor": with_factor}))
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
