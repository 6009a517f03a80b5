//! Whether the administrators' trail is what was written: a look at a part of its chain.

use actix_web::HttpResponse;
use cloakroom_model::Timestamp;
use cloakroom_model::event::admin::chain::{self, Finding, Start, Wrong};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::events::VIEW;
use crate::api::{Answer, Params};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/audit-chain";
    cfg.route(at, web::get().to(check));
}

/// So many events are looked at in one call; `next` in the answer is where another goes on.
const MOST: i64 = 20_000;

/// Looks from the beginning, from the number `from`, or at the `last` so many.
async fn check(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let start = match (number(&params, "from")?, number(&params, "last")?) {
        (Some(_), Some(_)) => {
            return Err(AdminError::message(400, "from and last exclude each other"));
        }
        (Some(number), None) => Start::Number(number),
        (None, Some(many)) => Start::End(many),
        (None, None) => Start::Beginning,
    };
    let look = admin
        .read(move |cx| Ok(chain::check(cx, start, MOST)?))
        .await?;
    let findings: Vec<Value> = look.findings.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(json!({
        "first": look.first,
        "last": look.last,
        "end": look.end,
        "checked": look.checked,
        "unlinked": look.unlinked,
        "next": look.next,
        "findings": findings,
    })))
}

fn number(params: &Params, name: &str) -> Result<Option<i64>> {
    let text = params.get(name).filter(|text| !text.is_empty());
    let number = text.map(|text| text.parse::<i64>()).transpose();
    let number = number
        .ok()
        .filter(|number| number.is_none_or(|number| number >= 0));
    number.ok_or_else(|| AdminError::message(400, format!("{name} has to be a number")))
}

fn show(finding: &Finding) -> Value {
    let wrong = match finding.wrong {
        Wrong::Changed => "changed",
        Wrong::Missing => "missing",
        Wrong::Added => "added",
        Wrong::Ends => "ends",
    };
    json!({
        "wrong": wrong,
        "number": finding.number,
        "until": finding.until,
        "id": finding.id,
        "time": finding.time.map(Timestamp::millis),
    })
}
