//! How a provider is doing, as far as this node knows.

use cloakroom_web::app::now;
use serde_json::Value;

use super::MANAGE;
use crate::desk::{Desk, encode};
use crate::part::{Cell, Facts, Pill};
use crate::problem::Problem;

/// Whoever signs people in looks at certificates and secrets this long before they end, in milliseconds.
const SOON: i64 = 30 * 24 * 60 * 60 * 1000;

/// The health of all providers, by alias; nothing where somebody may not see them.
pub(in crate::page) async fn all(desk: &Desk) -> Result<Value, Problem> {
    let all = desk.get_if_allowed("ui-ext/provider-health").await?;
    Ok(all.unwrap_or_default())
}

/// The same as it was within the last minute: enough for a page that is opened often.
pub(in crate::page) async fn lately(desk: &Desk) -> Result<Value, Problem> {
    let all = desk
        .get_if_allowed("ui-ext/provider-health?lately=true")
        .await?;
    Ok(all.unwrap_or_default())
}

/// What somebody has to look at, as the key of the words for it: what ends, or a provider that does not answer.
pub(in crate::page) fn worry(health: &Value) -> Option<&'static str> {
    let is_soon = |end: i64| end.saturating_sub(now().millis()) <= SOON;
    let is = |name: &str| health.get(name).and_then(Value::as_bool) == Some(true);
    let secret = health.get("secretEnds").and_then(Value::as_i64);
    let failures = health.get("failures").and_then(Value::as_u64);
    if secret.is_some_and(is_soon) {
        Some("attention-provider-secret")
    } else if last_certificate(health).is_some_and(is_soon) {
        Some("attention-provider-certificate")
    } else if is("resting") || failures.is_some_and(|count| count > 0) {
        Some("attention-provider-fails")
    } else {
        None
    }
}

/// When nothing that it signs counts any more. A provider shows its next certificate before it stops using the last.
fn last_certificate(health: &Value) -> Option<i64> {
    let all = health.get("certificatesEnd").and_then(Value::as_array)?;
    all.iter().filter_map(Value::as_i64).max()
}

/// How it is doing, and what of it ends soon.
pub(super) fn pills(desk: &Desk, health: &Value) -> Cell {
    let secret = health.get("secretEnds").and_then(Value::as_i64);
    let ends = [
        (secret, "provider-secret-ends"),
        (last_certificate(health), "provider-certificate-ends"),
    ];
    let ends = ends.into_iter().filter_map(|(end, key)| {
        let pill = ending(desk, end?)?;
        Some(pill.about(&desk.text(key)))
    });
    Cell::Pills([state(desk, health)].into_iter().chain(ends).collect())
}

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

pub(super) fn state(desk: &Desk, health: &Value) -> Pill {
    let is = |name: &str| health.get(name).and_then(Value::as_bool) == Some(true);
    let failures = health.get("failures").and_then(Value::as_u64).unwrap_or(0);
    match (is("supported"), is("resting"), failures) {
        (false, ..) => Pill::danger(desk.text("provider-not-supported")),
        (_, true, _) => Pill::danger(desk.text("provider-resting")),
        (.., 0) if health.get("lastSuccess").is_some_and(Value::is_i64) => {
            Pill::ok(desk.text("provider-well"))
        }
        (.., 0) => Pill::plain(desk.text("provider-not-asked")),
        (.., failures) => {
            let text = desk.text_with("provider-failures", "count", failures.to_string());
            Pill::warn(text)
        }
    }
}

pub(super) fn when(desk: &Desk, health: &Value, name: &str) -> Cell {
    let at = health.get(name).and_then(Value::as_i64);
    Cell::when(at, &desk.text("provider-never"))
}

fn ends_at(desk: &Desk, end: i64) -> Cell {
    match ending(desk, end) {
        Some(pill) => Cell::Pills(vec![pill]),
        None => Cell::when(Some(end), ""),
    }
}

/// A word for what is over, or soon will be.
fn ending(desk: &Desk, end: i64) -> Option<Pill> {
    let left = end.saturating_sub(now().millis());
    match left {
        left if left <= 0 => Some(Pill::danger(desk.text("provider-certificate-over"))),
        left if left <= SOON => {
            let days = (left / (24 * 60 * 60 * 1000)).to_string();
            let words = desk.text_with("provider-certificate-days", "count", days);
            Some(Pill::warn(words))
        }
        _ => None,
    }
}
