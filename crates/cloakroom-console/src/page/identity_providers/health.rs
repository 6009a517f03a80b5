//! How a provider is doing, as far as this node knows.

use cloakroom_web::app::now;
use serde_json::Value;

use super::MANAGE;
use crate::desk::{Desk, encode};
use crate::part::{Cell, Facts, Pill};
use crate::problem::Problem;

/// Whoever signs people in looks at certificates and secrets this long before they end, in milliseconds.
const SOON: i64 = 30 * 24 * 60 * 60 * 1000;

pub(super) async fn facts(desk: &Desk, alias: &str) -> Result<Option<Facts>, Problem> {
    let path = format!("ui-ext/provider-health/{}", encode(alias));
    let Some(health) = desk.get_if_allowed(&path).await? else {
        return Ok(None);
    };
    let facts = Facts::new("health", desk.text("provider-health"))
        .fact(
            desk.text("provider-state"),
            Cell::Pills(vec![state(desk, &health)]),
        )
        .fact(
            desk.text("provider-last-success"),
            when(desk, &health, "lastSuccess"),
        )
        .fact(
            desk.text("provider-last-error"),
            when(desk, &health, "lastError"),
        );
    let error = health.get("error").and_then(Value::as_str);
    let facts = match error {
        Some(error) => facts.text(desk.text("provider-error"), error),
        None => facts,
    };
    let facts = match desk.may(MANAGE) {
        true => {
            let page = format!("/identity-providers/{}/trial", encode(alias));
            let open = Cell::link(desk.text("provider-trial-open"), desk.url(&page));
            facts.fact(desk.text("provider-trial"), open)
        }
        false => facts,
    };
    let secret = health.get("secretEnds").and_then(Value::as_i64);
    let facts = match secret {
        Some(end) => facts.fact(desk.text("provider-secret-ends"), ends_at(desk, end)),
        None => facts,
    };
    let ends = health.get("certificatesEnd").and_then(Value::as_array);
    let ends = ends.into_iter().flatten().filter_map(Value::as_i64);
    Ok(Some(ends.fold(facts, |facts, end| {
        facts.fact(desk.text("provider-certificate-ends"), ends_at(desk, end))
    })))
}

fn state(desk: &Desk, health: &Value) -> Pill {
    let is = |name: &str| health.get(name).and_then(Value::as_bool) == Some(true);
    let failures = health.get("failures").and_then(Value::as_u64).unwrap_or(0);
    match (is("supported"), is("resting"), failures) {
        (false, ..) => Pill::danger(desk.text("provider-not-supported")),
        (_, true, _) => Pill::danger(desk.text("provider-resting")),
        (.., 0) if health.get("lastSuccess").is_some() => Pill::ok(desk.text("provider-well")),
        (.., 0) => Pill::plain(desk.text("provider-not-asked")),
        (.., failures) => {
            let text = desk.text_with("provider-failures", "count", failures.to_string());
            Pill::warn(text)
        }
    }
}

fn when(desk: &Desk, health: &Value, name: &str) -> Cell {
    let at = health.get(name).and_then(Value::as_i64);
    Cell::when(at, &desk.text("provider-never"))
}

fn ends_at(desk: &Desk, end: i64) -> Cell {
    let left = end.saturating_sub(now().millis());
    match left {
        left if left <= 0 => {
            Cell::Pills(vec![Pill::danger(desk.text("provider-certificate-over"))])
        }
        left if left <= SOON => Cell::Pills(vec![Pill::warn(desk.text_with(
            "provider-certificate-days",
            "count",
            (left / (24 * 60 * 60 * 1000)).to_string(),
        ))]),
        _ => Cell::when(Some(end), ""),
    }
}
